"""Orders of webshops, and the users they are for."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Permission
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.money import Money
from lineup.values.types import (
    OptionalMailAddress,
    Search,
    Word,
)
from lineup.verbs import Kind, Request, Route, verb


class ExceptionSettlement(enum.StrEnum):
    """How an exception was resolved."""

    BY_HAND = "by_hand"
    """Resolved manually."""
    DISMISSED = "dismissed"
    """No action needed."""


@dataclass(frozen=True, kw_only=True)
class ClosedException:
    """A closed exception."""

    exception: str
    settlement: ExceptionSettlement
    note: str
    closed_by: str
    closed_at: datetime


class OrderState(enum.StrEnum):
    """Status of a shop order."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    FULFILLED = "fulfilled"
    REVERSED = "reversed"
    EXCEPTION = "exception"
    CLOSED = "closed"
    """All exceptions were closed, and none of its users is active."""


@dataclass(frozen=True, kw_only=True)
class SeatView:
    """One item of an order, and its user."""

    id: UUID
    line_id: str
    sku: str
    name: str
    amount: Money
    state: str
    """held, waiting, filled, reversed or closed."""
    problem: str
    user_id: UUID | None
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderStep:
    """An event in the history of an order."""

    at: datetime
    what: str
    """delivered, paid, refund, cancel, held, waiting, filled or reversed."""
    about: str = ""
    amount: Money | None = None
    delivery_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """A shop order."""

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
    """Its items; only returned for a single order."""
    history: list[OrderStep] = field(default_factory=list)
    """Its history, oldest first; only returned for a single order."""
    closed: list[ClosedException] = field(default_factory=list)
    """Closed exceptions, oldest first; only returned for a single order."""
    is_accepted: bool = False
    """It was accepted despite its exceptions."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb("billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /orders")
class ListOrders(Request[Page[OrderView]]):
    """List shop orders, newest first.

    With state `exception`: all orders that need attention.
    """

    state: OrderState | None = None
    shop_id: UUID | None = None
    customer_id: UUID | None = None
    search: Search = ""
    """Start of the order number or of the buyer's email address."""
    number: Word = ""
    """Exact order number."""
    external_id: Word = ""
    """Exact order ID in the shop."""
    email: OptionalMailAddress = ""
    """Exact email address of the buyer, ignoring case."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "billing",
    Kind.READ,
    allowed=PARTNERS_AND_SUPPORT,
    rest="GET /orders/<uuid:order_id>",
)
class GetOrder(Request[OrderView]):
    """Get a shop order."""

    order_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.ORDERS,
    rest=Route("POST /orders/<uuid:order_id>/replay", status=200),
)
class ReplayOrder(Request[OrderView]):
    """Retry the exceptions of an order."""

    order_id: UUID


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One user to be served by an order: one per line and quantity."""

    id: UUID
    name: str
    """What the user is called when it is made."""
    username: str = ""
    """Renew this known user instead of making one."""
    user_id: UUID | None = None
    """Renew this very user: one that was remembered, or that people chose."""
    device_mac: str = ""
    """Note this device at the user, as the buyer wrote it."""


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
    customer_id: UUID | None = None
    """Whom the shop's customer was before, however his mail address reads by now."""


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class UsersHeldBack:
    """The users of a disputed shop order are to be off, or are free again."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The order's."""
    version: int
    partner_id: UUID
    user_ids: list[UUID]
    are_held_back: bool
