"""Workflow 13: support is let in, sees what a customer sees, helps, and leaves traces."""

import pytest
from fixtures import PASSWORD
from playwright.sync_api import expect
from viewports import EVERY_VIEWPORT

from lineup.context import Role


@pytest.fixture
def guest(fixtures):
    """A customer with a user, whose link somebody else has."""
    guest = fixtures.guest(balance="5.00")
    fixtures.user(guest, "Bedroom")
    return guest


@EVERY_VIEWPORT
@pytest.mark.feature("AH-28", "AH-29", "AH-32")
def test_support_is_let_in_helps_and_is_seen(browser_user, fixtures, guest):
    sue = fixtures.support()
    give_access(browser_user, fixtures)
    browser_user.sign_in(sue, PASSWORD)
    find(browser_user, guest)
    enter(browser_user, sue, guest)
    replace_the_link(browser_user)
    leave(browser_user, guest)
    browser_user.sign_out()

    browser_user.sign_in(guest.username, PASSWORD)
    browser_user.navigate_to("Audit log")
    done = browser_user.row("Replace playlist link")
    expect(done).to_contain_text(sue)
    expect(done).to_contain_text(f"on behalf of {guest.username}")
    browser_user.sign_out()
    browser_user.sign_in(*fixtures.logins[Role.PARTNER])
    to_support_access(browser_user)
    browser_user.sees(f"{sue}, as {guest.username}")


def give_access(partner, fixtures):
    partner.sign_in(*fixtures.logins[Role.PARTNER])
    to_support_access(partner)
    partner.follow("Give support access")
    partner.choose("For", "4 hours")
    partner.press("Give access")
    partner.is_on("Settings")
    partner.sign_out()


def to_support_access(partner):
    partner.open("/settings/support")


def find(support, guest):
    support.navigate_to("Customers")
    support.fill_list("Name, email, phone, username or MAC", guest.username)
    support.follow(guest.name)
    support.is_on(guest.name)


def enter(support, name, guest):
    support.press("Log in as this customer")
    support.is_on("Welcome, Guest")
    banner = support.page.locator(".behalf")
    expect(banner).to_contain_text(f"{name} is logged in as {guest.username}")


def replace_the_link(support):
    support.follow("Bedroom")
    support.follow("Replace link")
    support.press("Replace link")
    support.sees("The playlist link was replaced.")


def leave(support, guest):
    banner = support.page.locator(".behalf")
    support.press("Return to my account", within=banner)
    support.sees("You are back in your own account.")
    support.is_on(guest.name)
