"""Orders of webshops, and the users they are for."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.money import Money
from lineup.values.types import (
    OptionalMailAddress,
    Search,
    Word,
)
from lineup.verbs import Kind, Request, Route, verb


class Settlement(enum.StrEnum):
    """How people settled an exception."""

    BY_HAND = "by_hand"
    """What was wanted was done elsewhere."""
    DISMISSED = "dismissed"
    """Nothing is to be done."""


@dataclass(frozen=True, kw_only=True)
class ClosedException:
    """An exception that people settled: how, who, when, and what they said."""

    exception: str
    settlement: Settlement
    note: str
    closed_by: str
    closed_at: datetime


class OrderState(enum.StrEnum):
    """How far a shop order is (workflow: received to fulfilled, or reversed)."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    FULFILLED = "fulfilled"
    REVERSED = "reversed"
    EXCEPTION = "exception"
    CLOSED = "closed"
    """People settled all that was wrong with it, and nothing of it runs."""


@dataclass(frozen=True, kw_only=True)
class SeatView:
    """One piece of one line of an order, and who has it."""

    id: UUID
    line_id: str
    sku: str
    name: str
    amount: Money
    state: str
    """held, waiting, filled, reversed, or closed by people."""
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
    closed: list[ClosedException] = field(default_factory=list)
    """Exceptions that people settled, oldest first; told by `get_order` only."""
    is_accepted: bool = False
    """People let it be served as it is."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb("billing", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /orders")
class ListOrders(Request[Page[OrderView]]):
    """Shop orders, newest first; each filter that is given narrows the list.

    Of state `exception` are all orders with something to look at.
    """

    state: OrderState | None = None
    shop_id: UUID | None = None
    customer_id: UUID | None = None
    search: Search = ""
    """How the order's number or the buyer's mail address begins."""
    number: Word = ""
    """Just this number, as the buyer knows it."""
    external_id: Word = ""
    """Just this id of the order in its shop."""
    email: OptionalMailAddress = ""
    """Just this mail address of the buyer, whatever its case."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "billing",
    Kind.READ,
    allowed=PARTNERS_AND_SUPPORT,
    rest="GET /orders/<uuid:order_id>",
)
class GetOrder(Request[OrderView]):
    """One shop order by id."""

    order_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /orders/<uuid:order_id>/replay", status=200),
)
class ReplayOrder(Request[OrderView]):
    """Try an order's exceptions again, after a SKU was mapped."""

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
