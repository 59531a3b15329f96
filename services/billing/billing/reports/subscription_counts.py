"""How many subscriptions run, end soon and lapsed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Date,
    Select,
    case,
    cast,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)

from billing.catalog.models import Product
from billing.people.naming import names_of_accounts
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
    behind = DaySpan(today - AHEAD, today, zone)
    spans = {
        SubscriptionState.RUNNING: DaySpan(today, today + AHEAD, zone),
        SubscriptionState.EXPIRED: behind,
        SubscriptionState.STOPPED: behind,
        None: behind,
    }
    groups, days = _counted(work, request, spans)
    ending, lapsed, stopped, begun = (days[state] for state in spans)
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


def _counted(
    work: UnitOfWork,
    request: GetSubscriptionFigures,
    spans: Mapping[SubscriptionState | None, DaySpan],
) -> tuple[list[Group], dict[SubscriptionState | None, list[DayCount]]]:
    """The running by product and seller; how many of a state end on each day of its
    span, and by None how many began.

    All in one statement. Who is searched for is looked up once in it; without a search
    each counting finds the few rows it needs by an index of its own.
    """
    is_once = "MATERIALIZED" if request.search.strip() else "NOT MATERIALIZED"
    whose = select(Subscription).where(*matching(work, request))
    rows = in_scope(whose, Subscription, work.actor).cte().prefix_with(is_once).c
    by_day = (_by_day(rows, state, span, work.now) for state, span in spans.items())
    groups: list[Group] = []
    counts: dict[str, dict[date, int]] = defaultdict(dict)
    for counting, product_id, seller, day, count, renewing in work.session.execute(
        union_all(_running(rows, work.now), *by_day)
    ):
        if day is None:
            seller_id = UUID(seller) if seller else None
            groups.append(Group(product_id, seller_id, count, renewing))
        else:
            counts[counting][day] = count
    return groups, {
        state: [DayCount(on=on, count=counts[str(state)].get(on, 0)) for on in span]
        for state, span in ((state, span.days()) for state, span in spans.items())
    }


def _running(rows: Any, now: datetime) -> Select[Any]:
    """Running subscriptions by product and by the seller below the partner."""
    part = [func.split_part(rows.scope, "/", place) for place in (3, 4)]
    seller = case((part[1] == "", ""), else_=part[0])
    renewing = func.count().filter(rows.renews)
    counted = select(
        literal(""), rows.product_id, seller, cast(null(), Date), func.count(), renewing
    )
    is_running = has_state(SubscriptionState.RUNNING, now, rows)
    return counted.where(is_running).group_by(rows.product_id, seller)


def _by_day(
    rows: Any, state: SubscriptionState | None, span: DaySpan, now: datetime
) -> Select[Any]:
    """How many of a state end on each day of a span that has any; None: how many began,
    whatever became of them.
    """
    instant = rows.started_at if state is None else rows.ends_at
    is_meant = true() if state is None else has_state(state, now, rows)
    day = local_day(instant, span.zone)
    counted = select(literal(str(state)), null(), null(), day, func.count(), literal(0))
    in_span = (instant >= span.starts_at, instant < span.ends_at)
    return counted.where(is_meant, *in_span).group_by(day)


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
