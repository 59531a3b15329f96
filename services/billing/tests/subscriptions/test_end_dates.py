"""Staff sets an end date: with a reason, without money, and only it may take time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from billing.reports.sales_list import list_sales
from lineup.access import PermissionMissing
from lineup.context import Permission
from lineup.contracts.billing.refusals import EndDatePast, NotActive, PeriodTooLong
from lineup.contracts.billing.reports import ListSales
from lineup.contracts.billing.subscriptions import SubscriptionState

pytestmark = pytest.mark.feature("SU-15")


def june(day, **time):
    return datetime(2026, 6, day, tzinfo=UTC).replace(**time)


JULY = datetime(2026, 7, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)


@pytest.fixture
def plan(shop_floor, partner):
    return shop_floor.plan(partner, "9.00 EUR", days=30)


@pytest.fixture
def running(shop_floor, user, customer, plan):
    """1 June to 1 July, for 9.00 EUR of a balance of 30.00 EUR."""
    shop_floor.top_up(customer, "30.00 EUR")
    return shop_floor.buy(user, plan)


@pytest.fixture
def staff(partner):
    """`staff(Permission.SELL)`: a login of the partner that may do this much."""
    return lambda *may: replace(partner.actor, permissions=may)


@pytest.fixture
def periods(ask, running):
    """The periods of the subscription, the oldest first."""

    def periods():
        found = ask(list_sales, ListSales(subscription_id=running.id)).items
        return sorted(found, key=lambda period: period.starts_at)

    return periods


def test_a_later_end_is_given_and_explained(
    shop_floor, running, customer, staff, periods, announced
):
    before = shop_floor.entries(customer)
    changed = shop_floor.set_end(
        running, AUGUST, staff(Permission.END_DATES), "an outage"
    )

    told = announced("subscription_changed")[-1].ends_at
    assert changed.ends_at == datetime.fromisoformat(told) == AUGUST
    assert shop_floor.entries(customer) == before
    bought, given = periods()
    assert (bought.ends_at, given.starts_at, given.ends_at) == (JULY, JULY, AUGUST)
    assert (given.source, given.price.amount_minor) == ("staff", 0)
    assert (given.reason, given.sold_by) == ("an outage", "partner")


def test_an_earlier_end_takes_time_and_gives_nothing_back(
    shop_floor, running, customer, user, plan, staff, periods
):
    shop_floor.buy(user, plan)
    may = staff(Permission.END_DATES, Permission.SHORTEN)
    shop_floor.set_end(running, june(21), may, "a charge was disputed")

    assert shop_floor.look(running).ends_at == june(21)
    assert shop_floor.balance(customer) == "12.00 EUR"
    cut, over = periods()
    assert (cut.ends_at, cut.cut_from, cut.closed_at) == (june(21), JULY, None)
    assert (over.closed_at, over.refunded.amount_minor) == (june(1), 0)
    assert cut.close_reason == over.close_reason == "a charge was disputed"


def test_an_earlier_end_needs_its_permission(shop_floor, running, staff):
    with pytest.raises(PermissionMissing) as refused:
        shop_floor.set_end(running, june(21), staff(Permission.END_DATES))

    assert refused.value.details == {"permission": "shorten"}
    assert shop_floor.look(running).ends_at == JULY


def test_what_is_left_of_a_cut_period_is_worth_what_it_cost(shop_floor, running, clock):
    shop_floor.set_end(running, june(21))
    clock.set(june(11))

    assert str(shop_floor.quote(running).refunded) == "3.00 EUR"


def test_time_that_was_given_comes_to_nothing_at_a_stop(shop_floor, running, clock):
    shop_floor.set_end(running, AUGUST)
    clock.set(june(11))

    assert str(shop_floor.stop(running).refunded) == "6.00 EUR"


def test_the_next_renewal_counts_from_the_new_end(shop_floor, running, user, clock):
    shop_floor.switch(user, renews=True)
    shop_floor.set_end(running, june(21))
    clock.set(june(21))
    shop_floor.renew()

    assert shop_floor.look(running).ends_at == june(21) + timedelta(days=30)


def test_what_has_expired_runs_again_from_now(shop_floor, running, clock, periods):
    clock.set(JULY + timedelta(days=9))
    changed = shop_floor.set_end(running, AUGUST)

    assert changed.state is SubscriptionState.RUNNING
    assert periods()[-1].starts_at == clock.now()


@pytest.mark.feature("SU-28")
def test_what_was_stopped_or_replaced_does_not_come_back(
    shop_floor, running, user, plan
):
    shop_floor.stop(running)
    with pytest.raises(NotActive):
        shop_floor.set_end(running, AUGUST)
    shop_floor.buy(user, plan)
    with pytest.raises(NotActive):
        shop_floor.set_end(running, AUGUST)


@pytest.mark.parametrize(
    ("ends_at", "refusal"),
    [
        (june(1), EndDatePast),
        (june(1) - timedelta(days=1), EndDatePast),
        (datetime(2199, 1, 1, tzinfo=UTC), PeriodTooLong),
    ],
)
def test_an_end_lies_ahead_and_within_a_hundred_years(
    shop_floor, running, ends_at, refusal
):
    with pytest.raises(refusal):
        shop_floor.set_end(running, ends_at)


def test_the_same_end_changes_nothing(shop_floor, running, announced, periods):
    told = len(announced("subscription_changed"))
    shop_floor.set_end(running, running.ends_at)

    assert len(announced("subscription_changed")) == told
    assert len(periods()) == 1
