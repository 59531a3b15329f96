"""What became of a shop order's buyer."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from lineup.events import event


@dataclass(frozen=True, kw_only=True)
class FilledSeat:
    """The user that a shop order's seat belongs to."""

    seat_id: UUID
    user_id: UUID
    customer_id: UUID | None = None
    """Whose user it is; None: the order's customer's."""
    scope: str = ""
    """That customer's own path."""
    device_problem: str = ""
    """Why the device that the buyer named was not noted; the code of a refusal."""


@dataclass(frozen=True, kw_only=True)
class UnfilledSeat:
    """A seat that gets no user by itself, and why."""

    seat_id: UUID
    problem: str
    """A code: unknown_user, user_not_found, customer_off, seller_off,
    limit_reached."""


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class SeatsFilled:
    """A shop order's buyer has become a customer and each seat a user, or not."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The order's id in billing."""
    version: int
    partner_id: UUID
    scope: str
    """The customer's own path."""
    customer_id: UUID | None
    """None: nobody was found for any of its seats, and nobody was made."""
    seats: list[FilledSeat]
    unfilled: list[UnfilledSeat] = field(default_factory=list)
