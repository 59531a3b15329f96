"""What people decide about exceptions: each can be closed, served or ignored."""

import pytest

from billing.webshops.operations.connections import ignore_sku, update_shop
from billing.webshops.operations.delivery_log import (
    close_delivery,
    get_shop_delivery,
    replay_delivery,
    serve_delivery,
)
from billing.webshops.operations.exceptions import (
    accept_order,
    choose_user,
    close_exception,
    serve_order,
)
from billing.webshops.operations.order_queries import (
    get_order,
    list_orders,
    replay_order,
)
from lineup.contracts.billing.exceptions import (
    AcceptOrder,
    ChooseUser,
    CloseDelivery,
    CloseException,
    IgnoreSku,
    ServeDelivery,
    ServeOrder,
)
from lineup.contracts.billing.orders import (
    ExceptionSettlement,
    GetOrder,
    ListOrders,
    OrderState,
    ReplayOrder,
)
from lineup.contracts.billing.shops import (
    DeliveryVerdict,
    GetShopDelivery,
    ReplayDelivery,
    UpdateShop,
)
from lineup.errors import Conflict, Invalid, NotFound
from lineup.ids import new_id
from lineup.money import Money

from .conftest import a_partner, woo, woo_line

PAID_AT = "2026-03-02T12:00:00"


def close(desk, exception, **rest):
    request = CloseException(
        order_id=desk.order().id,
        exception=exception,
        **({"settlement": ExceptionSettlement.DISMISSED} | rest),
    )
    return desk.ask(close_exception, request)


def worklist(desk):
    return [
        order.number
        for order in desk.ask(list_orders, ListOrders(state=OrderState.EXCEPTION)).items
    ]


def seat_of(desk):
    return desk.ask(get_order, GetOrder(order_id=desk.order().id)).pieces[0].id


class TestClosing:
    def test_what_is_closed_is_listed_no_more_and_stays_to_be_told(self, desk):
        desk.deliver(woo(woo_line("MUG", total="9.00")))
        assert worklist(desk) == ["5012"]

        closed = close(desk, "unknown_sku: MUG", note=" sent a mug ")

        assert worklist(desk) == []
        assert closed.exceptions == []
        assert closed.state == OrderState.CLOSED
        (told,) = closed.closed
        assert (told.exception, told.note) == ("unknown_sku: MUG", "sent a mug")
        assert told.closed_by == "owner"

    def test_no_payload_and_no_replay_brings_it_back(self, desk):
        desk.deliver(woo(woo_line("MUG", total="9.00")))
        close(desk, "unknown_sku: MUG")
        desk.plan("MUG", "9.00 EUR")

        desk.deliver(woo(woo_line("MUG", total="9.00"), minute=5, status="completed"))
        desk.ask(replay_order, ReplayOrder(order_id=desk.order().id))

        assert worklist(desk) == []
        assert desk.accepted() == []

    def test_the_other_lines_are_served_all_the_same(self, desk):
        desk.serve(woo(woo_line(), woo_line("MUG", id=67, total="9.00")))

        closed = close(desk, "unknown_sku: MUG")

        assert closed.state == OrderState.FULFILLED
        assert worklist(desk) == []

    @pytest.mark.parametrize("settlement", ExceptionSettlement)
    def test_an_unclear_refund_is_closed_and_takes_back_what_is_said(
        self, desk, settlement
    ):
        two = [woo_line(), woo_line(id=67)]
        desk.serve(woo(*two))
        refund = {"id": 88, "total": "-14.99"}
        desk.deliver(woo(*two, minute=5, refunds=[refund], total="29.98"))
        (text,) = desk.order().exceptions
        piece = seat_of(desk)

        closed = close(desk, text, settlement=settlement, takes_back=[piece])

        assert closed.exceptions == []
        assert [one.state for one in closed.pieces] == ["reversed", "filled"]
        assert len(desk.running()) == 1
        desk.deliver(woo(*two, minute=9, refunds=[refund], total="29.98"))
        assert worklist(desk) == []

    def test_what_is_over_and_comes_again_is_listed_again(self, desk):
        desk.serve(woo())
        desk.deliver(woo(status="on-hold", date_paid_gmt=PAID_AT, minute=5))
        close(desk, "disputed: 5012")
        desk.deliver(woo(minute=6))
        assert worklist(desk) == []

        desk.deliver(woo(status="on-hold", date_paid_gmt=PAID_AT, minute=7))

        assert worklist(desk) == ["5012"]

    def test_what_is_not_listed_cannot_be_closed(self, desk):
        desk.deliver(woo(woo_line("MUG", total="9.00")))

        with pytest.raises(NotFound) as refused:
            close(desk, "unknown_sku: CUP")
        assert refused.value.code == "exception_not_found"

    def test_a_neighbour_closes_nothing(self, desk):
        desk.deliver(woo(woo_line("MUG", total="9.00")))
        neighbour = a_partner(desk.database)
        request = CloseException(
            order_id=desk.order().id,
            exception="unknown_sku: MUG",
            settlement=ExceptionSettlement.DISMISSED,
        )

        with pytest.raises(NotFound):
            desk.ask(close_exception, request, neighbour)


class TestAccepting:
    def test_little_money_is_accepted_for_one_order(self, desk):
        desk.deliver(woo(woo_line(total="1.00")))
        desk.ask(accept_order, AcceptOrder(order_id=desk.order().id))
        desk.fill()

        assert len(desk.running()) == 1
        assert desk.booked("income") == 100
        desk.deliver(woo(woo_line(total="1.00"), id=5013, number="5013"))
        assert desk.order("5013").exceptions == ["low_amount: GOLD-1M"]

    def test_a_buyer_without_a_mail_address_is_served(self, desk):
        person = {"first_name": "Ana", "last_name": "Ruiz", "email": ""}
        desk.deliver(woo(billing=person))
        accepted = desk.ask(accept_order, AcceptOrder(order_id=desk.order().id))

        assert accepted.is_accepted
        assert accepted.state == OrderState.ACCEPTED

    def test_what_it_cannot_be_served_without_stays_listed(self, desk):
        desk.deliver(woo(woo_line("MUG", total="9.00")))
        desk.ask(accept_order, AcceptOrder(order_id=desk.order().id))

        assert worklist(desk) == ["5012"]

    @pytest.mark.parametrize(
        "odd", [{"status": "shipped"}, {"date_paid_gmt": "2nd of March"}]
    )
    def test_what_is_odd_about_a_paid_order_is_accepted(self, desk, odd):
        desk.deliver(woo(**odd))
        assert worklist(desk) == ["5012"]

        desk.ask(accept_order, AcceptOrder(order_id=desk.order().id))
        desk.fill()

        assert len(desk.running()) == 1
        assert worklist(desk) == []

    def test_a_vendors_part_is_accepted_and_the_whole_serves_the_rest(self, desk):
        part = woo(id=5013, number="5013", parent_id=5012)
        desk.deliver(part)
        desk.ask(accept_order, AcceptOrder(order_id=desk.order("5013").id))
        desk.fill()

        silver = woo_line("SILVER-1M", id=67, total="9.00")
        desk.serve(woo(woo_line(), silver))
        desk.serve(woo(woo_line(), silver, minute=5))

        assert len(desk.running()) == 2
        assert desk.order().state == OrderState.FULFILLED
        assert worklist(desk) == []


class TestIgnoring:
    @pytest.mark.parametrize("written", ["MUG", " mug "])
    def test_a_sku_is_ignored_for_good_also_where_it_is_listed(self, desk, written):
        desk.deliver(woo(woo_line("MUG", total="9.00")))

        shop = desk.ask(ignore_sku, IgnoreSku(shop_id=desk.shop.id, sku=written))

        assert shop.ignored_skus == ["mug"]
        assert worklist(desk) == []
        desk.deliver(woo(woo_line("Mug", total="9.00"), id=5013, number="5013"))
        assert worklist(desk) == []
        assert desk.order("5013").state == OrderState.CLOSED

    def test_an_item_without_a_sku_is_ignored_by_its_name(self, desk):
        desk.deliver(woo(woo_line("", total="2.00", name="Gift wrap")))

        desk.ask(ignore_sku, IgnoreSku(shop_id=desk.shop.id, sku="Gift wrap"))

        assert worklist(desk) == []

    def test_a_plan_goes_before_what_is_ignored(self, desk):
        desk.ask(ignore_sku, IgnoreSku(shop_id=desk.shop.id, sku="GOLD-1M"))

        desk.serve(woo())

        assert len(desk.running()) == 1

    def test_it_is_listed_again_once_it_is_no_longer_ignored(self, desk):
        desk.ask(ignore_sku, IgnoreSku(shop_id=desk.shop.id, sku="MUG"))
        desk.ask(update_shop, UpdateShop(shop_id=desk.shop.id, ignored_skus=[]))

        desk.deliver(woo(woo_line("MUG", total="9.00")))

        assert worklist(desk) == ["5012"]


class TestChoosing:
    def test_the_right_user_is_chosen_for_a_name_of_nobody(self, desk):
        (ana,) = desk.serve(woo())
        named = [{"key": "iptv_username", "value": "ana77x"}]
        desk.deliver(woo(id=5013, number="5013", meta_data=named))
        desk.leave_unfilled("unknown_user")
        order = desk.order("5013")
        piece = desk.ask(get_order, GetOrder(order_id=order.id)).pieces[0]

        request = ChooseUser(order_id=order.id, seat_id=piece.id, user_id=ana)
        desk.ask(choose_user, request)
        desk.fill()

        assert worklist(desk) == []
        assert len(desk.subscriptions()) == 1
        assert len(desk.periods()) == 2

    def test_nobody_is_chosen_where_a_new_user_is_wanted(self, desk):
        named = [{"key": "iptv_username", "value": "ana77x"}]
        desk.deliver(woo(meta_data=named))
        desk.leave_unfilled("unknown_user")

        desk.ask(
            choose_user, ChooseUser(order_id=desk.order().id, seat_id=seat_of(desk))
        )

        (seat,) = desk.accepted()[-1].seats
        assert (seat.username, seat.user_id) == ("", None)

    def test_a_choice_is_remembered_for_the_subscription(self, desk):
        users = desk.serve(woo(woo_line(quantity=2, total="29.98"), customer_id=77))
        note = [{"key": "_subscription_renewal", "value": "5500"}]
        again = {"meta_data": note, "customer_id": 77}
        desk.serve(woo(id=5013, number="5013", **again))
        order = desk.order("5013")
        piece = desk.ask(get_order, GetOrder(order_id=order.id)).pieces[0]

        request = ChooseUser(order_id=order.id, seat_id=piece.id, user_id=users[1])
        desk.ask(choose_user, request)
        desk.fill()

        assert desk.serve(woo(id=5014, number="5014", **again)) == [users[1]]

    def test_a_user_of_a_neighbour_is_not_found(self, desk):
        desk.deliver(woo(woo_line("MUG", total="9.00")))

        request = ChooseUser(
            order_id=desk.order().id, seat_id=seat_of(desk), user_id=new_id()
        )
        with pytest.raises(NotFound):
            desk.ask(choose_user, request)

    def test_a_piece_that_is_served_is_not_given_away(self, desk):
        desk.serve(woo())

        request = ChooseUser(order_id=desk.order().id, seat_id=seat_of(desk))
        with pytest.raises(Conflict) as refused:
            desk.ask(choose_user, request)
        assert refused.value.code == "piece_settled"


class TestServingByHand:
    def test_a_piece_is_served_with_another_plan(self, desk):
        desk.deliver(woo(woo_line("MUG", total="9.00")))

        request = ServeOrder(
            order_id=desk.order().id, seat_id=seat_of(desk), plan_id=desk.silver.id
        )
        desk.ask(serve_order, request)
        desk.fill()

        assert worklist(desk) == []
        assert desk.order().state == OrderState.FULFILLED
        assert desk.booked("income") == 900

    def test_an_order_without_lines_gets_a_piece(self, desk):
        desk.deliver(woo(total="14.99", line_items=[]))
        assert desk.order().exceptions == ["no_lines: 5012"]

        request = ServeOrder(
            order_id=desk.order().id,
            plan_id=desk.gold.id,
            amount=Money.of("14.99 EUR"),
        )
        desk.ask(serve_order, request)
        desk.fill()

        assert worklist(desk) == []
        assert desk.booked("income") == 1499

    def test_a_payload_after_it_serves_nobody_twice(self, desk):
        desk.deliver(woo(woo_line("MUG", total="9.00")))
        request = ServeOrder(
            order_id=desk.order().id, seat_id=seat_of(desk), plan_id=desk.silver.id
        )
        desk.ask(serve_order, request)
        desk.fill()

        desk.plan("MUG", "9.00 EUR")
        desk.deliver(woo(woo_line("MUG", total="9.00"), status="completed", minute=5))

        assert len(desk.periods()) == 1

    def test_an_amount_below_zero_is_refused(self, desk):
        desk.deliver(woo(woo_line("MUG", total="9.00")))

        request = ServeOrder(
            order_id=desk.order().id,
            seat_id=seat_of(desk),
            plan_id=desk.silver.id,
            amount=Money.of("-1.00 EUR"),
        )
        with pytest.raises(Invalid):
            desk.ask(serve_order, request)


class TestUnreadableDeliveries:
    @pytest.fixture
    def parked(self, desk):
        return desk.deliver(b"{this is no order")

    def serve(self, desk, parked, **rest):
        facts = {
            "delivery_id": parked.id,
            "external_id": "5012",
            "plan_id": desk.gold.id,
            "amount": Money.of("14.99 EUR"),
            "email": "ana@example.org",
            "first_name": "Ana",
        }
        return desk.ask(serve_delivery, ServeDelivery(**(facts | rest)))

    def test_it_is_served_by_hand_as_an_order_of_the_shop(self, desk, parked):
        order = self.serve(desk, parked)
        desk.fill()

        assert order.number == "5012"
        assert len(desk.running()) == 1
        told = desk.ask(get_shop_delivery, GetShopDelivery(delivery_id=parked.id))
        assert told.verdict == DeliveryVerdict.DONE
        assert told.order_id == order.id

    def test_what_the_shop_delivers_of_it_later_is_the_same_order(self, desk, parked):
        self.serve(desk, parked)
        desk.fill()

        desk.deliver(woo(minute=5))

        assert len(desk.periods()) == 1

    def test_an_order_that_was_served_is_not_served_again(self, desk, parked):
        desk.serve(woo())

        with pytest.raises(Conflict) as refused:
            self.serve(desk, parked)
        assert refused.value.code == "order_known"

    def test_it_is_closed_with_a_note_and_stays_closed(self, desk, parked):
        request = CloseDelivery(delivery_id=parked.id, note="A test of ours.")
        closed = desk.ask(close_delivery, request)

        assert closed.verdict == DeliveryVerdict.CLOSED
        assert (closed.note, closed.closed_by) == ("A test of ours.", "owner")
        with pytest.raises(Conflict):
            desk.ask(replay_delivery, ReplayDelivery(delivery_id=parked.id))
