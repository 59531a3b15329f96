"""What is kept of partners' lives, and what holds for all of them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record, as_text
from lineup.contracts.accounts.partner_events import PartnerPaymentBooked
from lineup.contracts.accounts.partnerships import PartnershipNote, PlatformSettings
from lineup.contracts.accounts.unmatched_payments import (
    UnmatchedPayment,
    WhyUnmatched,
)
from lineup.database import Timestamped
from lineup.database.purging import PurgeRow
from lineup.money import Money

USUAL_SUBSCRIBER_DAYS = 7


class Note(Record):
    """Something that happened to a partnership, and why; gone when its data goes."""

    __tablename__ = "partnership_notes"
    __table_args__ = (Index("ix_partnership_notes_partner_id", "partner_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"))
    happened_at: Mapped[datetime]
    what: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str]

    def view(self) -> PartnershipNote:
        """The note as it is shown."""
        return PartnershipNote(
            happened_at=self.happened_at,
            what=self.what,
            by=self.by,
            reason=self.reason,
        )


class Payment(Record):
    """A payment of a partner, booked once; the law wants it kept."""

    __tablename__ = "partner_payments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partnerships.id"), index=True)
    reference: Mapped[str] = mapped_column(unique=True)
    amount_minor: Mapped[int]
    asset: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    booked_at: Mapped[datetime]
    booked_by: Mapped[str]

    def booked(self, package_name: str) -> PartnerPaymentBooked:
        """The payment as it is announced."""
        return PartnerPaymentBooked(
            id=self.id,
            version=1,
            partner_id=self.partner_id,
            package_name=package_name,
            amount=Money(self.amount_minor, self.asset),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            reference=self.reference,
        )


class Unmatched(Timestamped, Record):
    """A payment that extends nothing: its money is to be returned, and noted so."""

    __tablename__ = "unmatched_payments"
    __table_args__ = (
        Index(
            "ix_unmatched_payments_open",
            "id",
            postgresql_where=text("handled_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Of the payment, as billing has it."""
    partner_id: Mapped[UUID] = mapped_column(index=True)
    reference: Mapped[str]
    amount_minor: Mapped[int | None]
    asset: Mapped[str | None]
    reason: Mapped[WhyUnmatched] = mapped_column(as_text(WhyUnmatched))
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")

    @property
    def amount(self) -> Money | None:
        """What was paid, where that was told."""
        if self.amount_minor is None or self.asset is None:
            return None
        return Money(self.amount_minor, self.asset)

    def settle(self, by: str, note: str, now: datetime) -> None:
        """Note what became of the money; the last word counts."""
        self.handled_at, self.handled_by, self.note = now, by, note

    def view(self) -> UnmatchedPayment:
        """The payment as it is shown."""
        return UnmatchedPayment(
            id=self.id,
            partner_id=self.partner_id,
            reference=self.reference,
            amount=self.amount,
            reason=self.reason,
            received_at=self.received_at,
            handled_at=self.handled_at,
            handled_by=self.handled_by,
            note=self.note,
            updated_at=self.last_change,
        )


class Platform(Record):
    """What holds for all partners, in its one row; without it what is usual."""

    __tablename__ = "platform_settings"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_days: Mapped[int | None]
    payment_instructions: Mapped[str]

    @classmethod
    def usual(cls) -> "Platform":
        """What holds until somebody says otherwise."""
        return cls(id=1, subscriber_days=USUAL_SUBSCRIBER_DAYS, payment_instructions="")

    @property
    def served_for(self) -> timedelta | None:
        """How long subscribers of a locked partner are served; None: to their end."""
        days = self.subscriber_days
        return None if days is None else timedelta(days=days)

    def view(self) -> PlatformSettings:
        """The settings as they are shown."""
        return PlatformSettings(
            subscriber_days=self.subscriber_days,
            payment_instructions=self.payment_instructions,
        )


class Purge(PurgeRow, Record):
    """The purge of one partner's rows in this service."""
