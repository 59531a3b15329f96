"""Figures: what was sold, what stands, what ends, what is owed.

Days are whole days in the actor's time zone; both ends of a span belong to it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.billing.subscriptions import SubscriptionFilter
from lineup.contracts.paging import Page, Paging
from lineup.money import Money
from lineup.verbs import Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class SalesDay:
    """Sales of one day, by currency."""

    on: date
    sold: int
    revenue: list[Money]
    refunded: list[Money]
    """Refunded on this day."""


@dataclass(frozen=True, kw_only=True)
class SalesTotal:
    """Sales of a date range."""

    sold: int
    """Purchases and renewals, including free ones and trials."""
    trials: int
    revenue: list[Money]
    refunds: int
    refunded: list[Money]


@dataclass(frozen=True, kw_only=True)
class SalesView:
    """Sales by day, and the totals of the previous range to compare with."""

    first_on: date
    last_on: date
    time_zone: str
    days: list[SalesDay]
    """Every day of the range, oldest first."""
    total: SalesTotal
    before: SalesTotal
    """The previous range of the same length."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    needs=Permission.SEE_MONEY,
    rest=Route("GET /sales/figures", name="get_sales_figures"),
)
class GetSales(Request[SalesView]):
    """Get sales by day; by default of the last 30 days."""

    first_on: date | None = None
    last_on: date | None = None
    account_id: UUID | None = None
    """Only sales of this partner or seller and accounts below."""


@dataclass(frozen=True, kw_only=True)
class SalesFilter:
    """Filters for sales; end times are exclusive."""

    customer_id: UUID | None = None
    user_id: UUID | None = None
    subscription_id: UUID | None = None
    product_id: UUID | None = None
    account_id: UUID | None = None
    """Only this partner or seller and accounts below."""
    sold_from: datetime | None = None
    sold_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SaleView:
    """A sale: one paid period of a subscription."""

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
    """How it was paid: balance, credits, shop or free; staff: given without charge."""
    is_trial: bool
    sold_at: datetime
    sold_by: str
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    """When it was stopped or reversed before its end date."""
    closed_by: str
    close_reason: str
    refunded: Money
    cut_from: datetime | None = None
    """Its end before staff set an earlier one; null: they did not."""
    reason: str = ""
    """Why staff gave it without charge."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    needs=Permission.SEE_MONEY,
    rest="GET /sales",
)
class ListSales(SalesFilter, Request[Page[SaleView]]):
    """List sales, newest first."""

    SORTS: ClassVar[tuple[str, ...]] = ("sold_at",)

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class SalesSums:
    """Totals of sales by currency."""

    sold: int
    """Number of sales, including free ones and trials."""
    trials: int
    revenue: list[Money]
    """Amount paid."""
    refunds: int
    """Number of sales with a refund."""
    refunded: list[Money]


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    needs=Permission.SEE_MONEY,
    rest="GET /sales/total",
)
class SumSales(SalesFilter, Request[SalesSums]):
    """Get the totals of sales with the same filters as the list."""


@dataclass(frozen=True, kw_only=True)
class DayCount:
    """Count of one day."""

    on: date
    count: int


@dataclass(frozen=True, kw_only=True)
class NamedCount:
    """Count of a product or seller; ID null: without a seller."""

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
    """Active trials."""
    renewing: int
    """Active subscriptions with auto-renewal."""
    ending_in_7_days: int
    ending_in_30_days: int
    lapsed_in_30_days: int
    stopped_in_30_days: int
    ending: list[DayCount]
    lapsed: list[DayCount]
    by_product: list[NamedCount]
    """Active subscriptions, highest count first."""
    by_seller: list[NamedCount]
    trend: list[DayCount] = field(default_factory=list)


@verb(
    "billing", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /subscriptions/figures"
)
class GetSubscriptionFigures(SubscriptionFilter, Request[SubscriptionFigures]):
    """Count active, expiring and lapsed subscriptions."""
