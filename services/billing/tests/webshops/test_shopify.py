import copy
import json
from datetime import UTC, datetime

import pytest

from billing.webshops import shopify
from billing.webshops.messages import OrderRefund, PaymentStatus, RefundedLine, Unusable
from lineup.money import Money

LINE = 866550311766439000
ORDER = {
    "id": 820982911946154500,
    "name": "#1042",
    "order_number": 1042,
    "email": "ana@example.org",
    "contact_email": "ana@example.org",
    "phone": None,
    "currency": "GBP",
    "presentment_currency": "EUR",
    "total_price": "14.99",
    "current_total_price": "14.99",
    "financial_status": "paid",
    "cancelled_at": None,
    "cancel_reason": None,
    "test": False,
    "updated_at": "2026-03-02T12:15:05+02:00",
    "note_attributes": [],
    "customer": {
        "id": 115310627314723950,
        "email": "ana@example.org",
        "first_name": "Ana",
        "last_name": "Ruiz",
    },
    "billing_address": {"phone": "+34600000001", "city": "Leeds", "country_code": "GB"},
    "refunds": [],
    "line_items": [
        {
            "id": LINE,
            "product_id": None,
            "variant_id": None,
            "sku": "GOLD-1M",
            "title": "Gold",
            "variant_title": "1 month",
            "quantity": 1,
            "current_quantity": 1,
            "price": "14.99",
            "total_discount": "0.00",
            "discount_allocations": [],
            "properties": [{"name": "iptv_username", "value": "ana77"}],
        }
    ],
}
REFUND = {
    "id": 509562969,
    "order_id": ORDER["id"],
    "note": None,
    "refund_line_items": [{"line_item_id": LINE, "quantity": 1, "subtotal": 14.99}],
    "transactions": [
        {
            "id": 1,
            "kind": "refund",
            "status": "success",
            "amount": "14.99",
            "currency": "GBP",
        }
    ],
}


def read(topic="orders/paid", **changes):
    return shopify.read(topic, json.dumps({**ORDER, **changes}).encode())


def line(**changes):
    return {**copy.deepcopy(ORDER["line_items"][0]), **changes}


def refund(**changes):
    return shopify.read("refunds/create", json.dumps({**REFUND, **changes}).encode())


class TestAnOrder:
    def test_is_read_whole(self):
        order = read()

        assert order.external_id == "820982911946154500"
        assert order.number == "#1042"
        assert order.total == Money.of("14.99 GBP")
        assert order.modified_at == datetime(2026, 3, 2, 10, 15, 5, tzinfo=UTC)
        assert order.buyer.first_name == "Ana"
        assert order.buyer.phone == "+34600000001"
        assert order.buyer.country == "GB"

    def test_ids_beyond_two_to_the_53_are_exact(self):
        (only,) = read().lines

        assert only.id == "866550311766439000"

    def test_the_line_says_who_is_renewed(self):
        assert read().lines[0].username == "ana77"

    def test_or_the_order_does(self):
        order = read(
            note_attributes=[{"name": "IPTV_Username", "value": "ben12"}],
            line_items=[line(properties=[])],
        )

        assert order.lines[0].username == "ben12"

    def test_a_discount_is_not_paid(self):
        cheaper = line(
            quantity=2,
            current_quantity=2,
            discount_allocations=[{"amount": "5.00"}, {"amount": "1.00"}],
        )

        order = read(
            line_items=[cheaper], total_price="23.98", current_total_price=23.98
        )

        assert order.lines[0].amount == Money.of("23.98 GBP")

    def test_taxes_come_on_top_unless_included(self):
        taxed = line(price="10.00", tax_lines=[{"price": "2.00"}])

        assert read(line_items=[taxed]).lines[0].amount == Money.of("12.00 GBP")
        included = read(line_items=[taxed], taxes_included=True)
        assert included.lines[0].amount == Money.of("10.00 GBP")

    def test_a_custom_line_has_no_sku(self):
        assert read(line_items=[line(sku=None, variant_title=None)]).lines[0].sku == ""

    def test_the_buyer_may_be_known_by_the_customer_only(self):
        order = read(email=None, contact_email=None, billing_address=None)

        assert order.buyer.email == "ana@example.org"

    def test_a_test_order_says_so(self):
        assert read(test=True).is_test


class TestStanding:
    @pytest.mark.parametrize(
        ("status", "standing", "paid"),
        [
            ("pending", PaymentStatus.OPEN, False),
            ("authorized", PaymentStatus.OPEN, False),
            ("partially_paid", PaymentStatus.OPEN, False),
            (None, PaymentStatus.OPEN, False),
            ("paid", PaymentStatus.PAID, True),
            ("partially_refunded", PaymentStatus.PAID, True),
            ("refunded", PaymentStatus.REFUNDED, True),
            ("voided", PaymentStatus.CANCELLED, False),
        ],
    )
    def test_by_financial_status(self, status, standing, paid):
        order = read(financial_status=status)

        assert (order.standing, order.proves_payment) == (standing, paid)

    def test_cancelled_whatever_was_paid(self):
        order = read(cancelled_at="2026-03-02T10:15:05Z")

        assert (order.standing, order.proves_payment) == (PaymentStatus.CANCELLED, True)

    def test_refunded_and_cancelled_is_refunded(self):
        order = read(cancelled_at="2026-03-02T10:15:05Z", financial_status="refunded")

        assert order.standing == PaymentStatus.REFUNDED


class TestARefund:
    def test_says_lines_and_what_went_back(self):
        assert refund() == OrderRefund(
            external_order_id=str(ORDER["id"]),
            id="509562969",
            amount=Money.of("14.99 GBP"),
            lines=[RefundedLine(line_id=str(LINE), quantity=1)],
        )

    def test_only_successful_refunds_count(self):
        transactions = [
            {
                "kind": "refund",
                "status": "success",
                "amount": "4.99",
                "currency": "GBP",
            },
            {
                "kind": "refund",
                "status": "failure",
                "amount": "5.00",
                "currency": "GBP",
            },
            {"kind": "void", "status": "success", "amount": "5.00", "currency": "GBP"},
        ]

        assert refund(transactions=transactions).amount == Money.of("4.99 GBP")

    def test_nothing_may_have_gone_back_yet(self):
        assert not refund(transactions=[]).amount

    def test_two_refunds_in_one_order(self):
        order = read(
            "orders/updated",
            financial_status="partially_refunded",
            refunds=[REFUND, {**REFUND, "id": 2}],
        )

        assert [each.id for each in order.refunds] == ["509562969", "2"]


class TestHeaders:
    def test_old_and_new_names(self):
        for start in ("x-shopify-", "shopify-"):
            headers = shopify.headers_of(
                {
                    f"{start}topic": "orders/paid",
                    f"{start}hmac-sha256": "sig",
                    f"{start}shop-domain": "Demo.myshopify.com",
                    f"{start}webhook-id": "w1",
                    f"{start}test": "true",
                }
            )

            assert headers.topic == "orders/paid"
            assert headers.signature == "sig"
            assert headers.source == "demo.myshopify.com"
            assert headers.delivery_key == "w1"
            assert headers.is_test


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\xff"])
def test_what_is_no_order_is_unusable(body):
    for topic in ("orders/paid", "refunds/create"):
        with pytest.raises(Unusable):
            shopify.read(topic, body)


def test_another_topic_is_unusable():
    with pytest.raises(Unusable) as caught:
        shopify.read("customers/redact", b"{}")

    assert caught.value.code == "unknown_topic"
