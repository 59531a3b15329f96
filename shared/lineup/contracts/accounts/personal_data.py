"""Personal data: all that is kept of one customer, handed out on request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from lineup.context import SELLERS_AND_CUSTOMERS, Permission, Role
from lineup.values.rules import Whole
from lineup.values.types import Note
from lineup.verbs import EVERY_SERVICE, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class PersonalExport:
    """An export of a customer's personal data that can be downloaded."""

    customer_id: UUID
    expires_at: datetime
    """When its link stops working."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.CUSTOMERS,
    rest=Route(
        "POST /customers/<uuid:customer_id>/personal-data", name="export_customer"
    ),
)
class ExportCustomer(Request[PersonalExport]):
    """Get a link by which all personal data of a customer is downloaded.

    The archive has a JSON file for each kind of record, and an index. It is made while
    it is downloaded, so it is never out of date; the link works for seven days. Staff
    also need the permissions to see balances and the audit log, which are part of it.
    """

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonalRows:
    """Some of what one service keeps of a customer: rows of one table."""

    table: str
    title: str
    rows: list[msgspec.Raw]
    """Each is a JSON object."""
    next_table: int | None
    """Where to go on; null: this was all."""
    next_after: str


@verb(EVERY_SERVICE, Kind.READ, allowed=frozenset({Role.SUPPORT}))
class ReadPersonalRows(Request[PersonalRows]):
    """Read what this service keeps of a customer, some rows of one table at a time."""

    customer_id: UUID
    table: Annotated[int, Whole(least=0)] = 0
    after: Note = ""
    """The key of the last row that was read."""
