"""Erasure: everything that names a person goes, in every service."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import SELLERS, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.accounts.customers import BalanceSettlement
from lineup.contracts.accounts.partner_events import PurgeConfirmed
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.secrets import Sealed
from lineup.values.types import Note
from lineup.verbs import Kind, Request, verb

ERASED = "erased-"
"""How the usernames of erased users begin; their ids follow."""


def number_of(customer_id: UUID) -> str:
    """What is left of a customer's name: a number that books and logs go on with."""
    return f"#{customer_id.hex[-8:].upper()}"


def erased_username(user_id: UUID) -> str:
    """What is left of a user's name, username and link."""
    return f"{ERASED}{user_id.hex}"


@dataclass(frozen=True, kw_only=True)
class ErasureView:
    """The erasure of one customer's personal data."""

    id: UUID
    """The customer."""
    number: str
    """What the customer is called in transactions and logs from now on."""
    requested_at: datetime
    requested_by: str
    reason: str
    waiting_for: list[str]
    """Services that have not finished yet; they do once they run again."""
    finished_at: datetime | None
    """When the last service finished."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.DELETE,
    rest="POST /customers/<uuid:customer_id>/erasure",
)
class EraseCustomer(Request[ErasureView]):
    """Delete a customer and erase its personal data everywhere, at once and for good.

    Transactions keep amounts and dates under a number. Refused while there is an active
    subscription or money on the balance, unless forced with a reason: then
    subscriptions are stopped and refunded, and the balance is settled. Customers that
    were deleted together with their seller are erased the same way.
    """

    customer_id: UUID
    force: bool = False
    reason: Note = ""
    """Reason for a forced erasure; kept in the records, so name nobody in it."""
    settlement: BalanceSettlement = BalanceSettlement.PAY_OUT


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /customers/erasures/<uuid:customer_id>",
)
class GetErasure(Request[ErasureView]):
    """Get how far the erasure of a customer's personal data is."""

    customer_id: UUID


@verb(
    "accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /customers/erasures"
)
class ListErasures(Request[Page[ErasureView]]):
    """List erasures of customers' personal data, newest first."""

    SORTS = None

    paging: Paging = field(default_factory=Paging)


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class CustomerErasureRequested:
    """Everything that names a customer is to be erased, and that to be confirmed."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The customer."""
    version: int
    scope: str
    """The customer's own path."""
    partner_id: UUID
    email: Sealed
    """By which what it ordered is found; empty: it had none."""


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class BillingErased(PurgeConfirmed):
    """Billing has erased a customer."""


@event(source="notifications")
@dataclass(frozen=True, kw_only=True)
class NotificationsErased(PurgeConfirmed):
    """Notifications has erased a customer."""


@event(source="playlists")
@dataclass(frozen=True, kw_only=True)
class PlaylistsErased(PurgeConfirmed):
    """Playlists has erased a customer."""
