"""What billing announces of partners: what they paid, and that their data is gone."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lineup.contracts.accounts.partner_events import PurgeConfirmed
from lineup.events import event
from lineup.money import Money


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class PartnerPaymentReceived:
    """A partner has paid the platform for a month; `id` is of this payment alone."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    reference: str
    """Names the payment: it is booked once."""
    amount: Money | None = None
    """What was paid; None: not told."""


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class BillingPurged(PurgeConfirmed):
    """Billing has deleted everything of a partner."""
