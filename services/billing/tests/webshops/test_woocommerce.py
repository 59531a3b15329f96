import json
from datetime import UTC, datetime

import pytest

from billing.webshops import woocommerce
from billing.webshops.messages import (
    OrderDeletion,
    OrderRefund,
    PaymentStatus,
    Unusable,
)
from lineup.money import Money

ORDER = {
    "id": 5012,
    "parent_id": 0,
    "number": "W-5012",
    "status": "processing",
    "currency": "EUR",
    "date_created_gmt": "2026-03-02T10:14:31",
    "date_modified_gmt": "2026-03-02T10:15:05",
    "date_paid_gmt": "2026-03-02T10:15:04",
    "total": "29.98",
    "total_tax": "0.00",
    "customer_id": 31,
    "billing": {
        "first_name": "Ana",
        "last_name": "Ruiz",
        "email": "ana@example.org",
        "phone": "+34600000001",
    },
    "meta_data": [{"id": 900, "key": "_other", "value": {"any": ["json"]}}],
    "line_items": [
        {
            "id": 66,
            "name": "Gold 1 month",
            "product_id": 40,
            "variation_id": 0,
            "quantity": 2,
            "total": "29.98",
            "total_tax": "0.00",
            "sku": "GOLD-1M",
            "price": 14.99,
            "meta_data": [],
        }
    ],
    "refunds": [],
}


def read(topic="order.updated", **changes):
    return woocommerce.read(topic, json.dumps({**ORDER, **changes}).encode())


def line(**changes):
    return {**ORDER["line_items"][0], **changes}


class TestAnOrder:
    def test_is_read_whole(self):
        order = read()

        assert order.external_id == "5012"
        assert order.number == "W-5012"
        assert order.total == Money.of("29.98 EUR")
        assert order.modified_at == datetime(2026, 3, 2, 10, 15, 5, tzinfo=UTC)
        assert order.buyer.email == "ana@example.org"
        assert not order.is_test

    def test_has_its_lines(self):
        (only,) = read().lines

        assert (only.id, only.sku, only.quantity) == ("66", "GOLD-1M", 2)
        assert only.amount == Money.of("29.98 EUR")

    def test_taxes_were_paid_too(self):
        (only,) = read(line_items=[line(total="25.19", total_tax="4.79")]).lines

        assert only.amount == Money.of("29.98 EUR")

    def test_a_deleted_product_leaves_no_sku(self):
        (only,) = read(line_items=[line(sku=None)]).lines

        assert only.sku == ""

    def test_a_renewal_is_an_order_like_any_other(self):
        renewal = [{"id": 1, "key": "_subscription_renewal", "value": "77"}]

        assert read("order.created", meta_data=renewal).standing == PaymentStatus.PAID


class TestWhoIsRenewed:
    def test_the_line_says_it_before_the_order(self):
        order = read(
            meta_data=[{"key": "iptv_username", "value": "ana77"}],
            line_items=[
                line(meta_data=[{"key": "iptv_username", "value": " ben12 "}]),
                line(id=67),
            ],
        )

        assert [each.username for each in order.lines] == ["ben12", "ana77"]

    @pytest.mark.parametrize("value", [None, [], {}, False])
    def test_a_value_that_says_nothing_names_nobody(self, value):
        order = read(meta_data=[{"key": "iptv_username", "value": value}])

        assert order.lines[0].username == ""

    @pytest.mark.parametrize("value", [4711, ["4711"], {"value": 4711}])
    def test_a_value_that_is_no_text_says_whom_it_says(self, value):
        order = read(meta_data=[{"key": "iptv_username", "value": value}])

        assert order.lines[0].username == "4711"


class TestStanding:
    @pytest.mark.parametrize("status", ["processing", "completed"])
    def test_paid_states_with_a_date_are_paid(self, status):
        order = read(status=status)

        assert (order.standing, order.proves_payment) == (PaymentStatus.PAID, True)

    @pytest.mark.parametrize("status", ["processing", "completed"])
    def test_without_the_date_nothing_was_paid(self, status):
        order = read(status=status, date_paid_gmt=None)

        assert (order.standing, order.proves_payment) == (PaymentStatus.OPEN, False)

    @pytest.mark.parametrize(
        "status", ["pending", "on-hold", "checkout-draft", "trash"]
    )
    def test_other_states_are_not(self, status):
        order = read(status=status)

        assert (order.standing, order.proves_payment) == (PaymentStatus.OPEN, False)

    @pytest.mark.parametrize("status", ["cancelled", "failed"])
    def test_cancelled(self, status):
        assert read(status=status).standing == PaymentStatus.CANCELLED

    def test_refunded(self):
        assert read(status="refunded").standing == PaymentStatus.REFUNDED


class TestRefunds:
    def test_each_has_its_amount(self):
        refunds = [
            {"id": 88, "reason": "x", "total": "-14.99"},
            {"id": 89, "total": "-1.00"},
        ]

        assert read(refunds=refunds).refunds == [
            OrderRefund(
                external_order_id="5012", id="88", amount=Money.of("14.99 EUR")
            ),
            OrderRefund(external_order_id="5012", id="89", amount=Money.of("1.00 EUR")),
        ]


class TestMoney:
    @pytest.mark.parametrize("text", ["10", "10.0", "10.00", "10.0000"])
    def test_spellings_of_ten(self, text):
        assert read(total=text).total == Money(1000, "EUR")

    def test_yen_have_no_places(self):
        order = read(currency="JPY", total="1499", line_items=[])

        assert order.total == Money(1499, "JPY")

    @pytest.mark.parametrize(
        "text", ["9.999", "nine", "NaN", "Infinity", "1E999999", "9" * 20]
    )
    def test_a_total_that_is_no_amount_is_a_problem_of_the_order(self, text):
        assert read(total=text).problem.startswith("bad_amount: ")

    @pytest.mark.parametrize(
        ("text", "minor"),
        [
            (29.98, 2998),
            ("1,229.98", 122998),
            ("2.998E1", 2998),
            ("29.98000000000000042", 2998),
        ],
    )
    def test_other_spellings_of_a_total(self, text, minor):
        assert read(total=text).total.amount_minor == minor

    def test_more_decimals_than_the_currency_that_sum_exactly(self):
        (only,) = read(
            line_items=[line(total="24.7768595", total_tax="5.2031405")]
        ).lines

        assert only.amount == Money.of("29.98 EUR")

    def test_a_line_that_is_no_amount_is_a_problem_of_the_line(self):
        odd = line(id=67, total="ten")
        first, second = read(line_items=[line(), odd]).lines

        assert (first.unreadable, second.unreadable) == ("", "bad_amount")


class TestWhatCannotBeRead:
    def test_a_signed_error_body(self):
        body = b'{"code":"woocommerce_rest_cannot_view","message":"x","data":{"status":401}}'

        with pytest.raises(Unusable) as caught:
            woocommerce.read("order.updated", body)

        assert caught.value.code == "bad_payload"

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{", b"null", b"\xff\xfe", b"webhook_id=1"]
    )
    def test_no_order_at_all(self, body):
        with pytest.raises(Unusable):
            woocommerce.read("order.created", body)

    def test_half_a_letter(self):
        (only,) = read(line_items=[line(name="Gold\ud800")]).lines

        assert only.name == "Gold"

    def test_an_order_without_any_date(self):
        dates = dict.fromkeys(
            ["date_created_gmt", "date_modified_gmt", "date_paid_gmt"]
        )

        assert read(**dates).modified_at is None

    def test_another_topic(self):
        with pytest.raises(Unusable) as caught:
            woocommerce.read("product.updated", b"{}")

        assert caught.value.code == "unknown_topic"

    def test_a_quantity_beyond_reason(self):
        (only,) = read(line_items=[line(quantity=100000)]).lines

        assert (only.quantity, only.unreadable) == (1, "quantity_too_large")

    def test_a_deleted_order_has_only_its_id(self):
        message = woocommerce.read("order.deleted", b'{"id":5012}')

        assert message == OrderDeletion(external_order_id="5012")


FORM = {"content-type": "application/x-www-form-urlencoded"}


class TestPing:
    @pytest.mark.feature("WS-02")
    def test_the_form_is_a_ping(self):
        assert woocommerce.is_ping(FORM, b"webhook_id=17")

    def test_with_a_charset_too(self):
        kind = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}

        assert woocommerce.is_ping(kind, b"webhook_id=17")

    @pytest.mark.parametrize(
        "body", [b"webhook_id=17&x=1", b"webhook_id=x", b"", b"id=17"]
    )
    def test_another_form_is_not(self, body):
        assert not woocommerce.is_ping(FORM, body)

    def test_json_is_not(self):
        assert not woocommerce.is_ping(
            {"content-type": "application/json"}, b"webhook_id=17"
        )

    def test_a_signed_form_is_not(self):
        signed = {**FORM, "x-wc-webhook-signature": "x"}

        assert not woocommerce.is_ping(signed, b"webhook_id=17")
