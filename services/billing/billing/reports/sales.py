"""What was sold: by day, in total, and line by line."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from billing.people.naming import Conditions, below_account
from billing.reports.days import DaySpan, local_day
from billing.subscriptions.models import Period, Subscription
from lineup.contracts.billing.reports import GetSales, SalesDay, SalesTotal, SalesView
from lineup.database import UnitOfWork
from lineup.money import Money
from lineup.scope import in_scope
from lineup.verbs import handles

Query = Select[Any]

USUAL = timedelta(days=29)
"""Before today: 30 days in all."""


@dataclass
class SalesSum:
    """Sales added up."""

    sold: int = 0
    trials: int = 0
    refunds: int = 0
    revenue: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refunded: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: "SalesSum") -> None:
        """Count another's sales as well."""
        self.sold += other.sold
        self.trials += other.trials
        self.refunds += other.refunds
        for mine, more in (
            (self.revenue, other.revenue),
            (self.refunded, other.refunded),
        ):
            for asset, amount in more.items():
                mine[asset] += amount


@handles(GetSales)
def get_sales(work: UnitOfWork, request: GetSales) -> SalesView:
    """Sales of a span by day, beside the total of the span before it.

    What was paid counts on the day it was sold, what went back on the day it went.
    """
    zone = ZoneInfo(work.actor.time_zone)
    span = _span(work, request, zone)
    days = _sums_by_day(
        work, span, below_account(work, Subscription, request.account_id)
    )
    return SalesView(
        first_on=span.first_on,
        last_on=span.last_on,
        time_zone=zone.key,
        days=[_day(on, days[on]) for on in span.days()],
        total=_total(sums for on, sums in days.items() if on in span),
        before=_total(sums for on, sums in days.items() if on in span.before),
    )


def _span(work: UnitOfWork, request: GetSales, zone: ZoneInfo) -> DaySpan:
    last_on = request.last_on or work.now.astimezone(zone).date()
    return DaySpan.of(request.first_on or last_on - USUAL, last_on, zone)


def _sums_by_day(
    work: UnitOfWork, span: DaySpan, below: Conditions
) -> dict[date, SalesSum]:
    """Each day's sales of a span and of the one before it."""
    days: dict[date, SalesSum] = defaultdict(SalesSum)
    for on, asset, sold, trials, paid in _sold(work, span, below):
        days[on].sold += sold
        days[on].trials += trials
        days[on].revenue[asset] += int(paid)
    for on, asset, refunds, refunded in _refunded(work, span, below):
        days[on].refunds += refunds
        days[on].refunded[asset] += int(refunded)
    return days


def _sold(work: UnitOfWork, span: DaySpan, below: Conditions) -> Sequence[Any]:
    day = local_day(Period.created_at, span.zone)
    statement = select(
        day,
        Period.asset,
        func.count(),
        func.count().filter(Period.is_trial),
        func.sum(Period.paid_minor),
    ).where(
        Period.created_at >= span.before.starts_at, Period.created_at < span.ends_at
    )
    scoped = _periods_in_scope(work, statement, below)
    return work.session.execute(scoped.group_by(day, Period.asset)).all()


def _refunded(work: UnitOfWork, span: DaySpan, below: Conditions) -> Sequence[Any]:
    day = local_day(Period.refunded_at, span.zone)
    statement = select(
        day, Period.asset, func.count(), func.sum(Period.refunded_minor)
    ).where(
        Period.refunded_at >= span.before.starts_at, Period.refunded_at < span.ends_at
    )
    scoped = _periods_in_scope(work, statement, below)
    return work.session.execute(scoped.group_by(day, Period.asset)).all()


def _periods_in_scope(work: UnitOfWork, statement: Query, below: Conditions) -> Query:
    joined = statement.join(Subscription, Subscription.id == Period.subscription_id)
    return in_scope(joined, Subscription, work.actor).where(*below)


def _day(on: date, sums: SalesSum) -> SalesDay:
    return SalesDay(
        on=on,
        sold=sums.sold,
        revenue=_amounts(sums.revenue),
        refunded=_amounts(sums.refunded),
    )


def _total(days: Iterable[SalesSum]) -> SalesTotal:
    whole = SalesSum()
    for day in days:
        whole.add(day)
    return SalesTotal(
        sold=whole.sold,
        trials=whole.trials,
        revenue=_amounts(whole.revenue),
        refunds=whole.refunds,
        refunded=_amounts(whole.refunded),
    )


def _amounts(by_asset: dict[str, int]) -> list[Money]:
    return [
        Money(by_asset[asset], asset) for asset in sorted(by_asset) if by_asset[asset]
    ]
