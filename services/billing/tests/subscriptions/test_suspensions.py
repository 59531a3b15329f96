"""A suspension keeps a user from what is paid until it is lifted, mostly by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.subscriptions import lists, quotes
from lineup.contracts.billing.refusals import (
    NotActive,
    NotSuspended,
    SubscriptionSuspended,
)
from lineup.contracts.billing.subscriptions import (
    CountFrom,
    ListSubscriptions,
    QuotePurchase,
    SubscriptionState,
    SuspensionCause,
)
from lineup.errors import Invalid

pytestmark = pytest.mark.feature("SU-21")
JULY = datetime(2026, 7, 1, tzinfo=UTC)
NON_PAYMENT = SuspensionCause.NON_PAYMENT


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=30)


@pytest.fixture
def running(shop_floor, user, customer, plan):
    """1 June to 1 July, for 9.00 EUR of a balance of 12.00 EUR."""
    shop_floor.top_up(customer, "12.00 EUR")
    return shop_floor.buy(user, plan)


def test_it_is_told_with_its_reason_and_its_time_runs_on(
    shop_floor, running, clock, announced
):
    clock.forward(days=1)
    shop_floor.suspend(running, "a dispute")

    seen, told = shop_floor.look(running), announced("subscription_changed")[-1]
    assert (seen.suspended_at, seen.suspension_reason) == (clock.now(), "a dispute")
    assert (told.is_suspended, told.state) == (True, "running")
    assert (seen.state, seen.ends_at) == (SubscriptionState.RUNNING, JULY)

    shop_floor.lift(running)
    seen, told = shop_floor.look(running), announced("subscription_changed")[-1]
    assert (seen.suspended_at, seen.suspension_reason) == (None, "")
    assert (told.is_suspended, seen.ends_at) == (False, JULY)


def test_a_reason_is_never_blank(shop_floor, running):
    with pytest.raises(Invalid):
        shop_floor.suspend(running, "  ")


def test_a_manual_one_survives_a_payment(shop_floor, running, customer):
    shop_floor.suspend(running)
    shop_floor.top_up(customer, "50.00 EUR")

    assert shop_floor.look(running).suspension_cause is SuspensionCause.OTHER


def test_one_for_non_payment_is_lifted_by_a_payment(
    shop_floor, running, customer, announced
):
    shop_floor.suspend(running, cause=NON_PAYMENT)
    shop_floor.top_up(customer, "1.00 EUR")

    assert shop_floor.look(running).suspended_at is None
    assert announced("subscription_changed")[-1].is_suspended is False


def test_a_payment_that_leaves_a_debt_lifts_nothing(
    shop_floor, running, customer, user, plan, lend
):
    lend(customer, "9.00 EUR")
    shop_floor.buy(user, plan)
    shop_floor.suspend(running, cause=NON_PAYMENT)
    shop_floor.top_up(customer, "5.99 EUR")
    assert shop_floor.look(running).suspended_at

    shop_floor.top_up(customer, "0.01 EUR")
    assert shop_floor.look(running).suspended_at is None


def test_a_payment_of_somebody_else_lifts_nothing(shop_floor, running, partner):
    shop_floor.suspend(running, cause=NON_PAYMENT)
    shop_floor.top_up(shop_floor.customer(partner), "5.00 EUR")

    assert shop_floor.look(running).suspended_at


def test_what_was_suspended_is_not_renewed_until_it_is_lifted(
    shop_floor, running, customer, user, clock
):
    shop_floor.switch(user, renews=True)
    shop_floor.top_up(customer, "20.00 EUR")
    shop_floor.suspend(running)
    clock.set(JULY)
    shop_floor.renew()
    assert shop_floor.look(running).obstacle == "suspended"
    assert shop_floor.balance(customer) == "23.00 EUR"

    clock.forward(days=1)
    shop_floor.lift(running)
    shop_floor.renew()
    assert shop_floor.look(running).ends_at == clock.now() + timedelta(days=30)
    assert shop_floor.balance(customer) == "14.00 EUR"


@pytest.mark.parametrize("count_from", CountFrom)
def test_nobody_pays_for_what_is_suspended(
    shop_floor, running, customer, user, plan, ask, count_from
):
    shop_floor.top_up(customer, "20.00 EUR")
    shop_floor.suspend(running)
    request = QuotePurchase(user_id=user.id, plan_id=plan.id, count_from=count_from)

    with pytest.raises(SubscriptionSuspended):
        ask(quotes.quote_purchase, request)
    with pytest.raises(SubscriptionSuspended):
        shop_floor.buy(user, plan, count_from=count_from)
    assert shop_floor.balance(customer) == "23.00 EUR"
    assert shop_floor.look(running).state is SubscriptionState.RUNNING


def test_stopping_gives_the_rest_back_and_lifts_nothing(
    shop_floor, running, customer, user, plan
):
    shop_floor.suspend(running)
    assert str(shop_floor.stop(running, customer.actor).refunded) == "9.00 EUR"
    with pytest.raises(SubscriptionSuspended):
        shop_floor.buy(user, plan, actor=customer.actor)

    shop_floor.lift(running)
    assert shop_floor.buy(user, plan).suspended_at is None


def test_once_is_enough(shop_floor, running):
    with pytest.raises(NotSuspended):
        shop_floor.lift(running)
    shop_floor.suspend(running)
    with pytest.raises(SubscriptionSuspended):
        shop_floor.suspend(running, "again")
    assert shop_floor.look(running).suspension_reason == "a dispute"


def test_what_does_not_run_cannot_be_suspended(shop_floor, running, clock):
    clock.set(JULY)
    with pytest.raises(NotActive):
        shop_floor.suspend(running)


def test_the_list_is_narrowed_to_them(shop_floor, running, ask, partner, plan):
    other = shop_floor.customer(partner, "9.00 EUR")
    shop_floor.buy(shop_floor.user(other), plan)
    shop_floor.suspend(running)

    found = {
        wanted: ask(lists.list_subscriptions, ListSubscriptions(is_suspended=wanted))
        for wanted in (True, False)
    }
    assert [one.id for one in found[True].items] == [running.id]
    assert len(found[False].items) == 1
