"""The log of deliveries, replay, shops switched off, orders found (WS-07, WS-16)."""

import pytest

from billing.webshops.metrics import deliveries
from billing.webshops.operations.connections import get_shop, switch_shop, update_shop
from billing.webshops.operations.deliveries import store_delivery
from billing.webshops.operations.delivery_log import (
    get_shop_delivery,
    list_shop_deliveries,
    replay_delivery,
)
from billing.webshops.operations.order_queries import (
    get_order,
    list_orders,
    replay_order,
)
from lineup.contracts.billing.orders import GetOrder, ListOrders, ReplayOrder
from lineup.contracts.billing.refusals import DeliveryDone
from lineup.contracts.billing.shops import (
    GetShop,
    GetShopDelivery,
    ListShopDeliveries,
    ReplayDelivery,
    ShopKind,
    SwitchShop,
    UpdateShop,
)
from lineup.errors import Invalid, NotFound
from lineup.ids import new_id

from .conftest import Desk, a_partner, woo, woo_line


@pytest.fixture
def neighbour(desk):
    return Desk(desk.database, desk.keyring, desk.clock, a_partner(desk.database))


def log(desk, **filters):
    return desk.ask(list_shop_deliveries, ListShopDeliveries(**filters)).items


def replay(desk, delivery):
    return desk.ask(replay_delivery, ReplayDelivery(delivery_id=delivery.id))


def switch(desk, *, is_active):
    request = SwitchShop(shop_id=desk.shop.id, is_active=is_active)
    return desk.ask(switch_shop, request)


class TestLog:
    @pytest.mark.feature("WS-16")
    def test_the_newest_is_first_with_its_verdict_and_no_body(self, desk):
        done, parked = desk.deliver(woo()), desk.deliver(b"{}")

        newest, oldest = log(desk)

        assert (newest.id, newest.verdict) == (parked.id, "parked")
        assert newest.problem.startswith("bad_payload")
        assert (oldest.id, oldest.verdict, oldest.size) == (
            done.id,
            "done",
            len(done.body),
        )
        assert oldest.order_id == desk.order().id
        assert {newest.body, oldest.body} == {""}

    def test_it_is_narrowed(self, desk, neighbour):
        done, parked = desk.deliver(woo()), desk.deliver(b"{}")
        neighbour.connect()

        assert [d.id for d in log(desk, verdict="parked")] == [parked.id]
        assert [d.id for d in log(desk, order_id=desk.order().id)] == [done.id]
        assert log(desk, shop_id=neighbour.shop.id) == []

    def test_it_is_narrowed_to_a_time(self, desk):
        earlier = desk.deliver(woo())
        desk.clock.forward(days=1)
        start = desk.clock.now()
        later = desk.deliver(b"{}")

        assert [d.id for d in log(desk, received_from=start)] == [later.id]
        assert [d.id for d in log(desk, received_until=start)] == [earlier.id]

    @pytest.mark.feature("WS-16")
    def test_one_delivery_shows_the_body_as_it_came(self, desk):
        delivery = desk.deliver(woo())

        shown = desk.ask(get_shop_delivery, GetShopDelivery(delivery_id=delivery.id))
        assert shown.body.encode() == delivery.body

    def test_a_neighbour_finds_no_delivery(self, desk, neighbour):
        delivery = desk.deliver(b"{}")

        assert log(neighbour) == []
        for operation, question in (
            (get_shop_delivery, GetShopDelivery),
            (replay_delivery, ReplayDelivery),
        ):
            with pytest.raises(NotFound) as refusal:
                neighbour.ask(operation, question(delivery_id=delivery.id))
            assert refusal.value.code == "delivery_not_found"


def test_what_waits_and_what_is_parked_is_told_to_whoever_watches(desk):
    desk.deliver(woo(woo_line("NEW-1M")))
    desk.deliver(b"{}")
    with desk.database.transaction() as work:
        store_delivery(work, desk.taken(woo(), "order.updated", key="waits"))
    desk.clock.forward(minutes=7)

    with desk.database.transaction() as work:
        told = {(f.gauge.name, *f.labels): f.value for f in deliveries(work)}

    assert told == {
        ("lineup_due_rows", "shop_deliveries"): 1,
        ("lineup_due_oldest_seconds", "shop_deliveries"): 420,
        ("lineup_shop_deliveries_parked",): 1,
        ("lineup_shop_orders_with_exceptions",): 1,
    }


class TestReplay:
    @pytest.mark.feature("WS-16")
    def test_after_the_cause_is_mended_it_acts_once(self, desk):
        desk.connect(shop_domain="shop.example")
        parked = desk.deliver(woo(), source="new-shop.example")
        assert desk.accepted() == []

        change = UpdateShop(
            shop_id=desk.shop.id,
            name="Shop",
            shop_domain="new-shop.example",
            accepts_low_amounts=False,
        )
        desk.ask(update_shop, change)
        assert replay(desk, parked).verdict == "done"

        assert len(desk.accepted()) == 1
        with pytest.raises(DeliveryDone):
            replay(desk, parked)
        assert len(desk.accepted()) == 1

    def test_what_still_cannot_be_used_is_parked_again(self, desk):
        parked = desk.deliver(b"{}")

        again = replay(desk, parked)
        assert (again.verdict, again.problem) == ("parked", parked.problem)

    def test_an_order_that_came_again_meanwhile_acts_once_still(self, desk):
        switch(desk, is_active=False)
        parked = desk.deliver(woo(), key="first")
        switch(desk, is_active=True)
        desk.deliver(woo(), key="second")
        replay(desk, parked)

        assert len(desk.seats()) == 1
        assert len(desk.accepted()) == 1


class TestSwitchedOff:
    def test_deliveries_are_kept_and_parked(self, desk):
        assert switch(desk, is_active=False).is_active is False

        delivery = desk.deliver(woo())

        assert (delivery.state, delivery.problem) == ("parked", "shop_off")
        assert desk.ask(list_orders, ListOrders()).items == []
        shop = desk.ask(get_shop, GetShop(shop_id=desk.shop.id))
        assert (shop.parked_deliveries, shop.last_delivery_at) == (1, desk.clock.now())

    def test_switched_on_they_can_be_replayed(self, desk):
        switch(desk, is_active=False)
        delivery = desk.deliver(woo())
        assert replay(desk, delivery).problem == "shop_off"
        switch(desk, is_active=True)

        done = replay(desk, delivery)
        assert (done.verdict, done.problem) == ("done", "")


class TestSettings:
    def test_kind_currency_and_secret_stay(self, desk):
        request = UpdateShop(
            shop_id=desk.shop.id,
            name=" New ",
            shop_domain="https://www.shop.example/",
            accepts_low_amounts=True,
        )
        shop = desk.ask(update_shop, request)

        assert (shop.name, shop.shop_domain) == ("New", "www.shop.example")
        assert shop.accepts_low_amounts
        assert (shop.kind, shop.currency) == (ShopKind.WOOCOMMERCE, "EUR")
        assert desk.deliver(woo(), source="shop.example").state == "done"

    @pytest.mark.parametrize("changes", [{"name": " "}, {"shop_domain": ""}])
    def test_what_cannot_be_is_invalid(self, shopify_desk, changes):
        given = {"name": "Shop", "shop_domain": "demo.myshopify.com"} | changes
        request = UpdateShop(
            shop_id=shopify_desk.shop.id, **given, accepts_low_amounts=False
        )
        with pytest.raises(Invalid) as refusal:
            shopify_desk.ask(update_shop, request)

        assert set(refusal.value.fields) == set(changes)

    def test_a_neighbours_shop_is_not_found(self, desk, neighbour):
        shop_id = desk.shop.id
        update = UpdateShop(
            shop_id=shop_id, name="x", shop_domain="", accepts_low_amounts=True
        )
        for operation, request in (
            (get_shop, GetShop(shop_id=shop_id)),
            (switch_shop, SwitchShop(shop_id=shop_id, is_active=False)),
            (update_shop, update),
        ):
            with pytest.raises(NotFound):
                neighbour.ask(operation, request)


class TestOrders:
    def test_they_are_found_by_how_number_or_mail_begin(self, desk):
        desk.deliver(woo())
        order = desk.order()

        def found(search):
            return [
                o.id for o in desk.ask(list_orders, ListOrders(search=search)).items
            ]

        assert found(order.number[:3]) == [order.id]
        assert found(order.buyer["email"][:5].upper()) == [order.id]
        assert found("nobody") == found("%") == []

    def test_they_are_found_by_who_bought(self, desk):
        desk.deliver(woo())
        desk.fill()
        order = desk.order()

        def found(customer_id):
            request = ListOrders(customer_id=customer_id)
            return [o.id for o in desk.ask(list_orders, request).items]

        assert found(order.customer_id) == [order.id]
        assert found(new_id()) == []

    def test_one_order_tells_its_pieces_and_its_history(self, desk):
        line = woo_line(id=2, sku="UNKNOWN", total="5.00")
        delivery = desk.deliver(woo(woo_line(), line))
        desk.fill()

        order = desk.ask(get_order, GetOrder(order_id=desk.order().id))

        states = {piece.sku: (piece.state, piece.problem) for piece in order.pieces}
        assert states == {
            "GOLD-1M": ("filled", ""),
            "UNKNOWN": ("held", "unknown_sku"),
        }
        steps = [step.what for step in order.history]
        assert sorted(steps) == ["delivered", "filled", "held", "paid"]
        assert order.history[0].delivery_id == delivery.id
        assert order.shop_name == "Shop"

    def test_a_shop_counts_orders_with_something_to_look_at(self, desk):
        desk.deliver(woo(woo_line(), woo_line(id=2, sku="UNKNOWN", total="5.00")))
        shop = GetShop(shop_id=desk.shop.id)
        assert desk.ask(get_shop, shop).exceptions == 1

        desk.plan("UNKNOWN", "5.00 EUR")
        desk.ask(replay_order, ReplayOrder(order_id=desk.order().id))
        assert desk.ask(get_shop, shop).exceptions == 0
