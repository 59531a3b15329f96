"""Copies of accounts, customers and users, fed by events; accounts owns the facts."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Index, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.records import Record
from lineup.contracts.accounts.tree import GONE, Status


class AccountCopy(Record):
    """A partner, reseller or dealer."""

    __tablename__ = "account_copy"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]
    scope: Mapped[str]
    partner_id: Mapped[UUID | None]
    currency: Mapped[str]
    time_zone: Mapped[str]
    status: Mapped[str]
    email: Mapped[str] = mapped_column(default="", server_default="")
    company: Mapped[dict[str, Any] | None]
    """Who it is before the law; None: not announced since that is kept."""
    most_trials_per_day: Mapped[int | None]
    """What its seller plan allows; None: any number."""
    away_since: Mapped[datetime | None]
    """When it was last not active any more; None: nobody knows of such a time."""
    served_since: Mapped[datetime | None]
    """When it came back after it was not active; None: it always was."""

    def returned_at(self, moment: datetime) -> datetime | None:
        """When it came back from an absence that had begun by a moment, if from any."""
        has_begun = self.away_since is None or self.away_since < moment
        return self.served_since if has_begun else None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its months begin and end."""
        return ZoneInfo(self.time_zone)


class CustomerCopy(Record):
    """A customer: who pays. Its row is the lock under which its users' lines change."""

    __tablename__ = "customer_copy"
    __table_args__ = (
        Index(
            "ix_customer_copy_email_lower",
            literal_column("lower(email)").label("lowered"),
            postgresql_where=text("email <> ''"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    """Its own path, so that its own login sees it."""
    name: Mapped[str]
    email: Mapped[str]
    status: Mapped[str]
    address: Mapped[str] = mapped_column(default="", server_default="")
    city: Mapped[str] = mapped_column(default="", server_default="")
    country: Mapped[str] = mapped_column(default="", server_default="")
    settlement: Mapped[str | None]
    """What becomes of the money of a deleted one; None: it stays to be paid out."""
    deletion_reason: Mapped[str] = mapped_column(default="", server_default="")
    deleted_by: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def is_deleted(self) -> bool:
        """Whether accounts has removed it."""
        return self.status == Status.DELETED

    @property
    def is_gone(self) -> bool:
        """Whether it is deleted, or trashed: then nothing is sold to it."""
        return self.status in GONE


class UserCopy(Record):
    """A user: one line of a customer."""

    __tablename__ = "user_copy"
    __table_args__ = (
        Index(
            "ix_user_copy_username",
            "username",
            postgresql_where=text("username <> ''"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    customer_id: Mapped[UUID] = mapped_column(index=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    name: Mapped[str]
    username: Mapped[str] = mapped_column(default="", server_default="")
    """What a shop's order may call it; empty: not announced since that was kept."""
    status: Mapped[str]

    @property
    def is_deleted(self) -> bool:
        """Whether accounts has removed it."""
        return self.status == Status.DELETED
