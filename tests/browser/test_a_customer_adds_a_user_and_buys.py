"""Workflow 4: a customer adds a user, sets up a player, notes the TV, and buys."""

import pytest
from factories import shown_channels
from running import until
from viewports import EVERY_VIEWPORT

DEMO_CHANNELS = 8


@pytest.fixture
def guest(fixtures):
    """A customer with enough for a month."""
    return fixtures.guest(balance="20.00")


@pytest.mark.feature("PE-01", "PE-02")
def test_a_user_plays_demo_channels_at_once(browser_user, fixtures, guest):
    browser_user.sign_in(guest.username, guest.password)
    browser_user.navigate_to("My users")
    browser_user.is_on("Welcome, Guest")

    browser_user.follow("Add user")
    browser_user.is_on("Add user")
    browser_user.fill("Name", "Living room")
    browser_user.press("Add user")
    browser_user.sees("Living room was added.")
    user = fixtures.user_of(guest)
    assert len(shown_channels(user)) == DEMO_CHANNELS

    browser_user.follow("Set up a player")
    browser_user.is_on("Living room")
    for value in (user["playlist_url"], user["guide_url"], user["xtream"]["username"]):
        browser_user.sees(value)
    browser_user.unfold("Kodi")
    browser_user.sees("PVR IPTV Simple Client")


@pytest.mark.feature("CU-20")
def test_a_device_is_noted(browser_user, fixtures, guest):
    fixtures.user(guest, "Kitchen")
    browser_user.sign_in(guest.username, guest.password)
    browser_user.navigate_to("My users")
    browser_user.follow("Set up a player")

    browser_user.follow("Add device")
    browser_user.is_on("Add a device for Kitchen")
    browser_user.fill("Device", "Smart TV of the hall")
    browser_user.press("Add device")

    browser_user.sees("Smart TV of the hall was added.")


@pytest.mark.feature("PE-03")
@EVERY_VIEWPORT
def test_what_is_bought_plays_on_the_same_link(browser_user, fixtures, guest):
    user = fixtures.user(guest, "Living room")
    browser_user.sign_in(guest.username, guest.password)
    browser_user.navigate_to("My users")

    browser_user.follow("Buy a plan")
    browser_user.is_on("Buy a plan for Living room")
    browser_user.tick("Family, Family 1M")
    browser_user.sees("Balance after")
    browser_user.sees("5.00 EUR")
    browser_user.press("Buy for 15.00 EUR")
    browser_user.sees("Living room has Family until")
    until(lambda: len(shown_channels(user)) > DEMO_CHANNELS, "the channels bought", 60)

    browser_user.navigate_to("My balance")
    browser_user.sees("5.00 EUR")
    browser_user.sign_out()


def test_too_little_money_is_told_before_and_nothing_is_bought(browser_user, fixtures):
    guest = fixtures.guest(balance="1.00")
    user = fixtures.user(guest, "Kitchen")
    browser_user.sign_in(guest.username, guest.password)

    browser_user.navigate_to("My users")
    browser_user.follow("Buy a plan")
    browser_user.tick("Family, Family 1M")
    browser_user.sees("14.00 EUR")
    browser_user.sees("is missing from the balance")
    browser_user.press("Buy for 15.00 EUR")

    browser_user.is_on("Buy a plan for Kitchen")
    assert fixtures.api.get("/subscriptions", user_id=user["id"])["items"] == []
