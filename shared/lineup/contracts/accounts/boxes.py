"""Boxes: a partner's stock of devices that it hands out, and to whom."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import (
    PARTNERS,
    PARTNERS_AND_SUPPORT,
    SELLERS,
    SELLERS_AND_SUPPORT,
    Permission,
)
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.validation import FieldCode
from lineup.values import people
from lineup.values.rules import Items, Text
from lineup.values.types import Mac, Name, Note, OptionalName, Search
from lineup.verbs import Done, Kind, Request, Route, verb

MOST_BOXES = 5000
"""Boxes of one delivery, or that are handed over at once."""

BoxMac = Annotated[
    str,
    Text(
        shortest=1,
        longest=40,
        is_trimmed=True,
        parse=people.mac,
        example="00:1A:79:12:34:56",
        code=FieldCode.MAC_INVALID,
        message="Enter a MAC address such as 00:1A:79:12:34:56.",
    ),
]
Serials = Annotated[list[Name], Items(fewest=1, most=MOST_BOXES)]
DeliveryCsv = Annotated[
    str,
    Text(shortest=1, longest=500_000, has_lines=True, example="4711,00:1A:79:12:34:56"),
]


class BoxState(enum.StrEnum):
    """Where a box is in its life."""

    IN_STOCK = "in_stock"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    """Back from a user, and not checked yet; it can be assigned again."""
    FAULTY = "faulty"


class BoxEvent(enum.StrEnum):
    """What happened to a box."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    FAULTY = "faulty"
    IN_STOCK = "in_stock"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, kw_only=True)
class BoxModelView:
    """A model of boxes, and how many boxes of it there are."""

    id: UUID
    partner_id: UUID
    name: str
    maker: str
    box_count: int
    created_at: datetime
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@dataclass(frozen=True, kw_only=True)
class BoxView:
    """A box: what it is, whose stock it is in, and who has it."""

    id: UUID
    partner_id: UUID
    box_model_id: UUID
    model: str
    """Maker and name of its model."""
    serial: str
    mac: str
    state: BoxState
    account_id: UUID
    """The partner or seller in whose stock it is."""
    account_name: str
    customer_id: UUID | None
    """Who has it; null: nobody, or nobody that you may see."""
    customer_name: str
    user_id: UUID | None
    user_name: str
    assigned_at: datetime | None
    created_at: datetime
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@dataclass(frozen=True, kw_only=True)
class BoxEventView:
    """One entry of a box's history."""

    id: UUID
    at: datetime
    event: BoxEvent
    by: str
    """Who did it: the username of a login."""
    customer_id: UUID | None
    customer_name: str
    user_id: UUID | None
    user_name: str
    account_name: str
    """Whose stock it was handed over to; empty otherwise."""
    note: str


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest="POST /box-models",
)
class CreateBoxModel(Request[BoxModelView]):
    """Create a model of boxes; the operator names its partner."""

    name: Name
    maker: OptionalName = ""
    partner_id: UUID | None = None


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest="PATCH|PUT /box-models/<uuid:box_model_id>",
)
class UpdateBoxModel(Request[BoxModelView]):
    """Update a model of boxes."""

    box_model_id: UUID
    name: Given[Name] = UNSET
    maker: Given[OptionalName] = resets_to("")


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest="DELETE /box-models/<uuid:box_model_id>",
)
class DeleteBoxModel(Request[Done]):
    """Delete a model that no box is of."""

    box_model_id: UUID


@verb(
    "accounts",
    Kind.READ,
    allowed=PARTNERS_AND_SUPPORT,
    rest="GET /box-models/<uuid:box_model_id>",
)
class GetBoxModel(Request[BoxModelView]):
    """Get a model of boxes."""

    box_model_id: UUID


@verb("accounts", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /box-models")
class ListBoxModels(Request[Page[BoxModelView]]):
    """List models of boxes by name."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    search: Search = ""
    partner_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest="POST /boxes",
)
class CreateBox(Request[BoxView]):
    """Take a box into stock; serial number and MAC address are unique per partner."""

    box_model_id: UUID
    serial: Name
    mac: BoxMac
    """In any common notation; stored as AA:BB:CC:DD:EE:FF."""


@dataclass(frozen=True, kw_only=True)
class ImportedBoxes:
    """What was taken into stock."""

    boxes: int
    """How many boxes."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest="POST /boxes/import",
)
class ImportBoxes(Request[ImportedBoxes]):
    """Take a delivery into stock: all of its boxes or, if a line is wrong, none.

    Every fault is told with its line.
    """

    box_model_id: UUID
    csv: DeliveryCsv
    """A line for each box: serial number, MAC address. A heading is optional."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest="PATCH|PUT /boxes/<uuid:box_id>",
)
class UpdateBox(Request[BoxView]):
    """Correct a box that is not assigned."""

    box_id: UUID
    box_model_id: Given[UUID] = UNSET
    serial: Given[Name] = UNSET
    mac: Given[BoxMac] = UNSET


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest="DELETE /boxes/<uuid:box_id>",
)
class DeleteBox(Request[Done]):
    """Delete a box that is not assigned, with its history."""

    box_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest=Route("POST /boxes/<uuid:box_id>/assign", status=200, has_tag=False),
)
class AssignBox(Request[BoxView]):
    """Assign a box in stock to a user; its MAC becomes one of the user's devices."""

    box_id: UUID
    user_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest=Route("POST /boxes/<uuid:box_id>/return", status=200, has_tag=False),
)
class ReturnBox(Request[BoxView]):
    """Take a box back from its user, whose device it no longer is."""

    UNLOGGED: ClassVar[frozenset[str]] = frozenset({"note"})
    """It may name the user's customer, whose erasure finds it in the box's history."""

    box_id: UUID
    is_faulty: bool = False
    """Whether it is broken."""
    note: Note = ""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest=Route("PUT /boxes/<uuid:box_id>/state", has_tag=False),
)
class SetBoxState(Request[BoxView]):
    """Mark a box that is not assigned as faulty, or as in stock again."""

    box_id: UUID
    is_faulty: bool
    """True: faulty; false: in stock."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CUSTOMERS,
    rest=Route("POST /boxes/hand-over", status=200, has_tag=False),
)
class HandOverBoxes(Request[ImportedBoxes]):
    """Put boxes into the stock of a seller, or back into the partner's: all or none."""

    account_id: UUID
    """The seller or partner."""
    serials: Serials
    """Serial numbers or MAC addresses of boxes that are not assigned."""


@verb(
    "accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /boxes/<uuid:box_id>"
)
class GetBox(Request[BoxView]):
    """Get a box."""

    box_id: UUID


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /boxes")
class ListBoxes(Request[Page[BoxView]]):
    """List boxes, newest first; sellers see those that were handed to them."""

    SORTS: ClassVar[tuple[str, ...]] = ("serial",)

    search: Search = ""
    """Words in serial number or MAC address (in any common notation)."""
    state: BoxState | None = None
    box_model_id: UUID | None = None
    account_id: UUID | None = None
    """Only of this partner's or seller's stock."""
    customer_id: UUID | None = None
    user_id: UUID | None = None
    mac: Mac = ""
    """Exact MAC address, in any common notation."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /boxes/<uuid:box_id>/history",
)
class ListBoxEvents(Request[Page[BoxEventView]]):
    """List what happened to a box while you saw it, newest first."""

    box_id: UUID
    paging: Paging = field(default_factory=Paging)
