"""Workflow 6: stop with the amount shown first, the refund, and the user deleted."""

import re

import pytest
import requests
from factories import shown_channels
from running import until
from viewports import EVERY_VIEWPORT

DEMO_CHANNELS = 8


@pytest.fixture
def guest(fixtures):
    """A customer with something on its balance."""
    return fixtures.guest(balance="20.00")


@pytest.fixture
def running(fixtures, guest):
    """A user of theirs that plays what was bought."""
    user = fixtures.user(guest, "Bedroom", sku="FAMILY-1M")
    until(lambda: len(shown_channels(user)) > DEMO_CHANNELS, "the channels bought", 60)
    return user


def amount_shown(browser_user):
    words = browser_user.page.locator("#confirm").inner_text()
    return re.search(r"([\d.]+ EUR) will be refunded", " ".join(words.split()))[1]


def test_a_running_user_is_stopped_and_deleted_in_one(browser_user, guest, running):
    browser_user.sign_in(guest.username, guest.password)
    browser_user.navigate_to("My users")

    browser_user.follow("Delete Bedroom")
    browser_user.sees_dialog("is still active")
    browser_user.sees_dialog("refunded to the balance")
    browser_user.press("Stop and delete Bedroom")

    browser_user.sees("Bedroom was deleted and 14.9")
    browser_user.sees("No users yet.")
    assert requests.get(running["playlist_url"], timeout=10).status_code == 404


@pytest.mark.feature("SU-07")
@EVERY_VIEWPORT
def test_the_refund_is_shown_first_and_the_user_goes_last(browser_user, guest, running):
    browser_user.sign_in(guest.username, guest.password)
    browser_user.navigate_to("My users")

    browser_user.follow("Stop")
    browser_user.sees_dialog("refunded to the balance")
    back = amount_shown(browser_user)
    assert back.startswith("14.9")
    browser_user.press("Stop now")
    browser_user.sees(f"Stopped. {back} was refunded to the balance.")
    until(lambda: len(shown_channels(running)) == DEMO_CHANNELS, "demo channels", 60)

    browser_user.follow("Delete Bedroom")
    browser_user.sees_dialog("stop working")
    browser_user.press("Delete Bedroom")
    browser_user.sees("Bedroom was deleted.")
    browser_user.sees("No users yet.")
    assert requests.get(running["playlist_url"], timeout=10).status_code == 404


def test_who_thinks_again_loses_nothing(browser_user, fixtures, guest, running):
    browser_user.sign_in(guest.username, guest.password)
    browser_user.navigate_to("My users")

    browser_user.follow("Stop")
    browser_user.sees_dialog("refunded to the balance")
    browser_user.follow("Cancel")

    browser_user.has_no_dialog()
    found = fixtures.api.get("/subscriptions", user_id=running["id"])["items"][0]
    assert found["state"] == "running"
