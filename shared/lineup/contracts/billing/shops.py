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
