"""The delivery log, which is the queue too."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lineup.contracts.notifications import DeliveryState, DeliveryView
from lineup.contracts.notifications.refusals import NotFailed
from lineup.database import Timestamped
from notifications.deliveries.retries import is_soon
from notifications.records import Record

RESENDABLE = frozenset({DeliveryState.FAILED, DeliveryState.BOUNCED})
"""What somebody may send again; nothing else happens to it by itself."""
UNSENT = RESENDABLE | {DeliveryState.QUEUED}
"""What may still reach its receiver."""


class Delivery(Timestamped, Record):
    """One message to one receiver. What becomes of it says `outcomes`."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("cause_id", "template", "receiver"),
        Index(
            "ix_delivery_due",
            "urgency",
            "next_try_at",
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "ix_delivery_partner_due",
            "partner_id",
            "urgency",
            "next_try_at",
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "ix_delivery_scope",
            "scope",
            postgresql_ops={"scope": "text_pattern_ops"},
        ),
        Index("ix_delivery_created_at", "created_at", "id"),
        Index("ix_delivery_receiver", "receiver", "id"),
        Index("ix_delivery_subject", "subject", "id"),
        Index("ix_delivery_state", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cause_id: Mapped[UUID]
    """The event or request that made it: one message for each and receiver."""
    partner_id: Mapped[UUID]
    customer_id: Mapped[UUID | None] = mapped_column(index=True)
    scope: Mapped[str]
    """Where its customer lies now; a partner's own message: the partner."""
    template: Mapped[str]
    sender: Mapped[str] = mapped_column(server_default="")
    """Whom the last try was from."""
    receiver: Mapped[str]
    subject: Mapped[str]
    sealed_body: Mapped[str | None]
    """The whole text, sealed, until it is sent."""
    masked_body: Mapped[str]
    state: Mapped[str]
    urgency: Mapped[int]
    """0 goes before 1: credentials before notices."""
    tries: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(default="")
    next_try_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    request_id: Mapped[str] = mapped_column(server_default="")
    """In the course of which request it was queued: its log lines bear it."""

    def queue_again(self, now: datetime) -> None:
        """Start over with a failed or bounced message."""
        if self.state not in RESENDABLE:
            raise NotFailed
        self.state = DeliveryState.QUEUED
        self.tries = 0
        self.next_try_at = now

    def view(self, now: datetime) -> DeliveryView:
        """What the log shows at an instant: secrets are dots."""
        return DeliveryView(
            updated_at=self.last_change,
            id=self.id,
            template=self.template,
            receiver=self.receiver,
            subject=self.subject,
            body=self.masked_body,
            state=DeliveryState(self.state),
            tries=self.tries,
            answer=self.answer,
            next_try_at=self.next_try_at,
            created_at=self.created_at,
            sent_at=self.sent_at,
            customer_id=self.customer_id,
            sender=self.sender,
            is_due_soon=is_soon(self.next_try_at, now),
            is_resendable=self.state in RESENDABLE,
        )
