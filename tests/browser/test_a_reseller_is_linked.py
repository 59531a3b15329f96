"""Workflow 2: a reseller finds a partner, sells for it, and is let go."""

import pytest
from fixtures import NUMBERS, PASSWORD
from viewports import EVERY_VIEWPORT

from lineup.context import Role
from lineup_local.demo.installation import PARTNER
from lineup_local.demo.reseller import CUSTOMER


@EVERY_VIEWPORT
@pytest.mark.feature("UI-04", "AH-10", "AH-13")
def test_a_reseller_asks_is_accepted_sells_and_is_let_go(browser_user, fixtures):
    name, username = fixtures.company()
    partner = fixtures.logins[Role.PARTNER]
    browser_user.sign_in(username, PASSWORD)
    ask_for_a_link(browser_user)
    browser_user.sign_in(*partner)
    accept(browser_user, name)
    browser_user.sign_in(username, PASSWORD)
    sell(browser_user)
    browser_user.sign_in(*partner)
    end(browser_user, name)
    browser_user.sign_in(username, PASSWORD)
    browser_user.sees("No links yet.")


def test_the_demo_has_a_linked_reseller_with_a_customer(browser_user, lineup):
    demo = lineup.demo
    browser_user.sign_in(demo["reseller_username"], demo["reseller_password"])
    browser_user.press(f"Sell for {PARTNER}")
    browser_user.navigate_to("Customers")
    browser_user.sees(f"{CUSTOMER['first_name']} {CUSTOMER['last_name']}")


def ask_for_a_link(reseller):
    reseller.navigate_to("Partner directory")
    reseller.follow(f"Request link to {PARTNER}")
    reseller.fill("Message", "We sell in the south.")
    reseller.press("Send request")
    reseller.sees(f"Your request was sent to {PARTNER}.")
    reseller.sign_out()


def accept(partner, name):
    partner.navigate_to("Requests")
    partner.sees("We sell in the south.")
    partner.follow(f"Accept {name}")
    partner.press("Accept request")
    partner.sees("Request accepted.")
    partner.sign_out()


def sell(reseller):
    number = next(NUMBERS)
    reseller.press(f"Sell for {PARTNER}")
    reseller.is_on("Dashboard")
    reseller.navigate_to("Customers")
    reseller.follow("New customer")
    reseller.fill("First name", "Mila")
    reseller.fill("Last name", f"Number{number}")
    reseller.press("Create customer")
    reseller.sees(f"Mila Number{number} was created.")
    reseller.sign_out()


def end(partner, name):
    partner.navigate_to("Links")
    partner.follow(name)
    partner.follow("End cooperation")
    partner.press("End cooperation")
    partner.sees("This cooperation has ended.")
    partner.sees("Take over or move")
    partner.sign_out()
