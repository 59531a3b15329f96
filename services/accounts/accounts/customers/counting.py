"""How many customers there are: the same customers that a list would show (RP-01)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from accounts.customers.finding import matching
from accounts.customers.models import Customer, Group
from accounts.customers.standing import RANKS, standing_rank
from accounts.subscriptions.operations import product_names
from accounts.tree.models import Account
from lineup.contracts.accounts import (
    CountCustomers,
    CountOf,
    CustomerCounts,
    MonthCount,
    StateCount,
)
from lineup.database import Work

MONTHS = 12


def count_customers(work: Work, request: CountCustomers) -> CustomerCounts:
    """How many customers match, in total and by what they can be narrowed by."""
    found = matching(work, request)
    states = count_states(work, found)
    return CustomerCounts(
        total=sum(count.customers for count in states),
        states=states,
        sellers=_counts_by(work, found, Customer.seller_id, Account),
        groups=_counts_by(work, found, Customer.group_id, Group),
        products=_product_counts(work, found),
        months=_month_counts(work, found),
    )


def count_states(work: Work, found: Select[Customer]) -> list[StateCount]:
    """How many stand how at this instant; states that nobody is in, too."""
    rank = standing_rank(Customer, work.now).label("rank")
    counted = dict(_grouped(work, found, rank))
    return [
        StateCount(state=state, customers=counted.get(rank, 0))
        for state, rank in RANKS.items()
    ]


def month_starts(now: datetime, zone: str) -> list[datetime]:
    """When the last twelve months began in a zone, this one included, oldest first."""
    local = now.astimezone(ZoneInfo(zone))
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    starts = []
    for back in range(MONTHS - 1, -1, -1):
        years, month = divmod(first.year * 12 + first.month - 1 - back, 12)
        starts.append(first.replace(year=years, month=month + 1))
    return starts


def _counts_by(
    work: Work,
    found: Select[Customer],
    column: InstrumentedAttribute[UUID | None],
    named: type[Account | Group],
) -> list[CountOf]:
    counted = _grouped(work, found, column)
    ids = [row[0] for row in counted if row[0] is not None]
    rows = work.session.execute(select(named.id, named.name).where(named.id.in_(ids)))
    return _named(counted, {row.id: row.name for row in rows})


def _product_counts(work: Work, found: Select[Customer]) -> list[CountOf]:
    of_each = found.with_only_columns(
        func.unnest(Customer.product_ids).label("product_id")
    ).subquery()
    statement = select(of_each.c.product_id, func.count())
    counted = work.session.execute(statement.group_by(of_each.c.product_id)).all()
    ids = [row[0] for row in counted]
    return _named(counted, product_names(work, ids))


def _month_counts(work: Work, found: Select[Customer]) -> list[MonthCount]:
    starts = month_starts(work.now, work.actor.time_zone)
    place = func.width_bucket(Customer.created_at, starts).label("place")
    since = found.where(Customer.created_at >= starts[0])
    counted = dict(_grouped(work, since, place))
    return [
        MonthCount(starts_at=start, customers=counted.get(place, 0))
        for place, start in enumerate(starts, start=1)
    ]


def _grouped(work: Work, found: Select[Customer], key: Any) -> list[tuple[Any, int]]:
    statement = found.with_only_columns(key, func.count()).group_by(key)
    return [(row[0], row[1]) for row in work.session.execute(statement)]


def _named(counted: Sequence[Any], names: dict[UUID, str]) -> list[CountOf]:
    """Counts with their names, the largest first."""
    counts = [
        CountOf(id=of, name=names.get(of, "") if of else "", customers=customers)
        for of, customers in counted
    ]
    return sorted(counts, key=lambda count: (-count.customers, count.name))
