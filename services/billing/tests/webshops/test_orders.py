"""Shop orders on a real database, told as the shops tell them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations

import pytest
from sqlalchemy import select

from billing.people.operations import upsert_users
from billing.webshops.models import ShopOrderRecord
from billing.webshops.operations.deliveries import (
    delete_old_deliveries,
    store_delivery,
    work_on_delivery,
)
from billing.webshops.operations.order_queries import (
    announce_waiting_orders,
    get_order,
    list_orders,
    replay_order,
)
from lineup.contracts.accounts.tree import Status
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.orders import (
    GetOrder,
    ListOrders,
    OrderState,
    ReplayOrder,
)
from lineup.contracts.billing.shops import DeliveryStored
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import below

from .conftest import (
    EMPTY,
    SHOPIFY_ID,
    Desk,
    a_partner,
    shopify,
    shopify_line,
    shopify_refund,
    woo,
    woo_line,
)


def a_known_user(desk, username):
    """A user that billing has heard of; its id and its customer's."""
    user_id, customer_id = new_id(), new_id()
    scope = below(desk.owner.scopes[0], customer_id)
    state = UserChanged(
        id=user_id,
        version=1,
        customer_id=customer_id,
        partner_id=desk.owner.partner_id,
        scope=scope,
        name="TV",
        username=username,
        password="sealed",
        token="t",
        public_url="",
        status=Status.ACTIVE,
        created_at=desk.clock.now(),
    )
    with desk.database.transaction() as work:
        upsert_users(work, [state])
    return user_id, customer_id


def fulfilled(desk, *lines, make=woo, **rest):
    desk.deliver(make(*lines, **rest))
    return desk.fill()


@pytest.mark.feature("WS-10")
class TestOnlyPaidOrdersAct:
    @pytest.mark.parametrize(
        "status", ["pending", "on-hold", "checkout-draft", "failed"]
    )
    def test_an_unpaid_order_makes_nothing(self, desk, status):
        desk.deliver(woo(status=status))

        assert desk.order().state == OrderState.RECEIVED
        assert desk.accepted() == []

    def test_processing_after_pending_activates(self, desk):
        desk.deliver(woo(status="pending"))
        desk.deliver(woo(minute=1))

        assert desk.order().state == OrderState.ACCEPTED
        (seat,) = desk.accepted()[0].seats
        assert seat.name == "Name of GOLD-1M"

    def test_processing_without_a_date_of_payment_does_not(self, desk):
        desk.deliver(woo(date_paid_gmt=None))

        assert desk.order().state == OrderState.RECEIVED

    def test_a_pending_shopify_order_does_not(self, shopify_desk):
        shopify_desk.deliver(shopify(status="authorized"))

        assert shopify_desk.accepted() == []

    def test_the_buyer_is_told_to_accounts(self, desk):
        desk.deliver(woo())

        (accepted,) = desk.accepted()
        assert accepted.buyer.email == "ana@example.org"
        assert accepted.scope == desk.owner.scopes[0]


class TestFulfilment:
    def test_a_filled_seat_is_a_running_subscription(self, desk):
        filled = fulfilled(desk)

        order = desk.order()
        assert order.state == OrderState.FULFILLED
        assert order.customer_id == filled.customer_id
        assert desk.running() == {filled.seats[0].user_id}

    def test_the_sale_is_booked_from_the_shop_to_income(self, desk):
        fulfilled(desk)

        assert desk.booked("clearing") == -1499
        assert desk.booked("income") == 1499
        assert desk.booked("balance") == 0

    @pytest.mark.feature("WS-06")
    def test_two_lines_of_one_and_three_are_four_users(self, desk):
        fulfilled(
            desk,
            woo_line(),
            woo_line("SILVER-1M", id=67, quantity=3, total="27.00"),
        )

        assert len(desk.running()) == 4
        assert len(desk.accepted()) == 1
        assert desk.booked("income") == 1499 + 2700

    @pytest.mark.feature("WS-12")
    def test_the_named_user_is_renewed(self, desk):
        named = [{"key": "iptv_username", "value": "ana77"}]
        fulfilled(desk, meta_data=named)
        desk.deliver(woo(id=5013, number="5013", meta_data=named))
        desk.fill()

        (subscription,) = desk.subscriptions()
        assert subscription.user_id == desk.users["ana77"]
        first, second = desk.periods()
        assert second.starts_at == first.ends_at

    def test_a_seat_that_cannot_be_served_is_held_with_its_reason(self, desk):
        named = [{"key": "iptv_username", "value": "ana77"}]
        fulfilled(desk, meta_data=named)
        other = woo_line("SILVER-1M", total="9.00", meta_data=named)
        desk.deliver(woo(other, woo_line(id=67), id=5013, number="5013"))
        desk.fill()

        order = desk.order("5013")
        assert order.state == OrderState.FULFILLED
        assert order.exceptions == ["subscription_active: SILVER-1M"]
        assert len(desk.running()) == 2

    def test_an_order_that_is_not_ours_is_left_alone(self, desk):
        desk.deliver(woo())
        (accepted,) = desk.accepted()

        desk.fill(replace(accepted, id=new_id()))

        assert desk.running() == set()

    def test_waiting_orders_are_announced_again_with_the_same_version(self, desk):
        desk.deliver(woo())

        assert announce_waiting_orders(desk.database) == 1

        first, again = desk.accepted()
        assert first == again


class TestRepeats:
    def test_the_same_delivery_is_kept_once(self, desk):
        body = woo()

        assert desk.deliver(body, key="d1") is not None
        assert desk.deliver(body, key="d1") is None

    def test_two_deliveries_of_one_second_are_two(self, desk):
        assert desk.deliver(woo(status="pending"), key="d1") is not None
        assert desk.deliver(woo(minute=1), key="d1") is not None

    @pytest.mark.feature("WS-04")
    def test_ten_deliveries_of_one_order_act_once(self, desk):
        for _ in range(10):
            desk.deliver(woo())

        desk.fill()
        for _ in range(3):
            desk.deliver(woo(status="completed", minute=9))
        assert len(desk.accepted()) == 1
        assert len(desk.subscriptions()) == 1

    @pytest.mark.feature("WS-04")
    def test_fifty_at_once_of_one_delivery_are_kept_once(self, desk):
        taken = [desk.taken(woo(), "order.updated", key="same") for _ in range(50)]

        def store(one):
            with desk.database.transaction(EMPTY) as work:
                return store_delivery(work, one)

        with ThreadPoolExecutor(10) as threads:
            assert sum(threads.map(store, taken)) == 1

    @pytest.mark.feature("WS-04")
    def test_fifty_at_once_of_one_order_act_once(self, desk):
        with ThreadPoolExecutor(10) as threads:
            topics = ["order.created", "order.updated"] * 25
            done = list(threads.map(lambda topic: desk.deliver(woo(), topic), topics))

        assert {delivery.state for delivery in done} == {"done"}
        assert len(desk.accepted()) == 1
        assert desk.seats() == ["waiting"]

    def test_seats_filled_fifty_times_at_once_sell_once(self, desk):
        desk.deliver(woo())

        with ThreadPoolExecutor(10) as threads:
            list(threads.map(lambda _: desk.fill(), range(50)))

        assert len(desk.periods()) == 1
        assert desk.booked("income") == 1499

    def test_work_that_died_before_its_commit_is_done_again(self, desk):
        taken = desk.taken(woo(), "order.updated")
        with desk.database.transaction(EMPTY) as work:
            store_delivery(work, taken)

        def dies(work, stored):
            work_on_delivery(work, stored)
            raise SystemExit

        event = desk.event(DeliveryStored(id=taken.id, version=1), "on_delivery_stored")
        with pytest.raises(SystemExit):
            desk.database.handle_event_once(event, dies)
        assert desk.accepted() == []

        desk.work_on(taken.id)
        assert len(desk.accepted()) == 1


class TestWhatPeopleMustLookAt:
    @pytest.mark.feature("WS-07")
    def test_an_unknown_sku_waits_while_the_known_line_runs(self, desk):
        fulfilled(desk, woo_line(), woo_line("NEW-1M", id=67))

        order = desk.order()
        assert order.state == OrderState.FULFILLED
        assert order.exceptions == ["unknown_sku: NEW-1M"]
        assert len(desk.running()) == 1

    @pytest.mark.feature("WS-07")
    def test_once_mapped_it_is_replayed_and_the_first_is_not_sold_again(self, desk):
        fulfilled(desk, woo_line(), woo_line("NEW-1M", id=67))
        desk.plan("NEW-1M", "14.99 EUR")

        view = desk.ask(replay_order, ReplayOrder(order_id=desk.order().id))
        assert (view.state, view.exceptions, view.seats) == (OrderState.ACCEPTED, [], 2)
        desk.fill()

        assert desk.order().state == OrderState.FULFILLED
        assert len(desk.running()) == 2
        assert desk.booked("income") == 2998

    def test_replaying_what_waits_asks_again_for_the_same_and_sells_it_once(self, desk):
        desk.deliver(woo())
        for _ in range(2):
            desk.ask(replay_order, ReplayOrder(order_id=desk.order().id))

        first, second, third = desk.accepted()
        assert first == second == third
        desk.fill()
        desk.ask(replay_order, ReplayOrder(order_id=desk.order().id))
        assert len(desk.accepted()) == 3
        assert len(desk.periods()) == 1

    def test_replaying_what_is_still_unknown_changes_nothing(self, desk):
        desk.deliver(woo(woo_line("NEW-1M")))

        view = desk.ask(replay_order, ReplayOrder(order_id=desk.order().id))

        assert view.state == OrderState.EXCEPTION
        assert desk.accepted() == []

    def test_a_line_without_sku(self, desk):
        desk.deliver(woo(woo_line(None)))

        assert desk.order().exceptions == ["no_sku: Name of None"]

    @pytest.mark.feature("WS-14")
    def test_less_than_the_plan_costs(self, desk):
        desk.deliver(woo(woo_line(total="14.98")))

        assert desk.order().state == OrderState.EXCEPTION
        assert desk.order().exceptions == ["low_amount: GOLD-1M"]

    @pytest.mark.feature("WS-14")
    def test_less_than_the_plan_costs_where_the_shop_may(self, desk):
        desk.connect(accepts_low_amounts=True)
        fulfilled(desk, woo_line(total="4.99"))

        assert desk.order().state == OrderState.FULFILLED
        assert desk.booked("income") == 499

    def test_nothing_paid_at_all_where_the_shop_may(self, desk):
        desk.connect(accepts_low_amounts=True)
        fulfilled(desk, woo_line(total="0.00"))

        assert desk.order().state == OrderState.FULFILLED
        assert desk.booked("income") == 0

    def test_one_price_for_two_pieces_is_too_little(self, desk):
        desk.deliver(woo(woo_line(quantity=2, total="14.99")))

        assert desk.order().exceptions == ["low_amount: GOLD-1M"]

    def test_another_currency(self, desk):
        desk.deliver(woo(currency="USD"))

        assert desk.order().exceptions == ["wrong_currency: GOLD-1M"]

    def test_a_test_order(self, shopify_desk):
        shopify_desk.deliver(shopify(test=True))

        assert shopify_desk.order(SHOPIFY_ID).exceptions == ["test_order: GOLD-1M"]
        assert shopify_desk.accepted() == []

    def test_a_buyer_without_mail(self, desk):
        desk.deliver(woo(billing={"first_name": "Ana"}))

        assert desk.order().exceptions == ["no_email: GOLD-1M"]

    @pytest.mark.parametrize(
        "email",
        ["ana", "ana@", "a\r\nBcc: b@x.org@y.org", "ana@exam\u2028ple.org", "x" * 300],
    )
    def test_a_buyer_whose_mail_address_is_none(self, desk, email):
        desk.deliver(woo(billing={"first_name": "Ana", "email": email}))

        order = desk.order()
        assert order.exceptions == ["bad_email: GOLD-1M"]
        assert (order.state, desk.accepted()) == (OrderState.EXCEPTION, [])

        desk.deliver(woo(minute=1))
        assert desk.order().state == OrderState.ACCEPTED
        assert desk.accepted()[0].buyer.email == "ana@example.org"

    @pytest.mark.parametrize("email", ["", "ana@"])
    def test_a_user_that_is_named_is_served_without_a_mail_address(self, desk, email):
        user, customer_id = a_known_user(desk, "ana77")
        desk.users["ana77"], desk.customers[email] = user, customer_id
        lines = (
            woo_line(meta_data=[{"key": "iptv_username", "value": " Ana77"}]),
            woo_line(id=67, meta_data=[{"key": "iptv_username", "value": "nobody"}]),
            woo_line("SILVER-1M", id=68, total="9.00"),
        )
        desk.deliver(woo(*lines, billing={"email": email}))
        (accepted,) = desk.accepted()
        desk.fill(
            replace(accepted, seats=[replace(accepted.seats[0], username="ana77")])
        )

        problem = "bad_email" if email else "no_email"
        assert desk.order().exceptions == [
            f"{problem}: GOLD-1M",
            f"{problem}: SILVER-1M",
        ]
        assert desk.running() == {user}

    def test_only_users_of_one_customer_are_served_without_a_mail_address(self, desk):
        named = [a_known_user(desk, name)[0] and name for name in ("ana77", "ben88")]
        lines = [
            woo_line(id=id_, meta_data=[{"key": "iptv_username", "value": name}])
            for id_, name in enumerate(named, 66)
        ]
        desk.deliver(woo(*lines, billing={}))

        assert [seat.username for seat in desk.accepted()[0].seats] == ["ana77"]

    def test_an_order_without_lines(self, desk):
        desk.deliver(woo(line_items=[], total="0.00"))

        assert desk.order().exceptions == ["no_lines: 5012"]
        assert desk.order().state == OrderState.EXCEPTION

    @pytest.mark.feature("PR-13")
    def test_a_partners_own_plans_only(self, desk):
        neighbour = Desk(
            desk.database, desk.keyring, desk.clock, a_partner(desk.database)
        )
        neighbour.plan("THEIRS-1M", "14.99 EUR")

        desk.deliver(woo(woo_line("THEIRS-1M")))

        assert desk.order().exceptions == ["unknown_sku: THEIRS-1M"]


class TestDeliveriesThatCannotBeActedOn:
    def test_a_signed_error_body(self, desk):
        body = b'{"code":"woocommerce_rest_cannot_view","message":"x","data":{"status":401}}'

        delivery = desk.deliver(body)

        assert delivery.state == "parked"
        assert delivery.problem.startswith("bad_payload")

    @pytest.mark.parametrize("source", ["staging.example.org", "other.example"])
    def test_a_copy_of_the_shop(self, desk, source):
        desk.connect(shop_domain="https://www.shop.example/")

        assert desk.deliver(woo(), source=source).problem == f"wrong_shop: {source}"
        assert desk.deliver(woo(), source="shop.example").state == "done"

    def test_another_shopify_domain(self, shopify_desk):
        delivery = shopify_desk.deliver(shopify(), source="thief.myshopify.com")

        assert delivery.state == "parked"
        assert shopify_desk.accepted() == []

    def test_shopifys_test_button(self, shopify_desk):
        delivery = shopify_desk.deliver(shopify(), is_test=True)

        assert (delivery.state, delivery.problem) == ("done", "test_delivery")

    def test_an_order_beyond_reason(self, desk):
        lines = [woo_line(id=n, quantity=100, total="1499.00") for n in (1, 2, 3)]

        assert desk.deliver(woo(*lines)).state == "done"
        assert desk.order().exceptions == ["too_many_seats: 300"]

    def test_an_amount_with_too_many_places(self, desk):
        assert desk.deliver(woo(total="9.999")).state == "done"
        assert desk.order().exceptions[0].startswith("bad_amount: ")
        assert desk.accepted() == []


@pytest.mark.feature("WS-13")
class TestOutOfOrder:
    def test_refunded_then_a_late_paid_stays_reversed(self, desk):
        desk.deliver(woo(status="refunded", minute=5))
        desk.deliver(woo(minute=0))

        assert desk.order().state == OrderState.REVERSED
        assert desk.accepted() == []

    def test_refunded_though_never_known_as_paid_then_a_late_paid(self, desk):
        desk.deliver(woo(status="refunded", minute=5, date_paid_gmt=None))
        desk.deliver(woo(minute=0))

        assert desk.order().state == OrderState.REVERSED
        assert desk.accepted() == []

    def test_a_refund_by_itself_then_the_paid_order(self, shopify_desk):
        shopify_desk.deliver(shopify_refund((866550311766439000, 1)), "refunds/create")
        assert shopify_desk.order(SHOPIFY_ID).state == OrderState.RECEIVED
        shopify_desk.deliver(shopify(), "orders/paid")

        assert shopify_desk.order(SHOPIFY_ID).state == OrderState.REVERSED
        assert shopify_desk.accepted() == []

    def test_a_part_refund_by_itself_then_the_paid_order(self, shopify_desk):
        shopify_desk.deliver(shopify_refund((2, 1), amount="9.00"), "refunds/create")
        lines = (shopify_line(id=1), shopify_line("SILVER-1M", id=2, price="9.00"))
        fulfilled(shopify_desk, *lines, make=shopify)

        assert shopify_desk.seats() == ["filled", "reversed"]

    def test_cancelled_then_a_late_paid_starts_nothing(self, shopify_desk):
        cancelled = shopify(minute=5, cancelled_at="2026-03-02T12:05:00Z")
        shopify_desk.deliver(cancelled, "orders/cancelled")
        shopify_desk.deliver(shopify(), "orders/paid")

        assert shopify_desk.order(SHOPIFY_ID).state == OrderState.REVERSED
        assert shopify_desk.accepted() == []

    def test_an_unpaid_order_cancelled_by_the_clock_and_paid_afterwards_runs(
        self, desk
    ):
        unpaid = woo(status="cancelled", minute=1) | {"date_paid_gmt": None}
        desk.deliver(unpaid)
        assert desk.order().state == OrderState.RECEIVED

        desk.deliver(woo(minute=2))

        assert desk.order().state == OrderState.ACCEPTED

    def test_an_older_payload_that_proves_payment_still_counts_once(self, desk):
        desk.deliver(woo(status="on-hold", minute=5))
        desk.deliver(woo(minute=0))
        desk.deliver(woo(minute=0))

        assert desk.order().state == OrderState.ACCEPTED
        assert len(desk.accepted()) == 1

    def test_an_older_pending_does_not_undo_a_paid(self, desk):
        fulfilled(desk, minute=5)
        desk.deliver(woo(status="pending", minute=0))

        assert desk.order().state == OrderState.FULFILLED
        assert len(desk.running()) == 1

    def test_in_one_second_the_refund_wins_over_the_payment(self, desk):
        desk.deliver(woo(status="refunded", minute=5))
        desk.deliver(woo(minute=5))

        assert desk.order().state == OrderState.REVERSED

    def test_a_refunded_order_never_comes_back(self, desk):
        fulfilled(desk)
        desk.deliver(woo(status="refunded", minute=1))
        desk.deliver(woo(minute=2))

        assert desk.order().state == OrderState.REVERSED
        assert desk.running() == set()

    def test_one_cancelled_by_a_slip_runs_on_for_the_same_user(self, desk):
        (seat,) = fulfilled(desk).seats
        desk.deliver(woo(status="cancelled", minute=1))
        assert desk.running() == set()
        desk.deliver(woo(minute=2))
        (again,) = desk.fill().seats

        assert again.user_id == seat.user_id
        assert desk.running() == {seat.user_id}
        assert desk.booked("income") == 1499


LIFE = [
    woo(status="pending", minute=0),
    woo(minute=1),
    woo(minute=2, refunds=[{"id": 88, "total": "-2.00"}]),
    woo(status="refunded", minute=3, refunds=[{"id": 88, "total": "-2.00"}]),
]


@pytest.mark.feature("WS-13")
class TestAnyOrder:
    @pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
    def test_of_a_refunded_orders_life_ends_the_same(self, desk, order):
        for place in order:
            desk.deliver(LIFE[place])
            if desk.order().state == OrderState.ACCEPTED:
                desk.fill()
            desk.deliver(LIFE[place])

        assert desk.order().state == OrderState.REVERSED
        assert desk.order().exceptions == []
        assert desk.running() == set()
        assert desk.booked("income") == 0

    @pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
    def test_of_a_paid_orders_life_ends_the_same(self, desk, order):
        for place in order:
            desk.deliver(LIFE[place])
            if desk.order().state == OrderState.ACCEPTED:
                desk.fill()

        assert desk.order().state == OrderState.FULFILLED
        assert desk.order().exceptions == ["refund_unclear: 2.00 EUR (88)"]
        assert desk.booked("income") == 1499


class TestForgetting:
    def test_worked_on_long_ago_goes_and_a_repeat_still_does_nothing(self, desk):
        desk.deliver(woo(), key="d1")
        desk.deliver(b"{}", key="parked")
        desk.clock.forward(days=91)

        with desk.database.transaction() as work:
            assert delete_old_deliveries(work) == 1

        assert desk.deliver(woo(), key="d1").state == "done"
        assert len(desk.accepted()) == 1

    def test_younger_ones_stay(self, desk):
        desk.deliver(woo(), key="d1")
        desk.clock.forward(days=89)

        with desk.database.transaction() as work:
            assert delete_old_deliveries(work) == 0


class TestMoneyGoesBack:
    @pytest.mark.feature("WS-11")
    def test_a_refunded_order_stops_its_users_and_its_sale(self, desk):
        fulfilled(desk, woo_line(quantity=2, total="29.98"))
        desk.deliver(
            woo(woo_line(quantity=2, total="29.98"), status="refunded", minute=9)
        )

        assert desk.order().state == OrderState.REVERSED
        assert desk.running() == set()
        assert desk.booked("clearing") == 0
        assert desk.booked("income") == 0
        assert desk.booked("balance") == 0

    @pytest.mark.feature("WS-11")
    def test_a_cancelled_order_does_too(self, shopify_desk):
        fulfilled(shopify_desk, make=shopify)
        cancelled = shopify(minute=5, cancelled_at="2026-03-02T12:05:00Z")
        shopify_desk.deliver(cancelled, "orders/cancelled")

        assert shopify_desk.order(SHOPIFY_ID).state == OrderState.REVERSED
        assert shopify_desk.running() == set()

    def test_repeated_it_goes_back_once(self, desk):
        fulfilled(desk)
        with ThreadPoolExecutor(10) as threads:
            bodies = [woo(status="refunded", minute=9)] * 30
            list(threads.map(desk.deliver, bodies))

        assert desk.booked("clearing") == 0
        assert desk.booked("income") == 0

    @pytest.mark.feature("WS-11")
    def test_a_refunded_line_stops_its_user_only(self, shopify_desk):
        lines = (shopify_line(id=1), shopify_line("SILVER-1M", id=2, price="9.00"))
        fulfilled(shopify_desk, *lines, make=shopify)
        shopify_desk.deliver(shopify_refund((2, 1), amount="9.00"), "refunds/create")

        assert shopify_desk.seats() == ["filled", "reversed"]
        assert len(shopify_desk.running()) == 1
        assert shopify_desk.order(SHOPIFY_ID).state == OrderState.FULFILLED
        assert shopify_desk.booked("income") == 1499

    def test_one_piece_of_three_stops_one_user(self, shopify_desk):
        fulfilled(shopify_desk, shopify_line(id=1, quantity=3), make=shopify)
        shopify_desk.deliver(shopify_refund((1, 1)), "refunds/create")

        assert shopify_desk.seats() == ["filled", "filled", "reversed"]

    def test_woocommerce_says_the_amount_only(self, desk):
        lines = (woo_line(), woo_line("SILVER-1M", id=67, total="9.00"))
        fulfilled(desk, *lines)
        desk.deliver(woo(*lines, minute=3, refunds=[{"id": 88, "total": "-9.00"}]))

        assert desk.seats() == ["filled", "reversed"]

    def test_in_part_then_all_is_exactly_what_was_paid(self, desk):
        line = woo_line(quantity=3, total="50.00")
        fulfilled(desk, line)
        first = {"id": 88, "total": "-16.67"}
        desk.deliver(woo(line, minute=1, refunds=[first]))
        assert len(desk.running()) == 2

        rest = {"id": 89, "total": "-33.33"}
        desk.deliver(woo(line, minute=2, refunds=[first, rest]))

        assert desk.order().state == OrderState.REVERSED
        assert desk.booked("clearing") == 0
        assert desk.booked("income") == 0

    def test_two_refunds_in_one_payload(self, desk):
        lines = (woo_line(), woo_line("SILVER-1M", id=67, quantity=2, total="18.00"))
        fulfilled(desk, *lines)
        refunds = [{"id": 88, "total": "-14.99"}, {"id": 89, "total": "-9.00"}]
        desk.deliver(woo(*lines, minute=1, refunds=refunds))

        assert desk.seats() == ["reversed", "filled", "reversed"]

    def test_the_same_refund_in_two_topics_is_one(self, shopify_desk):
        line = shopify_line(id=1, quantity=3)
        fulfilled(shopify_desk, line, make=shopify)
        refund = shopify_refund((1, 1))
        shopify_desk.deliver(refund, "refunds/create")
        updated = shopify(line, status="partially_refunded", minute=1, refunds=[refund])
        shopify_desk.deliver(updated, "orders/updated")

        assert shopify_desk.seats() == ["filled", "filled", "reversed"]

    def test_a_goodwill_refund_stops_nobody_and_is_shown(self, desk):
        fulfilled(desk)
        desk.deliver(woo(minute=1, refunds=[{"id": 88, "total": "-2.00"}]))

        order = desk.order()
        assert order.exceptions == ["refund_unclear: 2.00 EUR (88)"]
        assert order.state == OrderState.FULFILLED
        assert len(desk.running()) == 1

    def test_goodwill_and_then_the_rest_is_all(self, desk):
        fulfilled(desk)
        refunds = [{"id": 88, "total": "-2.00"}, {"id": 89, "total": "-12.99"}]
        desk.deliver(woo(minute=1, refunds=refunds[:1]))
        desk.deliver(woo(minute=2, refunds=refunds))

        assert desk.order().state == OrderState.REVERSED
        assert desk.order().exceptions == []
        assert desk.booked("income") == 0

    def test_before_its_users_are_there_nothing_is_started_later(self, desk):
        desk.deliver(woo())
        (accepted,) = desk.accepted()
        desk.deliver(woo(status="refunded", minute=1))

        desk.fill(accepted)

        assert desk.subscriptions() == []
        assert desk.order().state == OrderState.REVERSED

    def test_a_renewal_taken_back_leaves_the_first_period(self, desk):
        named = [{"key": "iptv_username", "value": "ana77"}]
        fulfilled(desk, meta_data=named)
        second = {"id": 5013, "number": "5013", "meta_data": named}
        desk.deliver(woo(**second))
        desk.fill()
        desk.deliver(woo(status="refunded", minute=1, **second))

        (subscription,) = desk.subscriptions()
        assert subscription.is_running(desk.clock.now())
        assert subscription.ends_at == desk.periods()[0].ends_at
        assert desk.booked("income") == 1499

    def test_a_refund_of_an_unmapped_line_is_not_served_after_mapping(
        self, shopify_desk
    ):
        lines = (shopify_line(id=1), shopify_line("NEW-1M", id=2, price="9.00"))
        fulfilled(shopify_desk, *lines, make=shopify)
        shopify_desk.deliver(shopify_refund((2, 1), amount="9.00"), "refunds/create")
        shopify_desk.plan("NEW-1M", "9.00 EUR")
        order = shopify_desk.order(SHOPIFY_ID)

        shopify_desk.ask(replay_order, ReplayOrder(order_id=order.id))

        assert shopify_desk.seats() == ["filled", "reversed"]
        assert shopify_desk.order(SHOPIFY_ID).exceptions == []

    def test_a_deleted_order_is_shown_since_money_may_not_have_gone_back(self, desk):
        fulfilled(desk)
        desk.deliver({"id": 5012}, "order.deleted")

        assert desk.order().exceptions == ["deleted_at_shop: 5012"]
        assert len(desk.running()) == 1

    def test_a_deleted_order_nobody_knew_leaves_no_row(self, desk):
        assert desk.deliver({"id": 77}, "order.deleted").state == "done"
        assert desk.rows(select(ShopOrderRecord)) == []


class TestPartnersSeeTheirOrders:
    def test_with_money_state_and_seats(self, desk):
        fulfilled(desk)
        view = desk.ask(get_order, GetOrder(order_id=desk.order().id))

        assert view.total == Money.of("14.99 EUR")
        assert (view.number, view.seats) == ("5012", 1)
        assert view.buyer_email == "ana@example.org"

    def test_the_exceptions_list_has_orders_that_run_in_part(self, desk):
        fulfilled(desk, woo_line(), woo_line("NEW-1M", id=67))
        desk.deliver(woo(id=6000))

        page = desk.ask(list_orders, ListOrders(state=OrderState.EXCEPTION))
        assert [view.external_id for view in page.items] == ["5012"]
        running = desk.ask(list_orders, ListOrders(state=OrderState.ACCEPTED))
        assert [view.external_id for view in running.items] == ["6000"]
