"""Every sum above a list is the sum of that list, under every filter and for everybody.

The sums of a page and its list take the same filters, so the same filters are given to
both, one by one and two together, for each role, with several currencies.
"""

from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime, time, timedelta
from itertools import combinations
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from billing.reports.sales_list import list_sales, sum_sales
from billing.reports.subscription_counts import get_subscription_figures
from billing.subscriptions.lists import list_subscriptions
from billing.wallets.statements import (
    get_balances,
    get_statement,
    list_entries,
    list_wallets,
)
from lineup.context import Role
from lineup.contracts.billing.reports import (
    GetSubscriptionFigures,
    ListSales,
    SalesFilter,
    SumSales,
)
from lineup.contracts.billing.subscriptions import (
    ListSubscriptions,
    SubscriptionFilter,
    SubscriptionState,
)
from lineup.contracts.billing.wallets import (
    BalanceFilter,
    GetBalances,
    GetStatement,
    ListEntries,
    ListWallets,
)
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.errors import Refusal

ALL = Paging(limit=MAX_LIMIT)
ZONES = ("UTC", "Pacific/Auckland", "America/Los_Angeles")


@pytest.fixture
def town(shop_floor, clock):
    """Two partners of different currencies, one with a seller; sold, stopped, ended."""
    here, abroad = shop_floor.partner(), shop_floor.partner(currency="JPY")
    seller = shop_floor.known_seller(here, "Corner shop")
    own, below = shop_floor.customer(here), shop_floor.customer_below(seller, here)
    family = shop_floor.product(here)
    plan = shop_floor.plan_of(family, here, "9.99 EUR", days=9)
    user, stopped = None, None
    for customer in (own, below):
        shop_floor.top_up(customer, "90.00 EUR")
        user = user or shop_floor.user(customer, renews=True)
        stopped = trade(shop_floor, clock, customer, plan)
    shop_floor.buy(user, plan)
    trade(shop_floor, clock, shop_floor.customer(abroad, "9000 JPY"), None)
    trial = shop_floor.plan(here, "0.00 EUR", is_trial=True, days=3)
    shop_floor.buy(shop_floor.user(own), trial)
    clock.forward(days=5)
    return SimpleNamespace(
        here=here,
        abroad=abroad,
        seller=seller,
        own=own,
        below=below,
        family=family,
        user=user,
        subscription=stopped.subscription_id,
        middle=clock.now() - timedelta(days=8),
    )


def trade(shop_floor, clock, customer, plan):
    """Sell a customer some plans at all times of the day; the last stop of two."""
    partner = customer.partner
    price = "4.10 EUR" if plan else "1200 JPY"
    other = shop_floor.plan(partner, price, days=40)
    for number in range(3):
        shop_floor.buy(shop_floor.user(customer), plan or other)
        clock.forward(hours=13)
        bought = shop_floor.buy(shop_floor.user(customer), other)
        clock.forward(hours=13)
        if number:
            stopped = shop_floor.stop(bought)
    return stopped


@pytest.fixture
def actors(town):
    partner = town.here.actor
    return {
        "operator": replace(
            partner, role=Role.OPERATOR, scopes=("/",), partner_id=None
        ),
        "support": replace(partner, role=Role.SUPPORT),
        "partner": partner,
        "neighbour": town.abroad.actor,
        "dealer": town.seller.actor,
    }


def chosen(values):
    """No filter, each alone, and each two together; `values` has some of each field."""
    pairs = [(name, value) for name, some in values.items() for value in some]
    yield {}
    for pair in pairs:
        yield dict([pair])
    for both in combinations(pairs, 2):
        if both[0][0] != both[1][0]:
            yield dict(both)


def borders(town):
    """Midnights of the day in the middle, in zones around the world."""
    for zone in ZONES:
        day = town.middle.astimezone(ZoneInfo(zone)).date()
        yield datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def added(amounts):
    """Sums by currency, as the figures give them."""
    sums = Counter()
    for amount in amounts:
        sums[amount.asset] += amount.amount_minor
    return {asset: minor for asset, minor in sums.items() if minor}


def asked_of(ask, actor, operation, request):
    """The answer, or the code of the refusal."""
    try:
        return ask(operation, request, actor)
    except Refusal as refusal:
        return refusal.code


def test_the_sums_of_sales(town, actors, ask):
    values = {
        "customer_id": [town.own.id, town.below.id],
        "user_id": [town.user.id],
        "subscription_id": [town.subscription],
        "product_id": [town.family.id],
        "account_id": [town.seller.account_id, town.here.id],
        "sold_from": list(borders(town)),
        "sold_until": list(borders(town)),
    }
    assert set(values) == {field.name for field in fields(SalesFilter)}
    found = set()
    for role, actor in actors.items():
        for filters in chosen(values):
            listed = asked_of(ask, actor, list_sales, ListSales(**filters, paging=ALL))
            sums = asked_of(ask, actor, sum_sales, SumSales(**filters))
            if isinstance(listed, str):
                assert sums == listed
                continue
            rows = listed.items
            refunds = [row for row in rows if row.refunded]
            assert (sums.sold, sums.trials, sums.refunds) == (
                len(rows),
                sum(row.is_trial for row in rows),
                len(refunds),
            ), (role, filters)
            assert added(sums.revenue) == added(row.price for row in rows)
            assert added(sums.refunded) == added(row.refunded for row in rows)
            found.add((role, sums.sold))

    wholes = {role: max(n for who, n in found if who == role) for role in actors}
    assert wholes["operator"] == wholes["partner"] + wholes["neighbour"]
    assert 0 < wholes["dealer"] < wholes["partner"]


def test_the_sums_of_balances(town, actors, ask):
    values = {
        "account_id": [town.seller.account_id, town.here.id],
        "has_money": [True, False],
        "search": ["anna", "nobody"],
    }
    assert set(values) == {field.name for field in fields(BalanceFilter)}
    for role, actor in actors.items():
        for filters in chosen(values):
            request = ListWallets(**filters, paging=ALL)
            listed = asked_of(ask, actor, list_wallets, request)
            sums = asked_of(ask, actor, get_balances, GetBalances(**filters))
            if isinstance(listed, str):
                assert sums == listed
                continue
            balances = [row.balance for row in listed.items]
            assert added(sums.owed) == added(balances), (role, filters)
            assert sums.customers == sum(bool(balance) for balance in balances)


@pytest.mark.timeout(600)
def test_the_counts_of_subscriptions(town, actors, ask):
    values = {
        "customer_id": [town.own.id],
        "user_id": [town.user.id],
        "product_id": [town.family.id],
        "account_id": [town.seller.account_id],
        "renews": [True, False],
        "is_trial": [True, False],
        "plan_retired": [True, False],
        "is_suspended": [True, False],
        "is_newest": [True],
        "search": ["anna", "nobody"],
    }
    assert set(values) == {field.name for field in fields(SubscriptionFilter)}
    total = 0
    for role, actor in actors.items():
        for number, filters in enumerate(chosen(values)):
            there = replace(actor, time_zone=ZONES[number % len(ZONES)])
            request = GetSubscriptionFigures(**filters)
            counts = asked_of(ask, there, get_subscription_figures, request)
            lists = counts_of_lists(ask, there, filters, counts)
            if isinstance(counts, str):
                assert set(lists) == {counts}
                continue
            assert lists == [
                counts.running,
                counts.ending_in_7_days,
                counts.ending_in_30_days,
                counts.lapsed_in_30_days,
            ], (role, filters)
            total += counts.lapsed_in_30_days
    assert total


def counts_of_lists(ask, actor, filters, counts):
    """How long the lists are that the figures lead to."""
    zone = ZoneInfo(actor.time_zone)
    today = getattr(counts, "today", datetime(2026, 6, 1, tzinfo=UTC).date())

    def midnight(days):
        day = today + timedelta(days=days)
        return datetime.combine(day, time(), zone).astimezone(UTC)

    running, expired = SubscriptionState.RUNNING, SubscriptionState.EXPIRED
    spans = [
        (running, None),
        (running, (0, 7)),
        (running, (0, 30)),
        (expired, (-29, 1)),
    ]
    lengths = []
    for state, days in spans:
        span = days and {
            "ends_from": midnight(days[0]),
            "ends_until": midnight(days[1]),
        }
        request = ListSubscriptions(**filters, **(span or {}), state=state, paging=ALL)
        listed = asked_of(ask, actor, list_subscriptions, request)
        lengths.append(listed if isinstance(listed, str) else len(listed.items))
    return lengths


def test_the_sums_of_a_statement(town, actors, ask):
    values = {
        "cause": ["top_up", "purchase", "refund"],
        "booked_from": list(borders(town)),
        "booked_until": list(borders(town)),
    }
    whose = {"customer_id": town.own.id}
    named = {field.name for field in fields(GetStatement)}
    assert {*values, *whose} == named
    for filters in chosen(values):
        listed = ask(
            list_entries, ListEntries(**whose, **filters, paging=ALL), actors["partner"]
        )
        sums = ask(get_statement, GetStatement(**whose, **filters), actors["partner"])
        amounts = [row.amount for row in listed.items]
        assert sums.entries == len(amounts)
        into = added(amount for amount in amounts if amount.amount_minor > 0)
        out = added(amount for amount in amounts if amount.amount_minor < 0)
        assert (added([sums.incoming]), added([sums.outgoing])) == (into, out), filters
        assert sums.opening + sums.incoming + sums.outgoing == sums.closing
