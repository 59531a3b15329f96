"""What notifications announces: that credentials arrived, that data is gone."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.contracts.accounts.partner_events import PurgeConfirmed
from lineup.events import event


@event(source="notifications")
@dataclass(frozen=True, kw_only=True)
class PartnerCredentialsSent:
    """A new partner's credentials were taken by its mail server; `id` is of the
    message.
    """

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    sent_at: datetime


@event(source="notifications")
@dataclass(frozen=True, kw_only=True)
class NotificationsPurged(PurgeConfirmed):
    """Notifications has deleted everything of a partner."""
