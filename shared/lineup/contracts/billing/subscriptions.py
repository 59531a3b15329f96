"""Buying, renewing, stopping: the entitlement others obey."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, SELLERS_AND_CUSTOMERS
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.money import Money
from lineup.values.types import Note, Search
from lineup.verbs import Kind, Request, Route, verb


class SubscriptionState(enum.StrEnum):
    """Where a subscription stands; `expired` is running past its end."""

    RUNNING = "running"
    STOPPED = "stopped"
    EXPIRED = "expired"


class CountFrom(enum.StrEnum):
    """Where a renewal counts from; AUTO: the end while running, else now."""

    AUTO = "auto"
    END = "end"
    NOW = "now"


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
    """What the next renewal costs today."""
    user_name: str = ""
    customer_name: str = ""
    seller_id: UUID | None = None
    """The reseller or dealer right above the customer; None: the partner itself."""
    seller_name: str = ""
    is_trial: bool = False
    obstacle: str = ""
    """Why it would not renew though its switch is on; as in a `RenewalLine`."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    rest=Route("POST /subscriptions", name="create_subscription"),
)
class Purchase(Request[SubscriptionView]):
    """Buy a plan for a user from its customer's balance.

    A user with a running subscription is renewed by it.
    """

    user_id: UUID
    plan_id: UUID
    count_from: CountFrom = CountFrom.AUTO


@dataclass(frozen=True, kw_only=True)
class PurchaseQuote:
    """What a purchase would do at the moment it was asked."""

    user_id: UUID
    plan_id: UUID
    product_name: str
    plan_name: str
    price: Money
    starts_at: datetime
    ends_at: datetime
    refunded: Money
    """What a running subscription would give back, counted from now."""
    balance: Money
    balance_after: Money
    """What is then on the balance; below zero where it is not covered, or by credit."""
    missing: Money
    """What the balance and the customer's credit together lack."""
    is_renewal: bool
    """Whether it runs a present subscription on."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_CUSTOMERS,
    rest=Route("GET /users/<uuid:user_id>/purchase", name="quote_subscription"),
)
class QuotePurchase(Request[PurchaseQuote]):
    """What a purchase would cost and give, without making it.

    Refused as the purchase itself would be, but for want of money.
    """

    user_id: UUID
    plan_id: UUID
    count_from: CountFrom = CountFrom.AUTO


@dataclass(frozen=True, kw_only=True)
class StopReceipt:
    """What a stop did (or, quoted, would do)."""

    subscription_id: UUID
    ended_at: datetime
    refunded: Money


@verb(
    "billing",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    rest=Route("POST /subscriptions/<uuid:subscription_id>/stop", status=200),
)
class StopSubscription(Request[StopReceipt]):
    """End a running subscription now and return the unused part."""

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
    """What stopping now would return, without doing it."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class RenewalView:
    """A user's renewal switch; off until somebody turns it on."""

    user_id: UUID
    renews: bool


@verb(
    "billing",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    rest=Route("PUT /users/<uuid:user_id>/renewal", name="set_user_renewal"),
)
class SwitchRenewal(Request[RenewalView]):
    """Turn a user's automatic renewal on or off."""

    user_id: UUID
    renews: bool


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    rest=Route("GET /users/<uuid:user_id>/renewal", name="get_user_renewal"),
)
class GetRenewal(Request[RenewalView]):
    """Whether a user renews by itself."""

    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class RenewalLine:
    """One user's renewal: its switch, and what the next period costs."""

    user_id: UUID
    user_name: str
    renews: bool
    subscription_id: UUID | None
    product_name: str
    plan_name: str
    state: SubscriptionState | None
    """None: it never had a subscription."""
    ends_at: datetime | None
    price: Money | None
    is_due: bool
    """Whether its price is in the total: switched on, and nothing in the way."""
    obstacle: str
    """Why it would not renew even so: over, trial, plan_retired, inactive, replaced by
    another product that follows its end, or put_off after trying failed on our side.
    """


@dataclass(frozen=True, kw_only=True)
class RenewalOverview:
    """What a customer's switched-on users cost, and what is on the balance."""

    customer_id: UUID
    lines: list[RenewalLine]
    due: Money
    balance: Money
    missing: Money
    """What the balance and the customer's credit together lack."""


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    rest=Route(
        "GET /customers/<uuid:customer_id>/renewal", name="get_customer_renewals"
    ),
)
class GetRenewalOverview(Request[RenewalOverview]):
    """Every user of a customer with its switch, what that costs, what is there."""

    customer_id: UUID


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    rest="GET /subscriptions/<uuid:subscription_id>",
)
class GetSubscription(Request[SubscriptionView]):
    """One subscription by id."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class SubscriptionFilter:
    """Whose subscriptions, and of what; each filter that is given narrows."""

    customer_id: UUID | None = None
    user_id: UUID | None = None
    product_id: UUID | None = None
    account_id: UUID | None = None
    """Only at or below this partner or seller."""
    renews: bool | None = None
    is_trial: bool | None = None
    plan_retired: bool | None = None
    """Whether its plan is sold no longer: then it does not renew by itself."""
    is_newest: bool | None = None
    """Whether it is its user's newest: nothing was bought after it."""
    search: Search = ""
    """Part of the customer's or the user's name, or of the customer's mail address."""


@verb("billing", Kind.READ, allowed=EVERYBODY, rest="GET /subscriptions")
class ListSubscriptions(SubscriptionFilter, Request[Page[SubscriptionView]]):
    """Subscriptions, newest first; each filter that is given narrows the list.

    Sorted by `ends_at` or `started_at` where asked. Times are half-open.
    """

    SORTS: ClassVar[tuple[str, ...]] = ("ends_at", "started_at")

    state: SubscriptionState | None = None
    """As of now: an end that has passed is `expired` at once."""
    ends_from: datetime | None = None
    ends_until: datetime | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class RunningSubscription:
    """A subscription that runs, and whose it is."""

    subscription_id: UUID
    user_id: UUID
    user_name: str
    product_name: str
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeletionBlockers:
    """Money on balances and running subscriptions."""

    balances: list[Money]
    """What is on balances, by currency; none where there is nothing."""
    running: int
    subscriptions: list[RunningSubscription]
    """The first twenty of the running ones."""
    is_deleted: bool = False
    """Whether billing knows that the customer was deleted."""


@verb("billing", Kind.READ, allowed=SELLERS_AND_CUSTOMERS)
class GetDeletionBlockers(Request[DeletionBlockers]):
    """What would be lost by deleting a user, a customer, or a seller with its own.

    Exactly one of the three is named.
    """

    user_id: UUID | None = None
    customer_id: UUID | None = None
    account_id: UUID | None = None


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
    """plan_retired: its plan is sold no longer."""
