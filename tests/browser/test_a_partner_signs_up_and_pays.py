"""Workflow 1: a company signs up, tries its package, is locked, pays and goes on."""

import re

import pytest
import requests
from fixtures import NUMBERS, PASSWORD
from running import until
from viewports import EVERY_VIEWPORT

from lineup.context import Role
from lineup_local.demo.installation import PARTNER

END_ITS_TRIAL = """
UPDATE partnerships SET trial_ends_at = now(), due_at = now()
WHERE id = (SELECT id FROM accounts WHERE name = %s) RETURNING 1
"""
"""As the clock does after 14 days, which the others in this system have not waited."""


@EVERY_VIEWPORT
@pytest.mark.feature("PL-01", "PL-02", "PL-06", "PL-12")
def test_a_partner_signs_up_is_locked_pays_and_goes_on(browser_user, fixtures):
    name, username = sign_up(browser_user, fixtures.lineup, "Start")
    browser_user.navigate_to("Your package")
    browser_user.sees("Trial ends")
    browser_user.follow("Choose Business")
    browser_user.press("Choose Business")
    browser_user.sees("Business was chosen.")
    browser_user.sign_out()

    assert fixtures.lineup.rows("accounts", END_ITS_TRIAL, name)
    browser_user.sign_in(username, PASSWORD)
    browser_user.sees("Your panel is locked because payment is due.")
    browser_user.sees("Export your data")
    browser_user.sign_out()

    pays(browser_user, fixtures, name)
    browser_user.sign_in(username, PASSWORD)
    browser_user.is_on("Dashboard")
    browser_user.navigate_to("Your package")
    browser_user.sees("Paid until")


@pytest.mark.feature("PL-14")
def test_a_reseller_signs_up_and_finds_partners(browser_user, lineup):
    sign_up(browser_user, lineup, "Resale")
    browser_user.navigate_to("Your package")
    browser_user.sees("Trial ends")
    browser_user.navigate_to("Partner directory")
    browser_user.sees(f"Request link to {PARTNER}")


@pytest.mark.feature("PL-20")
def test_the_operator_extends_a_trial_for_a_reason(browser_user, fixtures):
    name, _ = sign_up(browser_user, fixtures.lineup, "Start")
    browser_user.sign_out()
    browser_user.sign_in(*fixtures.logins[Role.OPERATOR])
    browser_user.navigate_to("Partners")
    browser_user.fill_list("Name, username or email", name)
    browser_user.follow(name)
    browser_user.press(f"More actions: {name}")
    browser_user.follow("Extend trial")
    browser_user.fill("Days", "7")
    browser_user.fill("Reason", "Waiting for their bank")
    browser_user.press("Extend trial")
    browser_user.sees("Trial extended.")
    browser_user.sees("Waiting for their bank")


def sign_up(prospect, lineup, package):
    """Register, take the credentials from the mail, choose a password: name, username."""
    number = next(NUMBERS)
    name, mail = f"Northlight-{number}", f"eva{number}@northern.example"
    prospect.open("/join")
    prospect.follow(f"Choose {package}")
    prospect.choose("Country", "Netherlands")
    said = {"company": name, "company_number": f"NL{number}", "email": mail}
    for field, text in {**said, "contact": "Eva Sommer"}.items():
        prospect.input_device.fill(prospect.page.locator(f"#{field}"), text)
    prospect.press("Register")
    prospect.is_on("Thank you for registering")
    username, first = credentials(lineup, mail)
    prospect.sign_in(username, first)
    prospect.fill("Current password", first)
    prospect.fill("New password", PASSWORD)
    prospect.fill("Repeat new password", PASSWORD)
    prospect.press("Change password")
    prospect.sees("Password changed")
    return name, username


def credentials(lineup, receiver):
    """What the mail says that begins a trial: username, password."""
    until(lambda: receiver in lineup.receivers(), f"a mail to {receiver}")
    [mail] = [one for one in lineup.mails() if one["To"][0]["Address"] == receiver]
    address = f"{lineup.url('MAIL_HTTP')}/api/v1/message/{mail['ID']}"
    text = requests.get(address, timeout=10).json()["Text"]
    return [
        re.search(rf"{word}:\s+(\S+)", text)[1] for word in ("Username", "Password")
    ]


def pays(operator, fixtures, name):
    """The operator books the payment that has arrived."""
    operator.sign_in(*fixtures.logins[Role.OPERATOR])
    operator.navigate_to("Partners")
    operator.fill_list("Name, username or email", name)
    operator.follow(name)
    operator.follow("Book payment")
    operator.fill("Payment reference", f"bank {next(NUMBERS)}")
    operator.press("Book payment")
    operator.sees("Payment booked.")
    operator.sign_out()
