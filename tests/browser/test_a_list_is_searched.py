"""What is asked of a list, by a search box or a choice, is fetched once."""

import re

import pytest
from playwright.sync_api import expect
from visitor import DESK, Keyboard

from lineup.context import Role

A_WHILE_MS = 700
"""Longer than a list waits for the next letter."""


@pytest.mark.parametrize("way", [(DESK, Keyboard)], ids=["desk-keyboard"])
def test_leaving_the_box_neither_fetches_again_nor_moves_the_focus(visitor, household):
    visitor.sign_in(*household.logins[Role.PARTNER])
    visitor.open("/customers")
    fetched = []
    visitor.page.on("request", lambda one: fetched.append(one.url))

    visitor.fill_list("Name, email, phone, username or MAC", "nobody-has-this-name")
    visitor.page.keyboard.press("Tab")
    visitor.page.wait_for_timeout(A_WHILE_MS)

    assert len([url for url in fetched if "search=" in url]) == 1
    expect(visitor.page.locator("main select:focus-visible")).to_have_count(1)


def test_what_is_chosen_is_fetched_at_once(visitor, household):
    visitor.sign_in(*household.logins[Role.PARTNER])
    visitor.open("/customers")

    visitor.choose("Product", "Family")

    expect(visitor.page).to_have_url(re.compile("product_id="))
