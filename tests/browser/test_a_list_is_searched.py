"""What is asked of a list, by a search box or a choice, is fetched once."""

import re

import pytest
from browser_user import DESK, Keyboard
from playwright.sync_api import expect

from lineup.context import Role

A_WHILE_MS = 700
"""Longer than a list waits for the next letter."""


@pytest.mark.parametrize("viewport", [(DESK, Keyboard)], ids=["desk-keyboard"])
def test_leaving_the_box_neither_fetches_again_nor_moves_the_focus(
    browser_user, fixtures
):
    browser_user.sign_in(*fixtures.logins[Role.PARTNER])
    browser_user.open("/customers")
    fetched = []
    browser_user.page.on("request", lambda one: fetched.append(one.url))

    browser_user.fill_list(
        "Name, email, phone, username or MAC", "nobody-has-this-name"
    )
    browser_user.page.keyboard.press("Tab")
    browser_user.page.wait_for_timeout(A_WHILE_MS)

    assert len([url for url in fetched if "search=" in url]) == 1
    expect(browser_user.page.locator("main select:focus-visible")).to_have_count(1)


def test_what_is_chosen_is_fetched_at_once(browser_user, fixtures):
    browser_user.sign_in(*fixtures.logins[Role.PARTNER])
    browser_user.open("/customers")

    browser_user.choose("Product", "Family")

    expect(browser_user.page).to_have_url(re.compile("product_id="))
