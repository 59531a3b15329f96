"""Workflow 3: a dealer made, switched off, switched on, deleted with its subscribers."""

import pytest
import requests
from factories import shown_channels
from fixtures import NUMBERS, PASSWORD
from running import until
from viewports import EVERY_VIEWPORT

from lineup.context import Role

DEMO_CHANNELS = 8


@pytest.fixture
def dealer(fixtures):
    """A dealer with one customer, whose user plays what was bought."""
    return fixtures.dealer()


@pytest.fixture
def partner(browser_user, fixtures):
    """The partner, who has signed in and looks at its dealers."""
    browser_user.sign_in(*fixtures.logins[Role.PARTNER])
    browser_user.navigate_to("Sellers")
    return browser_user


def set_state(partner, dealer, words):
    partner.navigate_to("Sellers")
    partner.fill_list("Name, username or email", dealer.username)
    partner.follow(dealer.name)
    partner.is_on(dealer.name)
    partner.follow("Edit")
    partner.is_on(f"Edit {dealer.name}")
    partner.tick(words)
    partner.press("Save")


@pytest.mark.feature("AH-17")
def test_a_new_dealer_signs_in_at_once_and_makes_customers(partner):
    number = next(NUMBERS)
    partner.follow("New dealer")
    partner.fill("Name", f"Shop {number}")
    partner.fill("Username", f"shop-{number}")
    partner.fill("Password", PASSWORD)
    partner.press("Create dealer")
    partner.sees(f"can sign in as shop-{number}")
    partner.sign_out()

    partner.sign_in(f"shop-{number}", PASSWORD)
    partner.navigate_to("Customers")
    partner.follow("New customer")
    partner.fill("First name", "Mila")
    partner.fill("Last name", f"Number{number}")
    partner.fill("Email", f"mila{number}@example.org")
    partner.press("Create customer")
    partner.sees(f"Mila Number{number} was created.")


@pytest.mark.feature("AH-18", "AH-20", "UI-03")
def test_off_nobody_signs_in_and_subscribers_see_demo_until_it_is_on(
    partner, dealer, fixtures
):
    set_state(partner, dealer, "Inactive: logins are disabled")
    partner.sees(f"{dealer.name} was saved.")
    assert not fixtures.lets_in(dealer.username)
    until(
        lambda: len(shown_channels(dealer.user)) == DEMO_CHANNELS, "demo channels", 60
    )

    set_state(partner, dealer, "Active")
    partner.sees(f"{dealer.name} was saved.")
    assert fixtures.lets_in(dealer.username)
    until(
        lambda: len(shown_channels(dealer.user)) > DEMO_CHANNELS,
        "the channels bought",
        60,
    )


@pytest.mark.feature("AH-19", "UI-05")
@EVERY_VIEWPORT
def test_deleted_it_takes_everything_with_it_once_its_name_is_typed(
    partner, dealer, fixtures
):
    set_state(partner, dealer, "Delete: permanently")
    partner.is_on(f"Delete {dealer.name}?")
    partner.sees("1 customer")
    partner.sees("1 user")
    partner.sees("5.00 EUR is on the balance.")
    partner.fill(f"Type {dealer.username} to confirm", "something else")
    partner.press("Delete account")
    partner.sees("This does not match.")
    assert requests.get(dealer.user["playlist_url"], timeout=10).ok

    partner.fill(f"Type {dealer.username} to confirm", dealer.username)
    partner.fill("Reason for deleting anyway", "out of business")
    partner.press("Delete account")
    partner.sees("The account and its customers were deleted.")
    until(lambda: is_gone(dealer.user), "the link to be gone", 60)
    assert not fixtures.lets_in(dealer.username)


def is_gone(user):
    return requests.get(user["playlist_url"], timeout=10).status_code == 404
