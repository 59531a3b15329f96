"""An order acts once, whatever is sent how often; a forged one not at all (WS-01, WS-04)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from running import a_woo_order, until


def customers(api, email):
    return api.get("/customers", search=email)["items"]


def refused(api):
    return sum(shop["refused_deliveries"] for shop in api.every("/shops"))


@pytest.mark.feature("WS-04")
def test_the_same_order_ten_times_is_one_customer_one_subscription_one_mail(lineup):
    body = a_woo_order(7001, "ten@example.org")
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda n: lineup.order(body, delivery=f"ten-{n % 5}"), range(10))
        )
    assert {answer.status_code for answer in answers} == {200}

    api = lineup.partner()
    until(lambda: "ten@example.org" in lineup.receivers(), "the mail")
    (customer,) = customers(api, "ten@example.org")
    subscriptions = until(
        lambda: api.get("/subscriptions", customer_id=customer["id"])["items"],
        "the subscription",
    )
    lineup.order(body, delivery="ten-late")
    until(lineup.is_settled, "all events to be consumed")

    assert len(subscriptions) == 1
    assert len(customers(api, "ten@example.org")) == 1
    assert lineup.receivers().count("ten@example.org") == 1


@pytest.mark.feature("WS-01")
def test_one_changed_byte_is_refused_and_counted_and_leaves_no_row(lineup):
    body = a_woo_order(7002, "forged@example.org")
    count = "SELECT count(*) FROM shop_delivery"
    before = lineup.rows("billing", count)
    api = lineup.partner()
    refused_before = refused(api)

    answer = lineup.order(body, sent=body.replace(b"7002", b"7003", 1))

    assert answer.status_code == 401
    until(lambda: refused(api) == refused_before + 1, "the shop to count what it sent")
    assert lineup.rows("billing", count) == before
