"""How many customers there are: the same customers that a list would show."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Select, Uuid, func, select, tuple_, type_coerce

from accounts.customers.finding import matching
from accounts.customers.models import Customer, Group
from accounts.customers.status import RANKS, status_rank
from accounts.subscriptions.operations import product_names
from accounts.tree.models import Account
from accounts.tree.operations import switched_off
from lineup.contracts.accounts.customers import (
    CountCustomers,
    CountOf,
    CustomerCounts,
    MonthCount,
    StateCount,
)
from lineup.database import UnitOfWork
from lineup.verbs import handles

CustomersByValue = dict[Any, int]
"""How many customers, by one of the values they are counted by."""

MONTHS = 12
PRODUCTS: ARRAY[UUID] = ARRAY(Uuid(), as_tuple=True)


@handles(CountCustomers)
def count_customers(work: UnitOfWork, request: CountCustomers) -> CustomerCounts:
    """How many customers match, in total and by what they can be narrowed by."""
    found = matching(work, request)
    starts = month_starts(work.now, work.actor.time_zone)
    counts = counts_by_value(work, found, starts)
    states, months = counts["rank"], counts["month"]
    return CustomerCounts(
        total=sum(states.values()),
        states=[
            StateCount(state=state, customers=states.get(rank, 0))
            for state, rank in RANKS.items()
        ],
        sellers=_with_names(
            counts["seller_id"], _names(work, Account, counts["seller_id"])
        ),
        groups=_with_names(counts["group_id"], _names(work, Group, counts["group_id"])),
        products=_product_counts(work, counts["product_ids"]),
        months=[
            MonthCount(starts_at=start, customers=months.get(place, 0))
            for place, start in enumerate(starts, start=1)
        ],
    )


def counts_by_value(
    work: UnitOfWork, found: Select[Customer], starts: list[datetime]
) -> dict[str, CustomersByValue]:
    """How many rows have each value of what is counted by: all in one reading.

    Rows alike in everything are counted first, which leaves few to count five times.
    """
    keys: dict[str, Any] = {
        "rank": status_rank(Customer, work.now, switched_off(work)),
        "seller_id": Customer.seller_id,
        "group_id": Customer.group_id,
        "month": func.width_bucket(Customer.created_at, starts),
        "product_ids": type_coerce(Customer.product_ids, PRODUCTS),
    }
    labels = [key.label(name) for name, key in keys.items()]
    alike = found.with_only_columns(*labels, func.count().label("customers"))
    rows = alike.group_by(*labels).subquery()
    columns = [rows.c[name] for name in keys]
    sets = func.grouping_sets(*map(tuple_, columns))
    counting = select(
        func.grouping(*columns), func.sum(rows.c.customers), *columns
    ).group_by(sets)
    counts: dict[str, CustomersByValue] = {name: {} for name in keys}
    for not_grouped, customers, *found_keys in work.session.execute(counting):
        column = _grouped_column(int(not_grouped), len(columns))
        counts[list(keys)[column]][found_keys[column]] = int(customers)
    return counts


def _grouped_column(not_grouped: int, columns: int) -> int:
    """Which column a row of grouping sets is grouped by: the one bit not set."""
    grouped_by = not_grouped ^ ((1 << columns) - 1)
    return columns - grouped_by.bit_length()


def month_starts(now: datetime, zone: str) -> list[datetime]:
    """When the last twelve months began in a zone, this one included, oldest first."""
    local = now.astimezone(ZoneInfo(zone))
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    starts = []
    for back in range(MONTHS - 1, -1, -1):
        years, month = divmod(first.year * 12 + first.month - 1 - back, 12)
        starts.append(first.replace(year=years, month=month + 1))
    return starts


def _names(
    work: UnitOfWork, named: type[Account | Group], counts: CustomersByValue
) -> dict[UUID, str]:
    rows = work.session.execute(
        select(named.id, named.name).where(named.id.in_(counts))
    )
    return {row.id: row.name for row in rows}


def _product_counts(work: UnitOfWork, having: CustomersByValue) -> list[CountOf]:
    """Customers by product, of those counted by the products they have together."""
    counts: Counter[UUID] = Counter()
    for product_ids, customers in having.items():
        for product_id in product_ids:
            counts[product_id] += customers
    return _with_names(counts, product_names(work, counts))


def _with_names(counts: CustomersByValue, names: dict[UUID, str]) -> list[CountOf]:
    """Counts with their names, the largest first."""
    named = [
        CountOf(id=of, name=names.get(of, "") if of else "", customers=customers)
        for of, customers in counts.items()
    ]
    return sorted(named, key=lambda count: (-count.customers, count.name))
