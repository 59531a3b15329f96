"""Counts are the lengths of the lists they lead to (RP-01, RP-03)."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from billing.reports.plan_use import get_plan_use
from billing.reports.subscription_counts import get_subscription_figures
from billing.subscriptions.lists import list_subscriptions
from lineup.contracts.billing.catalog import GetPlanUse
from lineup.contracts.billing.reports import GetSubscriptionFigures
from lineup.contracts.billing.subscriptions import ListSubscriptions, SubscriptionState
from lineup.errors import NotFound

RUNNING, EXPIRED, STOPPED = (
    SubscriptionState.RUNNING,
    SubscriptionState.EXPIRED,
    SubscriptionState.STOPPED,
)
ONE = timedelta(days=1)


@pytest.fixture
def figures(ask, partner):
    def figures(actor=None, **asked):
        request = GetSubscriptionFigures(**asked)
        return ask(get_subscription_figures, request, actor or partner.actor)

    return figures


@pytest.fixture
def town(shop_floor, partner, clock):
    """Users that end on many days, below a seller and below nobody, a month later."""
    seller = shop_floor.known_seller(partner, "Corner shop")
    below = shop_floor.customer_below(seller, partner)
    own = shop_floor.customer(partner)
    for customer in (below, own):
        shop_floor.top_up(customer, "90.00 EUR")
        for days in (10, 25, 31, 36, 37, 59, 60, 61):
            length = shop_floor.plan(partner, "1.00 EUR", days=days)
            shop_floor.buy(shop_floor.user(customer, renews=days == 37), length)
    trial = shop_floor.plan(partner, "0.00 EUR", is_trial=True, days=32)
    shop_floor.buy(shop_floor.user(own), trial)
    stopped = shop_floor.buy(
        shop_floor.user(own), shop_floor.plan(partner, "1.00 EUR", days=300)
    )
    clock.forward(days=30, hours=12)
    shop_floor.stop(stopped)
    return seller


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_every_count_is_the_length_of_its_list(figures, town, ask, partner, zone):
    actor = replace(partner.actor, time_zone=zone)
    found = figures(actor)

    def listed(**filters):
        request = ListSubscriptions(**filters)
        return len(ask(list_subscriptions, request, actor).items)

    def midnight(days):
        day = found.today + days * ONE
        return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)

    since = {"ends_from": midnight(-29), "ends_until": midnight(1)}
    assert found.running == listed(state=RUNNING) > 0
    assert found.trials == listed(state=RUNNING, is_trial=True) == 1
    assert found.renewing == listed(state=RUNNING, renews=True) == 2
    for count, days in ((found.ending_in_7_days, 7), (found.ending_in_30_days, 30)):
        ahead = {"ends_from": midnight(0), "ends_until": midnight(days)}
        assert count == listed(state=RUNNING, **ahead) > 0
    assert found.lapsed_in_30_days == listed(state=EXPIRED, **since) > 0
    assert found.stopped_in_30_days == listed(state=STOPPED, **since) == 1
    for day in found.ending[:8]:
        start = (day.on - found.today).days
        within = {"ends_from": midnight(start), "ends_until": midnight(start + 1)}
        assert day.count == listed(state=RUNNING, **within)


def test_the_trend_is_what_ran_on_each_day(figures, town, partner, shop_floor, clock):
    """Watched day by day, from one end of the month to the other."""
    shop_floor.top_up(customer := shop_floor.customer(partner), "90.00 EUR")
    watched = {}
    for day in range(33):
        clock.set(clock.now().replace(hour=23, minute=59))
        watched[clock.now().date()] = figures().running
        clock.forward(hours=2)
        if day % 5 == 0:
            plan = shop_floor.plan(partner, "1.00 EUR", days=3 + day)
            bought = shop_floor.buy(shop_floor.user(customer), plan)
        if day % 10 == 0:
            shop_floor.stop(bought)

    *past, today = figures().trend

    assert {one.on: one.count for one in past} == {
        on: count for on, count in watched.items() if on >= past[0].on
    }
    assert (today.on, today.count) == (clock.now().date(), figures().running)
    assert len({one.count for one in past}) > 3


def test_sums_by_product_and_seller_are_the_whole(figures, town):
    found = figures()

    assert sum(one.count for one in found.by_product) == found.running
    sellers = {one.id: (one.name, one.count) for one in found.by_seller}
    assert sellers == {
        town.account_id: ("Corner shop", 6),
        None: ("", found.running - 6),
    }


def test_asked_of_a_seller_they_are_what_it_sees_itself(figures, town):
    whole, theirs = figures(), figures(account_id=town.account_id)

    assert theirs == figures(town.actor)
    assert theirs.running == 6
    assert 0 < theirs.ending_in_30_days < whole.ending_in_30_days
    assert 0 < theirs.lapsed_in_30_days < whole.lapsed_in_30_days


def test_a_neighbour_counts_nothing(figures, town, neighbour):
    assert figures(neighbour.actor).running == 0
    with pytest.raises(NotFound):
        figures(neighbour.actor, account_id=town.account_id)


def test_retiring_a_plan_would_touch_whom_it_says(ask, shop_floor, partner, neighbour):
    plan = shop_floor.plan(partner, "1.00 EUR")
    customer = shop_floor.customer(partner, "9.00 EUR")
    for renews in (True, False):
        shop_floor.buy(shop_floor.user(customer, renews=renews), plan)
    shop_floor.stop(shop_floor.buy(shop_floor.user(customer, renews=True), plan))

    use = ask(get_plan_use, GetPlanUse(plan_id=plan.id), partner.actor)

    assert (use.running, use.renewing, use.product_name) == (2, 1, "Family")
    with pytest.raises(NotFound):
        ask(get_plan_use, GetPlanUse(plan_id=plan.id), neighbour.actor)
