"""Workflow 9: a shop's order becomes a customer with a mail and a playlist; one that
cannot be served is seen, mended and tried again at the panel.
"""

import re
import time

import pytest
import requests
from factories import shown_channels
from fixtures import NUMBERS
from running import a_woo_order, until
from viewports import EVERY_VIEWPORT

from lineup.context import Role

DEMO_CHANNELS = 8


def an_order(lineup, **changed):
    number = next(NUMBERS)
    body = a_woo_order(number, **changed)
    assert lineup.order(body, delivery=f"browser-{number}").status_code == 200
    return str(number), f"buyer{number}@example.org"


def mail_to(lineup, receiver):
    """The text of the newest mail to somebody, as it was caught."""

    def found():
        mine = [m for m in lineup.mails() if m["To"][0]["Address"] == receiver]
        return mine and mine[0]["ID"]

    mail_id = until(found, f"a mail to {receiver}")
    address = f"{lineup.url('MAIL_HTTP')}/api/v1/message/{mail_id}"
    return requests.get(address, timeout=10).json()["Text"]


@pytest.mark.feature("WS-09")
@EVERY_VIEWPORT
def test_it_is_seen_from_the_order_to_the_mail(browser_user, fixtures, lineup):
    number, receiver = an_order(lineup)
    link = re.search(r"http\S+\.m3u8", mail_to(lineup, receiver))[0]
    card = {"playlist_url": link}
    until(lambda: len(shown_channels(card)) > DEMO_CHANNELS, "the channels bought", 60)
    browser_user.sign_in(*fixtures.logins[Role.PARTNER])

    browser_user.navigate_to("Orders")
    browser_user.is_on("Orders")
    browser_user.fill_list("Order number or email starts with", number)
    browser_user.follow(number)
    browser_user.is_on(f"Order {number}")
    browser_user.sees("Fulfilled")
    browser_user.follow("View customer")
    browser_user.is_on(f"Number {number}")
    browser_user.sees("Family")

    browser_user.navigate_to("Delivery log")
    browser_user.is_on("Delivery log")
    browser_user.fill_list("Recipient or subject", receiver)
    browser_user.follow("Your TV with Demo TV")
    browser_user.sees(receiver)
    browser_user.sees("Sent")
    browser_user.sees("•••")


@pytest.mark.feature("WS-07")
def test_what_could_not_be_served_is_mended_and_tried_again(
    browser_user, fixtures, lineup
):
    sku = f"NEW-{time.monotonic_ns()}"
    line = {
        "id": 66, "name": "Family", "product_id": 40, "variation_id": 0, "quantity": 1,
        "subtotal": "15.00", "total": "15.00", "total_tax": "0.00", "sku": sku,
    }  # fmt: skip
    number, receiver = an_order(lineup, line_items=[line])
    until(lambda: fixtures.api.get("/orders", search=number)["items"], "the order")
    browser_user.sign_in(*fixtures.logins[Role.PARTNER])

    browser_user.navigate_to("Orders")
    browser_user.follow("Needs attention")
    browser_user.follow(number)
    browser_user.sees("No plan on sale has this SKU.")
    browser_user.follow("Create plan with this SKU")
    browser_user.is_on("New plan for this SKU")
    browser_user.choose("Product", "Family")
    browser_user.fill("Name", f"From the shop {number}")
    browser_user.fill("Price", "15.00")
    browser_user.press("Create plan")
    browser_user.sees("is on sale.")

    browser_user.navigate_to("Orders")
    browser_user.fill_list("Order number or email starts with", number)
    browser_user.follow(number)
    browser_user.press("Retry")
    browser_user.sees("All problems are resolved.")
    link = re.search(r"http\S+\.m3u8", mail_to(lineup, receiver))[0]
    until(
        lambda: len(shown_channels({"playlist_url": link})) > DEMO_CHANNELS,
        "channels",
        60,
    )
