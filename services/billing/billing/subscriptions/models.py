"""Subscriptions and their periods; the only place their state changes."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.catalog.models import Plan
from billing.records import Record
from billing.subscriptions.terms import Anchor
from lineup.contracts.billing.refusals import (
    NotActive,
    NotSuspended,
    SubscriptionSuspended,
)
from lineup.contracts.billing.running import has_lapsed, is_running
from lineup.contracts.billing.subscriptions import SubscriptionState, SuspensionCause
from lineup.database import Timestamped
from lineup.money import Money


class Source(enum.StrEnum):
    """Where the money for a period came from, and so whether it can go back."""

    BALANCE = "balance"
    CREDITS = "credits"
    """Those of the customer's seller."""
    SHOP = "shop"
    FREE = "free"
    STAFF = "staff"
    """Given without charge."""


class Subscription(Timestamped, Record):
    """One user's right to a product: at most one is running."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index(
            "uq_subscription_running_user_id",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
        Index(
            "ix_subscription_scope",
            "scope",
            postgresql_ops={"scope": "text_pattern_ops"},
        ),
        Index(
            "ix_subscription_renewal_due_at",
            "renewal_due_at",
            postgresql_where=text("renewal_due_at IS NOT NULL"),
        ),
        Index(
            "ix_subscription_put_off_until",
            "put_off_until",
            postgresql_where=text("put_off_until IS NOT NULL"),
        ),
        Index(
            "ix_subscription_running_ends_at",
            "ends_at",
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_subscription_ends_at", "ends_at", "id"),
        Index("ix_subscription_started_at", "started_at", "id"),
        Index(
            "ix_subscription_running_product_id",
            "product_id",
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    user_id: Mapped[UUID] = mapped_column(index=True)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    product_version: Mapped[int]
    """The version of the product it was last announced with."""
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"))
    state: Mapped[str]
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    anchor_at: Mapped[datetime]
    anchor_months: Mapped[int]
    renews: Mapped[bool]
    renewal_due_at: Mapped[datetime | None]
    """When to try to renew it; None: not by itself, or waiting for money."""
    failed_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often working on it has raised since it was last renewed."""
    next_plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan.id"))
    """What it changes to when it is renewed; None: it stays what it is."""
    suspended_at: Mapped[datetime | None]
    """Since when it entitles to nothing, whatever is paid; None: it does."""
    suspension_cause: Mapped[str] = mapped_column(default="", server_default="")
    suspension_reason: Mapped[str] = mapped_column(default="", server_default="")
    put_off_until: Mapped[datetime | None]
    """Until when timers leave it alone, since working on it raised."""

    def is_running(self, now: datetime) -> bool:
        """Whether it entitles now; an end holds even before it is marked."""
        return is_running(self, now)

    def state_at(self, now: datetime) -> SubscriptionState:
        """Where it stands at an instant."""
        if has_lapsed(self, now):
            return SubscriptionState.EXPIRED
        return SubscriptionState(self.state)

    @property
    def anchor(self) -> Anchor:
        """What its next period is counted from."""
        return Anchor(at=self.anchor_at, months=self.anchor_months)

    @property
    def renewal_plan_id(self) -> UUID:
        """The plan of its next renewal: the one it changes to, if that is noted."""
        return self.next_plan_id or self.plan_id

    def note_change(self, plan_id: UUID | None) -> None:
        """Change to another plan at the next renewal; None: stay."""
        self.next_plan_id = plan_id
        self.version += 1

    def extend(self, plan: Plan, ends_at: datetime, anchor: Anchor) -> None:
        """Run on to the end of one more period; the next counts from `anchor`."""
        self.ends_at = ends_at
        self.anchor_at, self.anchor_months = anchor.at, anchor.months
        self.plan_id, self.product_id = plan.id, plan.product_id
        if self.next_plan_id == plan.id:
            self.next_plan_id = None
        self.state = SubscriptionState.RUNNING
        self.failed_tries, self.put_off_until = 0, None
        self._schedule()
        self.version += 1

    def stop(self, now: datetime) -> None:
        """End now. Refuses what is not running."""
        if not self.is_running(now):
            raise NotActive
        self.ends_at = now
        self.state = SubscriptionState.STOPPED
        self.renewal_due_at = self.next_plan_id = None
        self.version += 1

    def expire(self, now: datetime) -> None:
        """Mark that its end has passed. Refuses what has not ended by itself."""
        if not has_lapsed(self, now):
            raise NotActive("Only a running subscription past its end expires.")
        self.state = SubscriptionState.EXPIRED
        if not self.renews:
            self.next_plan_id = None
        self.version += 1

    def shorten(self, ends_at: datetime) -> None:
        """End earlier, since a paid period was taken back; renewals count anew."""
        self.ends_at = ends_at
        self.anchor_at, self.anchor_months = ends_at, 0
        self._schedule()
        self.version += 1

    def switch(self, renews: bool, now: datetime) -> None:  # noqa: FBT001
        """Renew by itself or not; turned on after the end it waits for money."""
        self.renews = renews
        self._schedule()
        if not self.is_running(now):
            self.renewal_due_at = None
        self.version += 1

    def wait_for_money(self) -> None:
        """Try no renewal until something wakes it."""
        self.renewal_due_at = None

    def touch(self) -> None:
        """Be announced anew, since the product it grants has changed."""
        self.version += 1

    def move(self, scope: str) -> None:
        """Lie where its customer now lies."""
        self.scope = scope
        self.version += 1

    def give_way(self) -> None:
        """Never renew again: the user has another subscription now."""
        self.renews = False
        self.renewal_due_at = self.next_plan_id = None
        self.version += 1

    @property
    def is_suspended(self) -> bool:
        """Whether it entitles to nothing until somebody lifts that."""
        return self.suspended_at is not None

    def suspend(self, now: datetime, cause: SuspensionCause, reason: str) -> None:
        """Entitle to nothing from now on. Refuses what does not run, or is so."""
        if self.is_suspended:
            raise SubscriptionSuspended
        if not self.is_running(now):
            raise NotActive
        self.suspended_at, self.suspension_cause = now, cause
        self.suspension_reason = reason
        self.version += 1

    def suspend_like(self, other: "Subscription") -> None:
        """Be suspended as what came before it is: buying anew lifts nothing."""
        self.suspended_at = other.suspended_at
        self.suspension_cause = other.suspension_cause
        self.suspension_reason = other.suspension_reason

    def lift(self) -> None:
        """Entitle again to what is paid. Refuses what is not suspended."""
        if not self.is_suspended:
            raise NotSuspended
        self.suspended_at, self.suspension_cause = None, ""
        self.suspension_reason = ""
        self.version += 1

    def wake(self, now: datetime) -> None:
        """Try to renew now."""
        self.renewal_due_at = now

    def _schedule(self) -> None:
        self.renewal_due_at = self.ends_at if self.renews else None


class Period(Timestamped, Record):
    """One paid stretch of a subscription; open ones of one never overlap.

    A trigger refuses an overlap, and what is of no subscription, plan or transfer that
    is there, once for each statement: see the migrations.
    """

    __tablename__ = "subscription_period"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", "length"),
        CheckConstraint(
            "refunded_minor >= 0 AND refunded_minor <= paid_minor", "refunded"
        ),
        Index(
            "uq_subscription_period_seat_id",
            "seat_id",
            unique=True,
            postgresql_where=text("seat_id IS NOT NULL"),
        ),
        Index("ix_subscription_period_subscription_id", "subscription_id", "starts_at"),
        Index("ix_subscription_period_created_at", "created_at", "id"),
        Index(
            "ix_subscription_period_gave_way_to",
            "gave_way_to",
            postgresql_where=text("gave_way_to IS NOT NULL"),
        ),
        Index(
            "ix_subscription_period_refunded_at",
            "refunded_at",
            postgresql_where=text("refunded_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subscription_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    paid_minor: Mapped[int]
    asset: Mapped[str]
    source: Mapped[str]
    is_trial: Mapped[bool]
    transfer_id: Mapped[UUID | None]
    """What paid for it; None: it was free."""
    source_wallet_id: Mapped[UUID | None]
    """Where it was paid from."""
    seat_id: Mapped[UUID | None]
    """The shop order's seat it serves."""
    is_odd: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether it is of another length than its plan."""
    cut_from: Mapped[datetime | None]
    """When it would have ended before staff set an earlier end; None: they did not."""
    closed_at: Mapped[datetime | None]
    """When it was stopped before its time."""
    closed_by: Mapped[str] = mapped_column(default="", server_default="")
    close_reason: Mapped[str] = mapped_column(default="", server_default="")
    refunded_minor: Mapped[int] = mapped_column(default=0)
    refund_transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfer.id"))
    refunded_at: Mapped[datetime | None]
    fell_short_at: Mapped[datetime | None]
    """When it was told that the renewal after it could not be paid."""
    gave_way_to: Mapped[UUID | None] = mapped_column(ForeignKey("subscription.id"))
    """What took its place when an order stopped it; refunded, this one goes on."""
    created_at: Mapped[datetime]
    sold_by: Mapped[str] = mapped_column(default="", server_default="")
    """The name of who sold or bought it; `system` renewed it."""

    reason: Mapped[str] = mapped_column(default="", server_default="")
    """Why staff gave it."""

    @property
    def paid(self) -> Money:
        """What it truly cost its payer."""
        return Money(self.paid_minor, self.asset)

    @property
    def is_refundable(self) -> bool:
        """Whether a stop gives something back: free and shop periods do not."""
        return self.source in {Source.BALANCE, Source.CREDITS}

    @property
    def paid_until(self) -> datetime:
        """The end that was paid for."""
        return self.cut_from or self.ends_at

    def cut(self, ends_at: datetime, *, by: str, reason: str) -> None:
        """End earlier than what was paid for, as somebody of the staff says."""
        self.is_odd, self.cut_from, self.ends_at = True, self.paid_until, ends_at
        self.closed_by, self.close_reason = by, reason

    def close(self, now: datetime, *, by: str, reason: str = "") -> None:
        """End before its time, by somebody who may have said why."""
        self.closed_at, self.closed_by, self.close_reason = now, by, reason

    def give_back(self, refund: Money, transfer_id: UUID, now: datetime) -> None:
        """Note what went back, when, and by which transfer."""
        self.refunded_minor = refund.amount_minor
        self.refund_transfer_id = transfer_id
        self.refunded_at = now

    @property
    def refunded(self) -> Money:
        """What went back to who paid."""
        return Money(self.refunded_minor, self.asset)

    def move(self, starts_at: datetime, ends_at: datetime) -> None:
        """Begin and end elsewhere, where another one was taken back."""
        if self.cut_from is not None:
            self.cut_from += ends_at - self.ends_at
        self.starts_at, self.ends_at = starts_at, ends_at

    def resume(
        self, subscription_id: UUID, starts_at: datetime, ends_at: datetime
    ) -> None:
        """Go on in another subscription, where what it gave way to was taken back."""
        self.subscription_id = subscription_id
        self.closed_at, self.closed_by, self.close_reason = None, "", ""
        self.move(starts_at, ends_at)


class RenewalSwitch(Record):
    """Whether a user renews by itself; without a row it does not."""

    __tablename__ = "renewal_switch"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    renews: Mapped[bool]
    changed_at: Mapped[datetime]
