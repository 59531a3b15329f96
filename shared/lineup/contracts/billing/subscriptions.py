"""Buying, renewing, stopping: the entitlement others obey."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, SELLERS_AND_CUSTOMERS, Permission
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.money import Money
from lineup.values.types import Note, Search
from lineup.verbs import Kind, Request, Route, verb


class SubscriptionState(enum.StrEnum):
    """Status of a subscription."""

    RUNNING = "running"
    STOPPED = "stopped"
    EXPIRED = "expired"


class CountFrom(enum.StrEnum):
    """Start of a renewal; auto: the end date while active, else now."""

    AUTO = "auto"
    END = "end"
    NOW = "now"


class SuspensionCause(enum.StrEnum):
    """Cause of a suspension; one for non-payment is lifted by a payment."""

    NON_PAYMENT = "non_payment"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class SubscriptionView:
    """One subscription."""

    id: UUID
    user_id: UUID
    customer_id: UUID
    product_id: UUID
    product_name: str
    plan_id: UUID
    plan_name: str
    state: SubscriptionState
    started_at: datetime
    ends_at: datetime
    renews: bool
    price: Money
    """Current price of the next renewal."""
    user_name: str = ""
    customer_name: str = ""
    seller_id: UUID | None = None
    """The seller of the customer; null: none."""
    seller_name: str = ""
    is_trial: bool = False
    obstacle: str = ""
    """Why it will not renew although auto-renewal is on; see `RenewalLine`."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""
    suspended_at: datetime | None = None
    """Since when it is suspended; null: it is not."""
    suspension_cause: SuspensionCause | None = None
    suspension_reason: str = ""
    next_plan_id: UUID | None = None
    """The plan it changes to at its renewal; null: it stays."""
    next_product_name: str = ""
    next_plan_name: str = ""


@verb(
    "billing",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.SELL,
    rest=Route("POST /subscriptions", name="create_subscription"),
)
class Purchase(Request[SubscriptionView]):
    """Buy a plan for a user from its customer's balance, or its postpaid seller's.

    An active subscription to the same product is extended.
    """

    user_id: UUID
    plan_id: UUID
    count_from: CountFrom = CountFrom.AUTO


@dataclass(frozen=True, kw_only=True)
class PurchaseQuote:
    """Price and dates of a purchase."""

    user_id: UUID
    plan_id: UUID
    product_name: str
    plan_name: str
    price: Money
    starts_at: datetime
    ends_at: datetime
    refunded: Money
    """Refund of the current subscription."""
    balance: Money
    balance_after: Money
    """What is then on the balance; below zero where it is not covered, or by credit."""
    missing: Money
    """What the balance and the credit of who pays together lack."""
    is_renewal: bool
    """Whether it extends the current subscription."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_CUSTOMERS,
    rest=Route("GET /users/<uuid:user_id>/purchase", name="quote_subscription"),
)
class QuotePurchase(Request[PurchaseQuote]):
    """Get the price and dates of a purchase, without buying.

    Refused for the same reasons as the purchase, except a low balance.
    """

    user_id: UUID
    plan_id: UUID
    count_from: CountFrom = CountFrom.AUTO


@dataclass(frozen=True, kw_only=True)
class StopReceipt:
    """Result of a stop, or of its quote."""

    subscription_id: UUID
    ended_at: datetime
    refunded: Money
    """What goes to the balance of the customer."""
    credits: Money | None = None
    """Credits that return to the seller; null: the seller did not pay with any."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.REFUND,
    rest=Route("POST /subscriptions/<uuid:subscription_id>/stop", status=200),
)
class StopSubscription(Request[StopReceipt]):
    """Stop an active subscription and refund the unused part."""

    subscription_id: UUID
    reason: Note = ""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_CUSTOMERS,
    rest=Route(
        "GET /subscriptions/<uuid:subscription_id>/stop", name="quote_subscription_stop"
    ),
)
class QuoteStop(Request[StopReceipt]):
    """Get the refund of a stop, without stopping."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class RenewalView:
    """Auto-renewal of a user; off by default."""

    user_id: UUID
    renews: bool


@verb(
    "billing",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.SELL,
    rest=Route("PUT /users/<uuid:user_id>/renewal", name="set_user_renewal"),
)
class SwitchRenewal(Request[RenewalView]):
    """Turn auto-renewal of a user on or off."""

    user_id: UUID
    renews: bool


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    rest=Route("GET /users/<uuid:user_id>/renewal", name="get_user_renewal"),
)
class GetRenewal(Request[RenewalView]):
    """Get the auto-renewal of a user."""

    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class RenewalLine:
    """Auto-renewal of one user, with the price of the next period."""

    user_id: UUID
    user_name: str
    renews: bool
    subscription_id: UUID | None
    product_name: str
    plan_name: str
    state: SubscriptionState | None
    """Null: never had a subscription."""
    ends_at: datetime | None
    price: Money | None
    is_due: bool
    """Whether its price is included in the total."""
    obstacle: str
    """Why it would not renew even so: over, trial, plan_retired, plan_not_allowed,
    no_credit_price, inactive, suspended, replaced by another product that follows its
    end, or put_off after trying failed on our side.
    """
    is_suspended: bool = False
    """Whether the user sees demo channels until a suspension is lifted."""


@dataclass(frozen=True, kw_only=True)
class RenewalOverview:
    """Auto-renewals of a customer, with total price and balance."""

    customer_id: UUID
    lines: list[RenewalLine]
    due: Money
    balance: Money
    missing: Money
    """What the balance and the credit of who pays together lack."""


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    rest=Route(
        "GET /customers/<uuid:customer_id>/renewal", name="get_customer_renewals"
    ),
)
class GetRenewalOverview(Request[RenewalOverview]):
    """Get the auto-renewals of all users of a customer."""

    customer_id: UUID


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    rest="GET /subscriptions/<uuid:subscription_id>",
)
class GetSubscription(Request[SubscriptionView]):
    """Get a subscription."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class SubscriptionFilter:
    """Filters for subscriptions."""

    customer_id: UUID | None = None
    user_id: UUID | None = None
    product_id: UUID | None = None
    account_id: UUID | None = None
    """Only this partner or seller and accounts below."""
    renews: bool | None = None
    is_trial: bool | None = None
    plan_retired: bool | None = None
    """Whether its plan is retired, so that it does not renew."""
    is_suspended: bool | None = None
    is_newest: bool | None = None
    """Whether it is the user's latest subscription."""
    search: Search = ""
    """Part of the name of customer or user, or of the email address."""


@verb("billing", Kind.READ, allowed=EVERYBODY, rest="GET /subscriptions")
class ListSubscriptions(SubscriptionFilter, Request[Page[SubscriptionView]]):
    """List subscriptions, newest first.

    Can be sorted by `ends_at` or `started_at`. End times are exclusive.
    """

    SORTS: ClassVar[tuple[str, ...]] = ("ends_at", "started_at")

    state: SubscriptionState | None = None
    """Current status."""
    ends_from: datetime | None = None
    ends_until: datetime | None = None
    paging: Paging = field(default_factory=Paging)


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class SubscriptionChanged:
    """A user's subscription as it now is: the entitlement others obey."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    user_id: UUID
    customer_id: UUID
    partner_id: UUID
    scope: str
    """The path of the customer."""
    product_id: UUID
    product_name: str
    package_ids: list[UUID]
    devices: int
    addresses: int
    is_trial: bool
    state: SubscriptionState
    """As of now: `running` ends by itself at `ends_at`."""
    started_at: datetime
    ends_at: datetime
    renews: bool
    is_suspended: bool = False
    """Whether it entitles to nothing until its suspension is lifted."""


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class RenewalFellShort:
    """A user could not be renewed for want of money."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The period that was not renewed: one notice for each."""
    version: int
    partner_id: UUID
    scope: str
    customer_id: UUID
    user_id: UUID
    subscription_id: UUID
    product_name: str
    ends_at: datetime
    price: Money
    balance: Money
    missing: Money
    seller_id: UUID | None = None
    """The seller who pays; null: the customer does."""


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class RenewalBlocked:
    """A user whose switch is on did not renew, for another reason than money."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The period that was not renewed: one notice for each."""
    version: int
    partner_id: UUID
    scope: str
    customer_id: UUID
    user_id: UUID
    subscription_id: UUID
    product_name: str
    plan_name: str
    ends_at: datetime
    reason: str
    """plan_retired: its plan is sold no longer; plan_not_allowed: not by its seller."""
