"""Workflow 6: stop with the amount shown first, the refund, and the user deleted."""

import re

import pytest
import requests
from running import until
from ways import EVERY_WAY
from worlds import shown

DEMO_CHANNELS = 8


@pytest.fixture
def guest(household):
    """A customer with something on its balance."""
    return household.guest(balance="20.00")


@pytest.fixture
def running(household, guest):
    """A user of theirs that plays what was bought."""
    user = household.user(guest, "Bedroom", sku="FAMILY-1M")
    until(lambda: len(shown(user)) > DEMO_CHANNELS, "the channels bought", 60)
    return user


def amount_shown(visitor):
    words = visitor.page.locator("#confirm").inner_text()
    return re.search(r"([\d.]+ EUR) will be refunded", " ".join(words.split()))[1]


def test_a_running_user_is_stopped_and_deleted_in_one(visitor, guest, running):
    visitor.sign_in(guest.username, guest.password)
    visitor.turn_to("My users")

    visitor.follow("Delete Bedroom")
    visitor.sees_dialog("is still active")
    visitor.sees_dialog("refunded to the balance")
    visitor.press("Stop and delete Bedroom")

    visitor.sees("Bedroom was deleted and 14.9")
    visitor.sees("No users yet.")
    assert requests.get(running["playlist_url"], timeout=10).status_code == 404


@pytest.mark.feature("SU-07")
@EVERY_WAY
def test_the_refund_is_shown_first_and_the_user_goes_last(visitor, guest, running):
    visitor.sign_in(guest.username, guest.password)
    visitor.turn_to("My users")

    visitor.follow("Stop")
    visitor.sees_dialog("refunded to the balance")
    back = amount_shown(visitor)
    assert back.startswith("14.9")
    visitor.press("Stop now")
    visitor.sees(f"Stopped. {back} was refunded to the balance.")
    until(lambda: len(shown(running)) == DEMO_CHANNELS, "demo channels", 60)

    visitor.follow("Delete Bedroom")
    visitor.sees_dialog("stop working")
    visitor.press("Delete Bedroom")
    visitor.sees("Bedroom was deleted.")
    visitor.sees("No users yet.")
    assert requests.get(running["playlist_url"], timeout=10).status_code == 404


def test_who_thinks_again_loses_nothing(visitor, household, guest, running):
    visitor.sign_in(guest.username, guest.password)
    visitor.turn_to("My users")

    visitor.follow("Stop")
    visitor.sees_dialog("refunded to the balance")
    visitor.follow("Cancel")

    visitor.has_no_dialog()
    found = household.api.get("/subscriptions", user_id=running["id"])["items"][0]
    assert found["state"] == "running"
