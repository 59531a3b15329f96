"""What a shop sold runs without touching a balance, and is taken back exactly."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from billing.subscriptions.operations import (
    OrderSale,
    reverse_for_order,
    start_for_order,
)
from lineup.errors import Conflict, NotFound
from lineup.ids import new_id
from lineup.money import Money

SHOP = new_id()


def day(month, number):
    return datetime(2026, month, number, tzinfo=UTC)


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=30)


@pytest.fixture
def sell(database, plan):
    """`sell(user)` starts what one seat bought; the seat's id is kept on the user."""

    def sell(user, seat_id=None, paid="9.00 EUR", of=None):
        user.seat_id = seat_id or new_id()
        sale = OrderSale(
            order_id=new_id(),
            seat_id=user.seat_id,
            user_id=user.id,
            customer_id=user.customer.id,
            customer_scope=user.customer.scope,
            plan_id=(of or plan).id,
            paid=Money.of(paid),
            shop_id=SHOP,
            order_number="1001",
        )
        with database.transaction() as work:
            return start_for_order(work, sale)

    return sell


@pytest.fixture
def take_back(database):
    def take_back(seat_id):
        with database.transaction() as work:
            return reverse_for_order(work, seat_id)

    return take_back


@pytest.fixture
def balance_of(engine):
    """`balance_of("income")` sums a system account's entries."""

    def balance_of(purpose):
        statement = text(
            "SELECT coalesce(sum(amount_minor), 0) FROM entry"
            " JOIN wallet ON wallet.id = wallet_id WHERE purpose = :purpose"
        )
        with engine.connect() as connection:
            return int(connection.execute(statement, {"purpose": purpose}).scalar())

    return balance_of


@pytest.fixture
def look(shop_floor):
    from types import SimpleNamespace

    return lambda subscription_id: shop_floor.look(SimpleNamespace(id=subscription_id))


def test_a_seat_starts_a_subscription_paid_from_the_shops_clearing(
    shop_floor, sell, user, customer, look, balance_of
):
    started = sell(user)

    assert look(started).ends_at == day(7, 1)
    assert balance_of(f"clearing:{SHOP}") == -900
    assert balance_of("income") == 900
    assert shop_floor.entries(customer) == []
    assert shop_floor.books().is_sound


def test_the_same_seat_starts_once(sell, user, look, balance_of):
    seat = new_id()

    assert len({sell(user, seat) for _ in range(3)}) == 1
    assert balance_of("income") == 900


def test_a_seat_starts_before_its_customer_and_user_were_heard_of(
    shop_floor, partner, sell, look, clock
):
    from types import SimpleNamespace

    from lineup.scope import below

    customer_id = new_id()
    customer = SimpleNamespace(
        id=customer_id, scope=below(partner.scope, customer_id), partner=partner
    )
    user = SimpleNamespace(id=new_id(), customer=customer)

    started = sell(user)

    assert look(started).state == "running"
    shop_floor.user_says(user, version=1)
    assert str(shop_floor.top_up_after_hearing_of(customer).balance) == "1.00 EUR"


def test_a_seat_renews_a_running_user(shop_floor, sell, user, customer, plan, look):
    shop_floor.top_up(customer, "9.00 EUR")
    bought = shop_floor.buy(user, plan)

    assert sell(user) == bought.id
    assert look(bought.id).ends_at == day(7, 31)


def test_a_running_user_of_another_product_is_refused(shop_floor, sell, user, partner):
    sell(user)

    with pytest.raises(Conflict) as refusal:
        sell(user, of=shop_floor.plan(partner))
    assert refusal.value.code == "subscription_active"


def test_a_plan_of_another_partner_is_unknown(shop_floor, sell, user, neighbour):
    with pytest.raises(NotFound):
        sell(user, of=shop_floor.plan(neighbour))


def test_a_seat_that_cost_nothing_moves_nothing(
    sell, user, look, take_back, balance_of
):
    started = sell(user, paid="0.00 EUR")
    receipt = take_back(user.seat_id)

    assert look(started).state == "stopped"
    assert str(receipt.refunded) == "0.00 EUR"
    assert balance_of("income") == 0


def test_taken_back_it_stops_and_the_shop_has_its_money(
    shop_floor, sell, user, customer, take_back, look, balance_of, clock, announced
):
    started = sell(user)
    clock.set(day(6, 11))
    receipt = take_back(user.seat_id)

    assert receipt.subscription_id == started
    assert receipt.ended_at == day(6, 11)
    assert str(receipt.refunded) == "0.00 EUR"
    assert look(started).state == "stopped"
    assert (balance_of("income"), balance_of(f"clearing:{SHOP}")) == (0, 0)
    assert shop_floor.entries(customer) == []
    assert announced("subscription_changed")[-1].state == "stopped"


def test_taken_back_again_changes_nothing(sell, user, take_back, balance_of, clock):
    sell(user)
    first = take_back(user.seat_id)
    clock.forward(days=1)

    assert take_back(user.seat_id) == first
    assert balance_of("income") == 0


def test_a_seat_that_never_started_is_none(take_back):
    assert take_back(new_id()) is None


def test_a_renewal_taken_back_leaves_what_was_bought_before(
    shop_floor, sell, user, customer, plan, take_back, look
):
    shop_floor.top_up(customer, "9.00 EUR")
    bought = shop_floor.buy(user, plan)
    sell(user)
    take_back(user.seat_id)

    view = look(bought.id)
    assert (view.state, view.ends_at) == ("running", day(7, 1))


def test_what_was_bought_after_moves_up(
    shop_floor, sell, user, customer, plan, take_back, look, clock
):
    started = sell(user)
    shop_floor.top_up(customer, "9.00 EUR")
    shop_floor.buy(user, plan)
    clock.set(day(6, 11))
    take_back(user.seat_id)

    view = look(started)
    assert (view.state, view.ends_at) == ("running", day(7, 11))
    clock.set(day(6, 21))
    assert str(shop_floor.stop(view).refunded) == "6.00 EUR"


def test_a_stopped_one_is_still_paid_back_to_the_shop_once(
    shop_floor, sell, user, take_back, look, customer, balance_of
):
    started = sell(user)
    assert str(shop_floor.stop(look(started)).refunded) == "0.00 EUR"
    assert balance_of("income") == 900

    take_back(user.seat_id)
    take_back(user.seat_id)

    assert balance_of("income") == 0
    assert shop_floor.entries(customer) == []


def test_a_used_up_period_taken_back_leaves_the_running_one(
    shop_floor, sell, user, customer, plan, take_back, look, clock, balance_of
):
    started = sell(user)
    shop_floor.top_up(customer, "9.00 EUR")
    shop_floor.buy(user, plan)
    clock.set(day(7, 11))
    take_back(user.seat_id)

    assert (look(started).state, look(started).ends_at) == ("running", day(7, 31))
    assert balance_of(f"clearing:{SHOP}") == 0
