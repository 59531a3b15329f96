"""A stopped user gets the unused part back, once (workflow: stop and refund)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from billing.catalog.operations import change_plan
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.catalog import ChangePlan
from lineup.contracts.billing.subscriptions import ListSubscriptions
from lineup.errors import Conflict
from lineup.money import Money


def june(day, **time):
    return datetime(2026, 6, day, tzinfo=UTC).replace(**time)


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=30)


@pytest.fixture
def running(shop_floor, user, customer, plan):
    """1 June to 1 July, for 9.00 EUR of a balance of 18.00 EUR."""
    shop_floor.top_up(customer, "18.00 EUR")
    return shop_floor.buy(user, plan)


@pytest.mark.feature("SU-08", "WL-05")
@pytest.mark.parametrize(
    ("stopped_at", "refund"),
    [
        (june(11), "6.00 EUR"),
        (june(11, hour=12), "5.85 EUR"),
        (june(30, hour=23, minute=59, second=59), "0.00 EUR"),
        (june(1), "9.00 EUR"),
    ],
)
def test_the_refund_is_the_quoted_one_to_the_cent(
    shop_floor, running, customer, clock, stopped_at, refund
):
    clock.set(stopped_at)
    quoted = shop_floor.quote(running)
    receipt = shop_floor.stop(running)

    assert str(receipt.refunded) == refund
    assert quoted == receipt
    assert receipt.ended_at == stopped_at
    assert shop_floor.entries(customer)[0].balance_after.amount_minor == (
        900 + receipt.refunded.amount_minor
    )
    assert shop_floor.books().is_sound


@pytest.mark.feature("SU-08")
def test_a_period_not_begun_comes_back_whole(
    shop_floor, running, user, plan, clock, customer
):
    shop_floor.buy(user, plan)
    clock.set(june(11))

    assert str(shop_floor.stop(running).refunded) == "15.00 EUR"
    assert shop_floor.balance(customer) == "15.00 EUR"


@pytest.mark.feature("PR-17")
def test_what_was_paid_counts_not_what_it_costs_now(
    shop_floor, running, plan, partner, clock, ask
):
    dearer = ChangePlan(plan_id=plan.id, name="x", price=Money.of("12.00 EUR"))
    ask(change_plan, dearer, partner.actor)
    clock.set(june(11))
    assert str(shop_floor.look(running).price) == "12.00 EUR"

    assert str(shop_floor.stop(running).refunded) == "6.00 EUR"


@pytest.mark.feature("SU-07", "SU-16")
def test_a_stop_ends_now_and_is_told(shop_floor, running, clock, announced):
    clock.set(june(11))
    shop_floor.stop(running)

    view, told = shop_floor.look(running), announced("subscription_changed")[-1]
    assert (view.state, view.ends_at) == ("stopped", june(11))
    assert (told.state, told.ends_at) == ("stopped", "2026-06-11T00:00:00Z")
    assert told.version > announced("subscription_changed")[0].version


@pytest.mark.feature("SU-09")
def test_the_same_key_gives_the_first_receipt_again(
    shop_floor, running, customer, clock
):
    clock.set(june(11))
    first = shop_floor.stop(running, key="once")
    clock.set(june(12))

    assert shop_floor.stop(running, key="once") == first
    assert shop_floor.balance(customer) == "15.00 EUR"


@pytest.mark.feature("SU-09")
def test_stopping_twice_is_refused(shop_floor, running, customer):
    shop_floor.stop(running)

    with pytest.raises(Conflict) as refusal:
        shop_floor.stop(running)
    assert refusal.value.code == "not_active"
    assert shop_floor.balance(customer) == "18.00 EUR"


@pytest.mark.feature("SU-09")
def test_stopping_what_has_ended_is_refused_before_the_end_is_marked(
    shop_floor, running, clock
):
    clock.set(datetime(2026, 7, 1, tzinfo=UTC))

    for act in (shop_floor.stop, shop_floor.quote):
        with pytest.raises(Conflict) as refusal:
            act(running)
        assert refusal.value.code == "not_active"


def test_a_trial_that_was_sold_for_money_gives_it_back(
    shop_floor, partner, customer, user, database
):
    shop_floor.top_up(customer, "9.00 EUR")
    plan = shop_floor.plan(partner, "0.00 EUR", is_trial=True)
    with database.transaction() as work:
        work.session.execute(text("UPDATE plan SET price_minor = 900"))
    trial = shop_floor.buy(user, plan)

    assert str(shop_floor.stop(trial).refunded) == "9.00 EUR"
    assert shop_floor.balance(customer) == "9.00 EUR"


@pytest.mark.feature("SU-08")
@pytest.mark.parametrize("is_trial", [True, False])
def test_a_free_period_gives_nothing_back(shop_floor, partner, user, is_trial):
    free = shop_floor.buy(user, shop_floor.plan(partner, "0.00 EUR", is_trial=is_trial))

    assert str(shop_floor.stop(free).refunded) == "0.00 EUR"


def test_a_customer_stops_its_own(shop_floor, running, customer):
    assert shop_floor.stop(running, actor=customer.actor).ended_at == june(1)


@pytest.mark.feature("SU-28")
def test_after_a_stop_a_purchase_begins_anew(shop_floor, running, user, plan, ask):
    from billing.subscriptions.lists import list_subscriptions

    shop_floor.stop(running)
    second = shop_floor.buy(user, plan)
    listed = ask(list_subscriptions, ListSubscriptions(user_id=user.id)).items

    assert [view.id for view in listed] == [second.id, running.id]


def test_a_deleted_user_is_stopped_and_refunded(
    shop_floor, running, user, customer, clock
):
    clock.set(june(11))
    for _ in range(2):
        shop_floor.user_says(user, status=Status.DELETED)

    assert shop_floor.look(running).state == "stopped"
    assert shop_floor.balance(customer) == "15.00 EUR"
