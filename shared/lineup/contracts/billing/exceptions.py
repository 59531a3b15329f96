"""What people do with what a shop ordered and nothing could be done with by itself."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.money import Money
from lineup.values.types import (
    Chosen,
    Line,
    Note,
    OptionalMailAddress,
    OptionalName,
    Sku,
)


class Settlement(enum.StrEnum):
    """How people settled an exception."""

    BY_HAND = "by_hand"
    """What was wanted was done elsewhere."""
    DISMISSED = "dismissed"
    """Nothing is to be done."""


@dataclass(frozen=True, kw_only=True)
class CloseException:
    """Close one exception of an order: done by hand, or dismissed.

    What it was about is never tried again by itself. `takes_back` names pieces of the
    order that end now, as by a refund in the shop.
    """

    order_id: UUID
    exception: Line
    """As the order's `exceptions` say it."""
    settlement: Settlement
    note: Note = ""
    takes_back: Chosen = field(default_factory=list)
    """Pieces of the order that end now, as by a refund."""


@dataclass(frozen=True, kw_only=True)
class ClosedException:
    """An exception that people settled: how, who, when, and what they said."""

    exception: str
    settlement: Settlement
    note: str
    closed_by: str
    closed_at: datetime


@dataclass(frozen=True, kw_only=True)
class AcceptOrder:
    """Serve an order as it is: little money, no mail address, or whatever is odd."""

    order_id: UUID
    note: Note = ""


@dataclass(frozen=True, kw_only=True)
class IgnoreSku:
    """Never list what a shop sells under this SKU: it is nothing of ours.

    For an item without a SKU it is the item's name.
    """

    shop_id: UUID
    sku: Line


@dataclass(frozen=True, kw_only=True)
class ChooseUser:
    """Say which user a held piece of an order runs on; null: a new one."""

    order_id: UUID
    seat_id: UUID
    user_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ServeOrder:
    """Serve one user of an order by hand, with any plan.

    Without a seat one more piece is added to the order; without a user it is a new
    one of the buyer's.
    """

    order_id: UUID
    plan_id: UUID
    seat_id: UUID | None = None
    user_id: UUID | None = None
    amount: Money | None = None
    """What was paid for it; where it is not given, what the shop said of the piece."""


@dataclass(frozen=True, kw_only=True)
class ServeDelivery:
    """Serve by hand what a delivery wanted that could not be read."""

    delivery_id: UUID
    external_id: Sku
    """The shop's own id of the order, so that it is never served again."""
    plan_id: UUID
    amount: Money
    user_id: UUID | None = None
    first_name: OptionalName = ""
    last_name: OptionalName = ""
    email: OptionalMailAddress = ""
    number: OptionalName = ""
    """What the shop calls the order; empty: as its id."""


@dataclass(frozen=True, kw_only=True)
class CloseDelivery:
    """Say that a parked delivery needs no look any more."""

    delivery_id: UUID
    note: Note = ""
