"""Workflow 4: a customer adds a user, sets up a player, notes the TV, and buys."""

import pytest
from running import until
from ways import EVERY_WAY
from worlds import shown

DEMO_CHANNELS = 8


@pytest.fixture
def guest(household):
    """A customer with enough for a month."""
    return household.guest(balance="20.00")


@pytest.mark.feature("PE-01", "PE-02")
def test_a_user_plays_demo_channels_at_once(visitor, household, guest):
    visitor.sign_in(guest.username, guest.password)
    visitor.turn_to("My users")
    visitor.is_on("Welcome, Guest")

    visitor.follow("Add user")
    visitor.is_on("Add user")
    visitor.fill("Name", "Living room")
    visitor.press("Add user")
    visitor.sees("Living room was added.")
    user = household.user_of(guest)
    assert len(shown(user)) == DEMO_CHANNELS

    visitor.follow("Set up a player")
    visitor.is_on("Living room")
    for value in (user["playlist_url"], user["guide_url"], user["xtream"]["username"]):
        visitor.sees(value)
    visitor.unfold("Kodi")
    visitor.sees("PVR IPTV Simple Client")


@pytest.mark.feature("CU-20")
def test_a_device_is_noted(visitor, household, guest):
    household.user(guest, "Kitchen")
    visitor.sign_in(guest.username, guest.password)
    visitor.turn_to("My users")
    visitor.follow("Set up a player")

    visitor.follow("Add device")
    visitor.is_on("Add a device for Kitchen")
    visitor.fill("Device", "Smart TV of the hall")
    visitor.press("Add device")

    visitor.sees("Smart TV of the hall was added.")


@pytest.mark.feature("PE-03")
@EVERY_WAY
def test_what_is_bought_plays_on_the_same_link(visitor, household, guest):
    user = household.user(guest, "Living room")
    visitor.sign_in(guest.username, guest.password)
    visitor.turn_to("My users")

    visitor.follow("Buy a plan")
    visitor.is_on("Buy a plan for Living room")
    visitor.tick("Family, Family 1M")
    visitor.sees("Balance after")
    visitor.sees("5.00 EUR")
    visitor.press("Buy for 15.00 EUR")
    visitor.sees("Living room has Family until")
    until(lambda: len(shown(user)) > DEMO_CHANNELS, "the channels bought", 60)

    visitor.turn_to("My balance")
    visitor.sees("5.00 EUR")
    visitor.sign_out()


def test_too_little_money_is_told_before_and_nothing_is_bought(visitor, household):
    guest = household.guest(balance="1.00")
    user = household.user(guest, "Kitchen")
    visitor.sign_in(guest.username, guest.password)

    visitor.turn_to("My users")
    visitor.follow("Buy a plan")
    visitor.tick("Family, Family 1M")
    visitor.sees("14.00 EUR")
    visitor.sees("is missing from the balance")
    visitor.press("Buy for 15.00 EUR")

    visitor.is_on("Buy a plan for Kitchen")
    assert household.api.get("/subscriptions", user_id=user["id"])["items"] == []
