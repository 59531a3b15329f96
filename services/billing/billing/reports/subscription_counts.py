"""How many subscriptions run, end soon and lapsed."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from billing.catalog.models import Product
from billing.people.naming import Conditions, names_of_accounts
from billing.reports.days import DaySpan, local_day
from billing.subscriptions.lists import has_state, matching
from billing.subscriptions.models import Subscription
from lineup.contracts.billing.reports import (
    DayCount,
    GetSubscriptionFigures,
    NamedCount,
    SubscriptionFigures,
)
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.database import UnitOfWork
from lineup.scope import in_scope
from lineup.verbs import handles

AHEAD = timedelta(days=29)
"""Beside today: 30 days in all."""
WEEK = timedelta(days=6)


class Group(NamedTuple):
    """Running subscriptions of one product below one seller."""

    product_id: UUID
    seller_id: UUID | None
    running: int
    renewing: int


@handles(GetSubscriptionFigures)
def get_subscription_figures(
    work: UnitOfWork, request: GetSubscriptionFigures
) -> SubscriptionFigures:
    """Counts that equal the lists with the same filters, in the actor's days."""
    zone = ZoneInfo(work.actor.time_zone)
    today = work.now.astimezone(zone).date()
    whose = matching(work, request)
    groups = _running(work, whose)
    ahead, behind = (
        DaySpan(today, today + AHEAD, zone),
        DaySpan(today - AHEAD, today, zone),
    )
    ending = _by_day(work, whose, SubscriptionState.RUNNING, ahead)
    lapsed = _by_day(work, whose, SubscriptionState.EXPIRED, behind)
    stopped = _by_day(work, whose, SubscriptionState.STOPPED, behind)
    begun = _begun(work, whose, behind)
    running = sum(group.running for group in groups)
    products = _products(work, groups)
    return SubscriptionFigures(
        today=today,
        time_zone=zone.key,
        running=running,
        trials=sum(g.running for g in groups if products[g.product_id].is_trial),
        renewing=sum(group.renewing for group in groups),
        ending_in_7_days=sum(day.count for day in ending if day.on <= today + WEEK),
        ending_in_30_days=sum(day.count for day in ending),
        lapsed_in_30_days=sum(day.count for day in lapsed),
        stopped_in_30_days=sum(day.count for day in stopped),
        ending=ending,
        lapsed=lapsed,
        by_product=_by_product(groups, products),
        by_seller=_by_seller(work, groups),
        trend=trend_of(running, begun, lapsed, stopped),
    )


def trend_of(
    running: int,
    begun: Sequence[DayCount],
    lapsed: Sequence[DayCount],
    stopped: Sequence[DayCount],
) -> list[DayCount]:
    """How many ran at the end of each day, reckoned back from those that run now.

    The three lists are of the same days, the oldest first.
    """
    trend: list[DayCount] = []
    for came, went, gone in zip(
        reversed(begun), reversed(lapsed), reversed(stopped), strict=True
    ):
        trend.append(DayCount(on=came.on, count=running))
        running += went.count + gone.count - came.count
    return trend[::-1]


def _running(work: UnitOfWork, whose: Conditions) -> list[Group]:
    """Running subscriptions by product and by the seller below the partner."""
    part = [func.split_part(Subscription.scope, "/", place) for place in (3, 4)]
    seller = case((part[1] == "", ""), else_=part[0])
    statement: Select[Any] = select(
        Subscription.product_id,
        seller,
        func.count(),
        func.count().filter(Subscription.renews),
    ).where(has_state(SubscriptionState.RUNNING, work.now), *whose)
    scoped = in_scope(statement, Subscription, work.actor)
    rows = work.session.execute(scoped.group_by(Subscription.product_id, seller))
    return [
        Group(product_id, UUID(found) if found else None, running, renewing)
        for product_id, found, running, renewing in rows
    ]


def _by_day(
    work: UnitOfWork,
    whose: Conditions,
    state: SubscriptionState,
    span: DaySpan,
) -> list[DayCount]:
    """How many of a state end on each day of a span, days with none included."""
    return _counted(
        work, Subscription.ends_at, span, [has_state(state, work.now), *whose]
    )


def _begun(work: UnitOfWork, whose: Conditions, span: DaySpan) -> list[DayCount]:
    """How many began on each day of a span, whatever became of them."""
    return _counted(work, Subscription.started_at, span, whose)


def _counted(
    work: UnitOfWork,
    instant: InstrumentedAttribute[datetime],
    span: DaySpan,
    conditions: Conditions,
) -> list[DayCount]:
    day = local_day(instant, span.zone)
    statement: Select[Any] = select(day, func.count()).where(
        instant >= span.starts_at, instant < span.ends_at, *conditions
    )
    scoped = in_scope(statement, Subscription, work.actor).group_by(day)
    counts: dict[date, int] = dict(work.session.execute(scoped).all())
    return [DayCount(on=on, count=counts.get(on, 0)) for on in span.days()]


def _products(work: UnitOfWork, groups: Sequence[Group]) -> dict[UUID, Product]:
    ids = {group.product_id for group in groups}
    found = work.session.scalars(select(Product).where(Product.id.in_(ids)))
    return {product.id: product for product in found}


def _by_product(
    groups: Sequence[Group], products: dict[UUID, Product]
) -> list[NamedCount]:
    counts: Counter[UUID] = Counter()
    for group in groups:
        counts[group.product_id] += group.running
    return [
        NamedCount(id=found, name=products[found].name, count=count)
        for found, count in counts.most_common()
    ]


def _by_seller(work: UnitOfWork, groups: Sequence[Group]) -> list[NamedCount]:
    counts: Counter[UUID | None] = Counter()
    for group in groups:
        counts[group.seller_id] += group.running
    names = names_of_accounts(work, [found for found in counts if found])
    return [
        NamedCount(id=found, name=names.get(found, "") if found else "", count=count)
        for found, count in counts.most_common()
    ]
