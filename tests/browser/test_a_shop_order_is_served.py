"""Workflow 9: a shop's order becomes a customer with a mail and a playlist; one that
cannot be served is seen, mended and tried again at the panel.
"""

import re
import time

import pytest
import requests
from household import NUMBERS
from running import a_woo_order, until
from ways import EVERY_WAY
from worlds import shown

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
@EVERY_WAY
def test_it_is_seen_from_the_order_to_the_mail(visitor, household, lineup):
    number, receiver = an_order(lineup)
    link = re.search(r"http\S+\.m3u8", mail_to(lineup, receiver))[0]
    card = {"playlist_url": link}
    until(lambda: len(shown(card)) > DEMO_CHANNELS, "the channels bought", 60)
    visitor.sign_in(*household.logins[Role.PARTNER])

    visitor.turn_to("Orders")
    visitor.is_on("Orders")
    visitor.fill_list("Order number or email starts with", number)
    visitor.follow(number)
    visitor.is_on(f"Order {number}")
    visitor.sees("Fulfilled")
    visitor.follow("View customer")
    visitor.is_on(f"Number {number}")
    visitor.sees("Family")

    visitor.turn_to("Delivery log")
    visitor.is_on("Delivery log")
    visitor.fill_list("Recipient or subject", receiver)
    visitor.follow("Your TV with Demo TV")
    visitor.sees(receiver)
    visitor.sees("Sent")
    visitor.sees("•••")


@pytest.mark.feature("WS-07")
def test_what_could_not_be_served_is_mended_and_tried_again(visitor, household, lineup):
    sku = f"NEW-{time.monotonic_ns()}"
    line = {
        "id": 66, "name": "Family", "product_id": 40, "variation_id": 0, "quantity": 1,
        "subtotal": "15.00", "total": "15.00", "total_tax": "0.00", "sku": sku,
    }  # fmt: skip
    number, receiver = an_order(lineup, line_items=[line])
    until(lambda: household.api.get("/orders", search=number)["items"], "the order")
    visitor.sign_in(*household.logins[Role.PARTNER])

    visitor.turn_to("Orders")
    visitor.follow("Needs attention")
    visitor.follow(number)
    visitor.sees("No plan on sale has this SKU.")
    visitor.follow("Create plan with this SKU")
    visitor.is_on("New plan for this SKU")
    visitor.choose("Product", "Family")
    visitor.fill("Name", f"From the shop {number}")
    visitor.fill("Price", "15.00")
    visitor.press("Create plan")
    visitor.sees("is on sale.")

    visitor.turn_to("Orders")
    visitor.fill_list("Order number or email starts with", number)
    visitor.follow(number)
    visitor.press("Retry")
    visitor.sees("All problems are resolved.")
    link = re.search(r"http\S+\.m3u8", mail_to(lineup, receiver))[0]
    until(lambda: len(shown({"playlist_url": link})) > DEMO_CHANNELS, "channels", 60)
