"""Subscriptions: a copy of billing's facts, so that no running user is deleted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from lineup.contracts.billing import SubscriptionState


class SubscriptionCopy(Record):
    """What billing last said of one subscription."""

    __tablename__ = "subscription_copies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    user_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[SubscriptionState]
    ends_at: Mapped[datetime]
