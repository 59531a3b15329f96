"""Webshops: connections, deliveries, orders."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.contracts.paging import Paging
from lineup.events import event
from lineup.money import Money
from lineup.secrets import Sealed


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
    is_active: bool = True
    """Switched off, its deliveries are kept and parked, to be replayed."""
    accepts_low_amounts: bool = False
    has_previous_secret: bool = False
    exceptions: int = 0
    """Orders with something to look at."""
    last_delivery_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class GetShop:
    """One connected shop by id."""

    shop_id: UUID


@dataclass(frozen=True, kw_only=True)
class UpdateShop:
    """Change a shop's settings; every field is given. Kind and currency stay."""

    shop_id: UUID
    name: str
    shop_domain: str
    accepts_low_amounts: bool


@dataclass(frozen=True, kw_only=True)
class SwitchShop:
    """Serve a shop's orders or not; what comes meanwhile is kept and parked."""

    shop_id: UUID
    is_active: bool


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
    """Shop orders, newest first; each filter that is given narrows the list.

    Of state `exception` are all orders with something to look at.
    """

    state: OrderState | None = None
    shop_id: UUID | None = None
    customer_id: UUID | None = None
    search: str = ""
    """How the order's number or the buyer's mail address begins."""
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class SeatView:
    """One piece of one line of an order, and who has it."""

    id: UUID
    line_id: str
    sku: str
    name: str
    amount: Money
    state: str
    """held, waiting, filled or reversed."""
    problem: str
    user_id: UUID | None
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderStep:
    """Something that happened to an order."""

    at: datetime
    what: str
    """delivered, paid, refund, cancel, held, waiting, filled or reversed."""
    about: str = ""
    amount: Money | None = None
    delivery_id: UUID | None = None


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
    shop_name: str = ""
    buyer_name: str = ""
    pieces: list[SeatView] = field(default_factory=list)
    """Its seats, line by line; told by `get_order` only."""
    history: list[OrderStep] = field(default_factory=list)
    """What happened to it, oldest first; told by `get_order` only."""


class DeliveryVerdict(enum.StrEnum):
    """What became of a shop's delivery."""

    STORED = "stored"
    DONE = "done"
    PARKED = "parked"


@dataclass(frozen=True, kw_only=True)
class ListShopDeliveries:
    """Authentic deliveries of shops, newest first (WS-16). Times are half-open."""

    shop_id: UUID | None = None
    order_id: UUID | None = None
    verdict: DeliveryVerdict | None = None
    received_from: datetime | None = None
    received_until: datetime | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class ShopDeliveryView:
    """One delivery as it came; `problem` says why it is parked."""

    id: UUID
    shop_id: UUID
    shop_name: str
    received_at: datetime
    topic: str
    source: str
    verdict: DeliveryVerdict
    problem: str
    is_test: bool
    size: int
    """Bytes of the body."""
    order_id: UUID | None
    body: str = ""
    """The body as it came; told by `get_shop_delivery` only."""


@dataclass(frozen=True, kw_only=True)
class GetShopDelivery:
    """One delivery with its body."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReplayDelivery:
    """Work on a parked or stuck delivery again; what it says acts once (WS-16)."""

    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class GetOrder:
    """One shop order by id."""

    order_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReplayOrder:
    """Try an order's exceptions again, after a SKU was mapped (WS-07)."""

    order_id: UUID


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
