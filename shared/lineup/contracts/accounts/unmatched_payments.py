"""Payments of partners that extend nothing: kept until somebody has returned them."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import OPERATORS
from lineup.contracts.accounts.partner_packages import OPERATORS_AND_SUPPORT
from lineup.contracts.paging import Page, Paging
from lineup.money import Money
from lineup.values.types import Note
from lineup.verbs import Kind, Request, verb


class WhyUnmatched(enum.StrEnum):
    """Why a payment extends nothing."""

    PARTNER_PURGED = "partner_purged"
    """The partner's data was deleted, or is being deleted."""
    PAYMENT_KNOWN = "payment_known"
    """A payment with this reference was booked before."""
    PARTNER_UNKNOWN = "partner_unknown"


@dataclass(frozen=True, kw_only=True)
class UnmatchedPayment:
    """A payment that extends nothing: its money is to be returned."""

    id: UUID
    partner_id: UUID
    reference: str
    amount: Money | None
    """Null: whoever received it has not told."""
    reason: WhyUnmatched
    received_at: datetime
    handled_at: datetime | None
    """When somebody noted that it was returned; null: not yet."""
    handled_by: str
    note: str
    updated_at: datetime | None = None


@verb("accounts", Kind.READ, allowed=OPERATORS_AND_SUPPORT)
class ListUnmatchedPayments(Request[Page[UnmatchedPayment]]):
    """List payments of partners that extend nothing."""

    SORTS: ClassVar[tuple[str, ...]] = ("received_at",)

    is_handled: bool | None = None
    partner_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


@verb("accounts", Kind.READ, allowed=OPERATORS_AND_SUPPORT)
class GetUnmatchedPayment(Request[UnmatchedPayment]):
    """Get one payment that extends nothing."""

    payment_id: UUID


@verb("accounts", Kind.WRITE, allowed=OPERATORS)
class SettleUnmatchedPayment(Request[UnmatchedPayment]):
    """Note that the money of a payment was returned, or used otherwise."""

    payment_id: UUID
    note: Note = ""
    """What became of the money."""
