"""Subscriptions: a copy of billing's facts: who is served, how, and until when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from lineup.contracts.billing.subscriptions import SubscriptionState


class SubscriptionCopy(Record):
    """What billing last said of one subscription."""

    __tablename__ = "subscription_copies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    user_id: Mapped[UUID] = mapped_column(index=True)
    product_id: Mapped[UUID | None] = mapped_column(index=True)
    product_name: Mapped[str] = mapped_column(server_default="")
    is_trial: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[SubscriptionState]
    ends_at: Mapped[datetime]


def is_stopped(copy: SubscriptionCopy) -> bool:
    """Whether a subscription was stopped before its time."""
    return copy.state is SubscriptionState.STOPPED
