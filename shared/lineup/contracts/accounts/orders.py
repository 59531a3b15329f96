"""What became of a shop order's buyer."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lineup.events import event


@dataclass(frozen=True, kw_only=True)
class FilledSeat:
    """The user that a shop order's seat belongs to."""

    seat_id: UUID
    user_id: UUID


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class SeatsFilled:
    """A shop order's buyer has become a customer and each seat a user."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The order's id in billing."""
    version: int
    partner_id: UUID
    scope: str
    """The customer's own path."""
    customer_id: UUID
    seats: list[FilledSeat]
