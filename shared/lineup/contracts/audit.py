"""The audit log: who changed what, from where; each service keeps that of its own."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from lineup.context import EVERYBODY, Permission
from lineup.contracts.paging import Page, Paging
from lineup.values.rules import Text
from lineup.values.types import Token, Word
from lineup.verbs import EVERY_SERVICE, Kind, Request, verb

CHANGED = "changed"
"""What is said of a secret in place of its value."""

RequestId = Annotated[str, Text(longest=64)]


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field that was changed."""

    kind: str
    """Of what it is a field, such as `customer`."""
    id: str
    field: str
    before: str | None
    """Null: it had no value, or was not there."""
    after: str | None
    """Null: it has no value, or is no longer there. Of a secret only `changed`."""


@dataclass(frozen=True, kw_only=True)
class ChangeCount:
    """How many things of one kind were created, updated or deleted."""

    kind: str
    change: str
    count: int


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One change: who made it, on whose behalf, of what, from where."""

    id: UUID
    service: str
    at: datetime
    actor: str
    """Username of who really acted; of a service itself: `system`."""
    role: str
    on_behalf_of: str
    """Whose account was entered for it; empty: their own."""
    action: str
    """The operation, such as `update_customer`."""
    kind: str
    """Of what was changed, such as `customer`; empty: nothing single."""
    thing_id: UUID | None
    name: str
    """Of what was changed, as it was then."""
    partner_id: UUID | None
    request_id: str
    channel: str
    """`panel`, `api`, or `system` for commands and jobs."""
    address: str
    user_agent: str
    request: dict[str, str]
    """What was asked, by field; secrets are hidden."""
    changes: list[FieldChange]
    """At most 200."""
    counts: list[ChangeCount]
    """How many things of each kind were changed."""


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Filters for the audit log."""

    actor: Token = ""
    """Username of who really acted."""
    action: Word = ""
    thing_id: UUID | None = None
    """Entries about this, or that name it."""
    request_id: RequestId = ""
    made_from: datetime | None = None
    made_until: datetime | None = None
    """Exclusive."""


@verb(EVERY_SERVICE, Kind.READ, allowed=EVERYBODY, needs=Permission.AUDIT)
class ListAuditEntries(AuditFilter, Request[Page[AuditEntry]]):
    """List the changes in this service, newest first."""

    SORTS = None

    paging: Paging = field(default_factory=Paging)


@verb(EVERY_SERVICE, Kind.READ, allowed=EVERYBODY, needs=Permission.AUDIT)
class GetAuditEntry(Request[AuditEntry]):
    """Get one change in this service."""

    entry_id: UUID
