"""What billing is asked, answers and announces."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.contracts.paging import Paging
from lineup.events import event
from lineup.money import Money
from lineup.secrets import Sealed

# Catalogue


@dataclass(frozen=True, kw_only=True)
class CreateProduct:
    """A product: what is watched (packages) and on how many devices."""

    name: str
    package_ids: list[UUID]
    devices: int = 2
    addresses: int = 1
    is_trial: bool = False
    partner_id: UUID | None = None
    """Needed from the operator only."""


@dataclass(frozen=True, kw_only=True)
class UpdateProduct:
    """Change a product; every field is given. Running subscriptions follow."""

    product_id: UUID
    name: str
    package_ids: list[UUID]
    devices: int
    addresses: int


@dataclass(frozen=True, kw_only=True)
class CreatePlan:
    """A length and price of a product; exactly one length is given (SU-12)."""

    product_id: UUID
    name: str
    price: Money
    months: int = 0
    days: int = 0
    sku: str = ""
    """What shops call it; unique per partner."""


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """One plan."""

    id: UUID
    product_id: UUID
    name: str
    price: Money
    months: int
    days: int
    sku: str
    is_retired: bool


@dataclass(frozen=True, kw_only=True)
class ProductView:
    """One product with its plans."""

    id: UUID
    partner_id: UUID
    name: str
    package_ids: list[UUID]
    devices: int
    addresses: int
    is_trial: bool
    plans: list[PlanView]


@dataclass(frozen=True, kw_only=True)
class GetProduct:
    """One product by id."""

    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class RetirePlan:
    """Sell and renew a plan no longer; running periods stay."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListProducts:
    """Products with their plans."""

    paging: Paging = field(default_factory=Paging)


# Wallets


@dataclass(frozen=True, kw_only=True)
class TopUp:
    """Put money on a customer's balance, paid outside (bank, cash)."""

    customer_id: UUID
    amount: Money
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class GetWallet:
    """A customer's balance."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class WalletView:
    """A balance and what it belongs to."""

    id: UUID
    customer_id: UUID
    balance: Money


@dataclass(frozen=True, kw_only=True)
class ListEntries:
    """A customer's statement, newest first."""

    customer_id: UUID
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """One unchangeable line of a statement (WL-02)."""

    id: UUID
    transfer_id: UUID
    cause: str
    amount: Money
    balance_after: Money
    reference: str
    actor: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class CheckLedger:
    """Check the books of everything in scope."""


@dataclass(frozen=True, kw_only=True)
class LedgerReport:
    """What the check found; sound when all lists are empty."""

    transfers: int
    entries: int
    unbalanced_transfers: list[UUID]
    wrong_wallets: list[UUID]
    sums: list[Money]
    """Sum of all entries by asset: zero each."""

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong."""
        return not (self.unbalanced_transfers or self.wrong_wallets or any(self.sums))


# Subscriptions


class SubscriptionState(enum.StrEnum):
    """Where a subscription stands; `expired` is running past its end."""

    RUNNING = "running"
    STOPPED = "stopped"
    EXPIRED = "expired"


class CountFrom(enum.StrEnum):
    """Where a renewal counts from; AUTO: the end while running, else now (SU-11)."""

    AUTO = "auto"
    END = "end"
    NOW = "now"


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """Buy a plan for a user from its customer's balance.

    A user with a running subscription is renewed by it (SU-01, SU-11).
    """

    user_id: UUID
    plan_id: UUID
    count_from: CountFrom = CountFrom.AUTO


@dataclass(frozen=True, kw_only=True)
class StopSubscription:
    """End a running subscription now and return the unused part (SU-07)."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuoteStop:
    """What stopping now would return, without doing it."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class SwitchRenewal:
    """Turn a user's automatic renewal on or off (SU-02)."""

    user_id: UUID
    renews: bool


@dataclass(frozen=True, kw_only=True)
class GetRenewal:
    """Whether a user renews by itself."""

    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class RenewalView:
    """A user's renewal switch; off until somebody turns it on (SU-05)."""

    user_id: UUID
    renews: bool


@dataclass(frozen=True, kw_only=True)
class GetSubscription:
    """One subscription by id."""

    subscription_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListSubscriptions:
    """Subscriptions, of one customer or user where it is named."""

    customer_id: UUID | None = None
    user_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


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


@dataclass(frozen=True, kw_only=True)
class StopReceipt:
    """What a stop did (or, quoted, would do)."""

    subscription_id: UUID
    ended_at: datetime
    refunded: Money


# Shops


class ShopKind(enum.StrEnum):
    """The shops whose webhooks are understood."""

    WOOCOMMERCE = "woocommerce"
    SHOPIFY = "shopify"


@dataclass(frozen=True, kw_only=True)
class ConnectShop:
    """Connect a shop; the secret signs its deliveries."""

    kind: ShopKind
    name: str
    secret: Sealed
    currency: str
    shop_domain: str = ""
    accepts_low_amounts: bool = False
    partner_id: UUID | None = None
    """Needed from the operator only."""


@dataclass(frozen=True, kw_only=True)
class ShopView:
    """One connected shop; `webhook_path` is where it delivers to."""

    id: UUID
    kind: ShopKind
    name: str
    currency: str
    shop_domain: str
    webhook_path: str
    created_at: datetime
    refused_deliveries: int = 0
    """Deliveries with a wrong or no signature; nothing else of them is kept."""
    parked_deliveries: int = 0
    """Authentic deliveries that nothing could be done with: they want a look."""


@dataclass(frozen=True, kw_only=True)
class ChangeShopSecret:
    """Sign with another secret from now on; the present one stays good beside it."""

    shop_id: UUID
    secret: Sealed


@dataclass(frozen=True, kw_only=True)
class ListShops:
    """Connected shops."""

    paging: Paging = field(default_factory=Paging)


class OrderState(enum.StrEnum):
    """How far a shop order is (workflow: received to fulfilled, or reversed)."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    FULFILLED = "fulfilled"
    REVERSED = "reversed"
    EXCEPTION = "exception"


@dataclass(frozen=True, kw_only=True)
class ListOrders:
    """Shop orders, of one state where it is named."""

    state: OrderState | None = None
    shop_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """One shop order and what became of it."""

    id: UUID
    shop_id: UUID
    external_id: str
    number: str
    state: OrderState
    buyer_email: str
    total: Money
    seats: int
    exceptions: list[str]
    customer_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class GetOrder:
    """One shop order by id."""

    order_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReplayOrder:
    """Try an order's exceptions again, after a SKU was mapped (WS-07)."""

    order_id: UUID


# Events


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class DeliveryStored:
    """A shop's delivery lies in the inbox table, to be worked on."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class DeliveryTaken:
    """A shop's authentic delivery, whole, while it could not be stored at once."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    shop_id: UUID
    delivery_key: str
    topic: str
    source: str
    is_test: bool
    body: bytes
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One user to be served by an order: one per line and quantity."""

    id: UUID
    name: str
    """What the user is called when it is made."""
    username: str = ""
    """Renew this known user instead of making one."""


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Who bought, as the shop says."""

    first_name: str
    last_name: str
    email: str
    phone: str = ""
    address: str = ""
    city: str = ""
    country: str = ""


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class OrderAccepted:
    """A paid shop order whose seats want users."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    scope: str
    """Where the customer will lie: the partner's (or seller's) path."""
    buyer: Buyer
    seats: list[Seat]


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class ProductChanged:
    """A product was changed: billing's own note to let its subscriptions follow."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int


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
    """A user could not be renewed for want of money (SU-04)."""

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
