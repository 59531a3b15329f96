"""Figures: what was sold, what stands, what ends, what is owed.

Days are whole days in the actor's time zone; both ends of a span belong to it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, SELLERS_AND_SUPPORT
from lineup.contracts.billing.subscriptions import SubscriptionFilter
from lineup.contracts.paging import Page, Paging
from lineup.money import Money
from lineup.verbs import Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class SalesDay:
    """One day's sales; amounts by currency, none where nothing was paid."""

    on: date
    sold: int
    revenue: list[Money]
    refunded: list[Money]
    """What went back on this day, whenever it was sold."""


@dataclass(frozen=True, kw_only=True)
class SalesTotal:
    """Sales of a span of days."""

    sold: int
    """Periods sold or renewed, free ones and trials included."""
    trials: int
    revenue: list[Money]
    refunds: int
    refunded: list[Money]


@dataclass(frozen=True, kw_only=True)
class SalesView:
    """Sales by day, with the span before it to compare with."""

    first_on: date
    last_on: date
    time_zone: str
    days: list[SalesDay]
    """Every day of the span, oldest first."""
    total: SalesTotal
    before: SalesTotal
    """The same number of days right before."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest=Route("GET /sales/figures", name="get_sales_figures"),
)
class GetSales(Request[SalesView]):
    """What was sold each day of a span; without days: the last 30, today included."""

    first_on: date | None = None
    last_on: date | None = None
    account_id: UUID | None = None
    """Only what was sold at or below this partner or seller."""


@dataclass(frozen=True, kw_only=True)
class SalesFilter:
    """Which sold periods; each filter that is given narrows. Times are half-open."""

    customer_id: UUID | None = None
    user_id: UUID | None = None
    subscription_id: UUID | None = None
    product_id: UUID | None = None
    account_id: UUID | None = None
    """Only at or below this partner or seller."""
    sold_from: datetime | None = None
    sold_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SaleView:
    """One sold period; all periods of a subscription explain its end."""

    id: UUID
    subscription_id: UUID
    customer_id: UUID
    customer_name: str
    user_id: UUID
    user_name: str
    seller_name: str
    product_name: str
    plan_name: str
    months: int
    days: int
    price: Money
    source: str
    """balance, shop or free: where the money came from."""
    is_trial: bool
    sold_at: datetime
    sold_by: str
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    """When it was stopped or taken back before its time."""
    closed_by: str
    close_reason: str
    refunded: Money
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb("billing", Kind.READ, allowed=EVERYBODY, rest="GET /sales")
class ListSales(SalesFilter, Request[Page[SaleView]]):
    """Sold periods, newest first: who sold what to whom, and how it ended."""

    SORTS: ClassVar[tuple[str, ...]] = ("sold_at",)

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class SalesSums:
    """The sums of a list of sales, by currency; amounts of nothing are left out."""

    sold: int
    """How many periods, free ones and trials included."""
    trials: int
    revenue: list[Money]
    """What was paid for them."""
    refunds: int
    """Of how many something was given back, whenever it was."""
    refunded: list[Money]


@verb("billing", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /sales/total")
class SumSales(SalesFilter, Request[SalesSums]):
    """What all sold periods of the list with the same filters add up to."""


@dataclass(frozen=True, kw_only=True)
class DayCount:
    """So many on one day."""

    on: date
    count: int


@dataclass(frozen=True, kw_only=True)
class NamedCount:
    """So many of one product or one seller; id None: directly at the partner."""

    id: UUID | None
    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class SubscriptionFigures:
    """Counts that equal the list of subscriptions with the same filters.

    `ending` are running ones by the day of their end, today and the 29 days after it;
    `lapsed` are expired ones by the day of their end, the 29 days before and today;
    `trend` are those that ran when each of these days was over, today's by now.
    """

    today: date
    time_zone: str
    running: int
    trials: int
    """Of the running ones."""
    renewing: int
    """Running ones whose switch is on."""
    ending_in_7_days: int
    ending_in_30_days: int
    lapsed_in_30_days: int
    stopped_in_30_days: int
    ending: list[DayCount]
    lapsed: list[DayCount]
    by_product: list[NamedCount]
    """Running ones, the most first."""
    by_seller: list[NamedCount]
    trend: list[DayCount] = field(default_factory=list)


@verb(
    "billing", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /subscriptions/figures"
)
class GetSubscriptionFigures(SubscriptionFilter, Request[SubscriptionFigures]):
    """How many subscriptions run, end and lapsed, of those that pass every filter."""
