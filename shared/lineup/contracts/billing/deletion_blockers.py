"""What would be lost by deleting a user, a customer or a seller."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lineup.context import SELLERS_AND_CUSTOMERS
from lineup.money import Money
from lineup.verbs import Kind, Request, verb


@dataclass(frozen=True, kw_only=True)
class RunningSubscription:
    """An active subscription and its user."""

    subscription_id: UUID
    user_id: UUID
    user_name: str
    product_name: str
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeletionBlockers:
    """Money on balances and active subscriptions."""

    balances: list[Money]
    """Money on balances, by currency."""
    running: int
    subscriptions: list[RunningSubscription]
    """The first twenty active subscriptions."""
    is_deleted: bool = False
    """Whether billing knows that the customer was deleted."""


@verb("billing", Kind.READ, allowed=SELLERS_AND_CUSTOMERS)
class GetDeletionBlockers(Request[DeletionBlockers]):
    """Get what blocks the deletion of a user, customer or seller.

    Give exactly one of the three.
    """

    user_id: UUID | None = None
    customer_id: UUID | None = None
    account_id: UUID | None = None
