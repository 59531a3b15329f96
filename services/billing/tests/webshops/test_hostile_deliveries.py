"""Whatever a shop signs is stored and ends as done or parked, and harms nobody else."""

import json
from base64 import b64decode
from contextlib import contextmanager
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from billing.wallets.checks import check_ledger
from billing.webshops.operations.connections import get_shop, list_shops
from billing.webshops.operations.delivery_log import (
    get_shop_delivery,
    list_shop_deliveries,
    replay_delivery,
)
from billing.webshops.operations.order_queries import (
    announce_waiting_orders,
    get_order,
    list_orders,
    replay_order,
)
from billing.webshops.payloads import one_line
from lineup.contracts.billing.orders import (
    GetOrder,
    ListOrders,
    OrderState,
    ReplayOrder,
)
from lineup.contracts.billing.shops import (
    GetShop,
    GetShopDelivery,
    ListShopDeliveries,
    ListShops,
    ReplayDelivery,
    ShopKind,
)
from lineup.contracts.billing.wallets import CheckLedger

from .conftest import SHOPIFY_ID, shopify, shopify_line, shopify_refund, woo, woo_line

DIGITS = 100_000
DEEP = 20_000
MANY_REFUNDS = json.dumps([{"id": n, "total": "-1"} for n in range(101)]).encode()
MANY_LINES = json.dumps([woo_line(quantity=0)] * 501).encode()


def with_value(order, raw, place):
    """An order's text with one raw piece of JSON in place of a field's value."""
    mark = "the-place-of-it"
    where = order
    for step in place[:-1]:
        where = where[step]
    where[place[-1]] = mark
    return json.dumps(order).encode().replace(json.dumps(mark).encode(), raw)


def look_at_all(desk):
    """Read everything a partner can of its shops, and try everything again."""
    for delivery in desk.ask(list_shop_deliveries, ListShopDeliveries()).items:
        asked = GetShopDelivery(delivery_id=delivery.id)
        assert desk.ask(get_shop_delivery, asked).size == delivery.size
        if delivery.verdict != "done":
            assert delivery.problem
            again = ReplayDelivery(delivery_id=delivery.id)
            assert desk.ask(replay_delivery, again).verdict in {"done", "parked"}
    for order in desk.ask(list_orders, ListOrders()).items:
        desk.ask(get_order, GetOrder(order_id=order.id))
        desk.ask(replay_order, ReplayOrder(order_id=order.id))
    desk.ask(get_shop, GetShop(shop_id=desk.shop.id))
    desk.ask(list_shops, ListShops())


def alter(desk, statement):
    """Leave behind what an older version may have let in."""
    with desk.database.transaction() as work:
        work.session.execute(text(statement))


@contextmanager
def refusing(database, table):
    """A table that takes no row, for a reason that no reader foresees."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION refuse CASCADE")


WOO = json.dumps(woo()).encode()
MODIFIED = ["date_modified_gmt"]
LINE = ["line_items", 0]
NO_ORDERS = [
    ("bad_payload", json.dumps(woo()).encode("utf-16")),
    ("bad_payload", json.dumps(woo()).encode("utf-32")),
    ("bad_payload", b"\x00" * 100),
    ("bad_payload", b"[]"),
    ("bad_payload", with_value(woo(), b'{"a":' * DEEP + b"1" + b"}" * DEEP, ["extra"])),
    ("bad_payload", with_value(woo(), b"[" * DEEP + b"]" * DEEP, ["meta_data"])),
    ("bad_payload", with_value(woo(), b"[" * DEEP, ["refunds"])),
    ("bad_payload", with_value(woo(), b"9" * DIGITS, ["id"])),
    ("bad_payload", with_value(woo(), b"1e400", ["id"])),
    ("bad_payload", with_value(woo(), b"-1", ["id"])),
    ("bad_payload", with_value(woo(), b"9223372036854775808", ["id"])),
]
PROBLEMS = [
    ("bad_amount: there is no total", with_value(woo(), b"NaN", ["total"])),
    ("bad_amount: there is no total", with_value(woo(), b"-Infinity", ["total"])),
    ("bad_amount", with_value(woo(), b'"' + b"9" * 1000 + b'"', [*LINE, "total"])),
    ("bad_amount", with_value(woo(), b'"999999999999.99"', [*LINE, "total"])),
    ("bad_currency", with_value(woo(), b'"' + b"E" * 9000 + b'"', ["currency"])),
    ("quantity_too_large", with_value(woo(), b"201", [*LINE, "quantity"])),
    ("too_many_lines: 501", with_value(woo(), MANY_LINES, ["line_items"])),
    ("too_many_refunds: 101", with_value(woo(), MANY_REFUNDS, ["refunds"])),
]
READABLE = [
    WOO.replace(b"Ana", b"An\xff"),
    b"\xef\xbb\xbf" + WOO,
    with_value(woo(), b"9223372036854775808", [*LINE, "id"]),
    with_value(woo(), b'"\\ud800"', ["billing", "first_name"]),
    with_value(woo(), b'"9999-12-31T23:59:59-12:00"', MODIFIED),
    with_value(woo(), b'"9999-01-01T00:00:00"', MODIFIED),
    with_value(woo(), b'"0001-01-01T00:00:00+12:00"', MODIFIED),
]


class TestBodiesThatAreNoOrders:
    def test_are_parked_with_a_reason_and_kept(self, desk):
        for code, body in NO_ORDERS:
            delivery = desk.deliver(body)
            told = (delivery.state, delivery.problem.partition(":")[0], delivery.body)
            assert told == ("parked", code, body)

        look_at_all(desk)
        assert desk.ask(list_orders, ListOrders()).items == []

    @pytest.mark.parametrize(("problem", "body"), PROBLEMS, ids=range(len(PROBLEMS)))
    def test_a_paid_order_is_an_exception_with_its_delivery(self, desk, problem, body):
        delivery = desk.deliver(body)

        order = desk.order()
        assert (delivery.state, delivery.order_id) == ("done", order.id)
        (told,) = order.exceptions
        assert told.startswith(problem)
        assert desk.accepted() == []
        look_at_all(desk)

    @pytest.mark.parametrize("body", READABLE, ids=range(len(READABLE)))
    def test_what_serving_does_not_need_may_be_anything(self, desk, body):
        desk.deliver(body)

        assert desk.order().state == OrderState.ACCEPTED

    def test_what_asks_nothing_of_anybody_is_done(self, desk):
        for topic in ("product.updated", "action.wc_x", "customer.created"):
            delivery = desk.deliver({"id": 7}, topic)
            assert (delivery.state, delivery.problem) == (
                "done",
                f"unknown_topic: {topic}",
            )
        test = desk.deliver(woo(), is_test=True)
        assert (test.state, test.problem) == ("done", "test_delivery")

    def test_are_told_byte_for_byte(self, desk):
        for body in (b"\xff{", b"{\x00", b"{}"):
            delivery = desk.deliver(body)
            asked = GetShopDelivery(delivery_id=delivery.id)
            told = desk.ask(get_shop_delivery, asked)
            is_text = told.body_encoding == "utf-8"
            assert body == (told.body.encode() if is_text else b64decode(told.body))

    def test_that_a_table_refuses_are_parked_and_can_be_replayed(self, desk):
        with refusing(desk.database, "shop_order"):
            delivery = desk.deliver(woo())
        assert (delivery.state, delivery.problem) == (
            "parked",
            "failed: InternalError",
        )
        assert desk.ask(list_orders, ListOrders()).items == []

        again = ReplayDelivery(delivery_id=delivery.id)
        assert desk.ask(replay_delivery, again).verdict == "done"
        assert desk.order().state == OrderState.ACCEPTED


class TestOddOrdersAreServed:
    def test_with_text_nobody_can_print(self, desk):
        line = woo_line(name="Gold\0\r\n" + "x" * 5000)
        buyer = {"first_name": "A\0na", "last_name": "R" * 9000, "phone": "\x1b[1m5"}
        desk.deliver(woo(line, billing=buyer | {"email": " ana@example.org\r\n"}))

        (accepted,) = desk.accepted()
        assert accepted.buyer.first_name == "A na"
        assert len(accepted.buyer.last_name) == 100
        assert accepted.buyer.phone == "[1m5"
        assert accepted.buyer.email == "ana@example.org"
        assert accepted.seats[0].name.startswith("Gold   xxx")
        assert len(accepted.seats[0].name) == 300

    def test_with_two_lines_of_one_id_each_once(self, desk):
        desk.deliver(woo(woo_line(), woo_line("SILVER-1M", total="9.00")))
        desk.fill()

        assert desk.order().state == OrderState.FULFILLED
        assert len(desk.running()) == 2
        assert desk.booked("income") == 1499 + 900

    def test_the_last_of_two_equal_keys_holds(self, desk):
        desk.deliver(WOO.replace(b'"id": 5012', b'"id": 1, "id": 5012'))

        assert desk.order().state == OrderState.ACCEPTED

    def test_a_refund_in_another_currency_is_for_people(self, shopify_desk):
        shopify_desk.deliver(shopify())
        refund = shopify_refund(amount="5.00")
        refund["transactions"][0]["currency"] = "USD"
        shopify_desk.deliver(refund, "refunds/create")

        order = shopify_desk.order(SHOPIFY_ID)
        assert order.exceptions == ["refund_unclear: 5.00 USD (509562969)"]


class TestOneBadRow:
    def test_a_plan_that_no_calendar_can_bear_is_an_exception_at_the_order(self, desk):
        desk.deliver(woo(woo_line(), woo_line("SILVER-1M", id=67, total="9.00")))
        alter(desk, "UPDATE plan SET months = 2147483647 WHERE sku = 'GOLD-1M'")
        desk.fill()

        order = desk.order()
        assert order.state == OrderState.FULFILLED
        assert order.exceptions == ["period_too_long: GOLD-1M"]
        assert len(desk.running()) == 1

        alter(desk, "UPDATE plan SET months = 1 WHERE sku = 'GOLD-1M'")
        desk.ask(replay_order, ReplayOrder(order_id=order.id))
        desk.fill()
        assert desk.order().exceptions == []
        assert len(desk.running()) == 2
        assert desk.booked("income") == 1499 + 900

    def test_a_seat_that_a_table_refuses_is_an_exception_at_the_order(self, desk):
        desk.deliver(woo())
        with refusing(desk.database, "subscription_period"):
            desk.fill()
        assert desk.order().exceptions == ["failed: GOLD-1M"]
        assert desk.booked("income") == 0

        desk.ask(replay_order, ReplayOrder(order_id=desk.order().id))
        desk.fill()
        assert desk.order().state == OrderState.FULFILLED
        assert desk.booked("income") == 1499

    @pytest.mark.parametrize("year", ["294276-01-01", "4713-01-02 BC", "0001-01-01"])
    def test_an_order_kept_with_an_impossible_date_is_listed_and_goes_on(
        self, desk, year
    ):
        desk.deliver(woo(status="pending"))
        alter(desk, f"UPDATE shop_order SET modified_at = '{year} 00:00+00'")

        look_at_all(desk)
        desk.deliver(woo(minute=1))
        assert desk.order().state == OrderState.ACCEPTED

    def test_an_order_that_cannot_be_announced_stops_no_other(self, desk):
        desk.deliver(woo())
        desk.deliver(woo(id=5013, number="5013"))
        alter(desk, "UPDATE shop_order SET buyer = '{}' WHERE number = '5012'")

        announce_waiting_orders(desk.database)

        order_ids = [accepted.id for accepted in desk.accepted()]
        assert order_ids.count(desk.order("5013").id) == 2
        assert order_ids.count(desk.order("5012").id) == 1


WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["\0", "x" * 5000, "\u202e", "\r\nBcc: x@y.zz", "9" * 400, "-0"]),
    st.sampled_from(["paid", "refunded", "cancelled", "EUR", "USD", "JPY", "1.005"]),
    st.sampled_from(["9999-12-31T23:59:59", "0001-01-01T00:00:00+14:00", "2026-02-30"]),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([2**31, 2**63, -(2**63), 10**400, 200, 0, -1]),
        st.floats(),
        WORDS,
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3)
    ),
    max_leaves=5,
)
WOO_TOPICS = ["order.created", "order.updated", "order.deleted", "order.restored"]
SHOPIFY_TOPICS = ["orders/paid", "orders/updated", "orders/cancelled", "refunds/create"]


def places_in(value, place=()):
    """Every field of a payload, as the steps that lead to it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for step, below in inner:
        yield (*place, step)
        if isinstance(below, dict | list):
            yield from places_in(below, (*place, step))


@st.composite
def payloads(draw, payload):
    """A payload with some of its fields replaced by anything at all, or left out."""
    payload = deepcopy(payload)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(places_in(payload))))
        where = payload
        for step in way:
            where = where[step]
        if isinstance(where, dict) and draw(st.booleans()):
            del where[last]
        else:
            where[last] = draw(WORDS | VALUES)
    return json.dumps(payload).encode()


def any_delivery(kind):
    """A body, a topic and a source for a shop of that kind."""
    refunds = [{"id": 88, "total": "-14.99"}]
    if kind == ShopKind.WOOCOMMERCE:
        samples = [woo(refunds=refunds), woo(woo_line(quantity=3, total="50"))]
        topics, source = WOO_TOPICS, st.just("")
    else:
        lines = (shopify_line(id=1, quantity=2, properties=[{"name": "x"}]),)
        refund = shopify_refund((1, 1))
        samples = [shopify(*lines, refunds=[refund]), refund]
        topics, source = SHOPIFY_TOPICS, st.just("demo.myshopify.com")
    return st.tuples(
        st.one_of([payloads(sample) for sample in samples] + [st.binary(max_size=20)]),
        st.one_of(st.sampled_from(topics), st.text(max_size=5)),
        source,
    )


@pytest.mark.parametrize("kind", list(ShopKind))
def test_anything_signed_is_done_or_parked_and_can_be_looked_at(desk, kind):
    """One desk takes all examples, so that each meets what others left behind."""
    desk.connect(kind, accepts_low_amounts=True)

    @settings(max_examples=150)
    @given(any_delivery(kind))
    def take(given):
        body, topic, source = given
        delivery = desk.deliver(body, one_line(topic) or "none", source=source)
        assert delivery.state in {"done", "parked"}
        assert delivery.state == "done" or delivery.problem
        if desk.accepted():
            desk.fill()
        if delivery.order_id:
            desk.ask(get_order, GetOrder(order_id=delivery.order_id))
            desk.ask(replay_order, ReplayOrder(order_id=delivery.order_id))

    take()
    look_at_all(desk)
    with desk.database.transaction() as work:
        assert check_ledger(work, CheckLedger()).is_sound
