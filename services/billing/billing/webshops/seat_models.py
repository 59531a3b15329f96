"""Tables of what orders are made of: seats to be served, and what happened to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from billing.records import Record
from billing.webshops.states import Reason, SeatState
from lineup.money import Money

DEVICE_PROBLEMS = {"mac_taken", "mac_invalid"}


class OrderSeat(Record):
    """One piece of one line of an order: one user to be served."""

    __tablename__ = "shop_seat"
    __table_args__ = (
        UniqueConstraint("order_id", "line_id", "number", name="uq_shop_seat"),
        Index(
            "ix_shop_seat_scheduled",
            "id",
            postgresql_where=text("state = 'scheduled'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("shop_order.id"))
    line_id: Mapped[str]
    number: Mapped[int]
    """From 0 within its line."""
    sku: Mapped[str]
    name: Mapped[str]
    username: Mapped[str]
    device_mac: Mapped[str] = mapped_column(default="", server_default="")
    """As the buyer wrote it."""
    amount_minor: Mapped[int]
    """What the buyer paid for it, taxes included; the shares of a line add up."""
    state: Mapped[str]
    problem: Mapped[str] = mapped_column(default="")
    plan_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    """Who has it, had it, or is to have it: remembered, or chosen by people."""
    unreadable: Mapped[str] = mapped_column(default="", server_default="")
    """The code of what of its line could not be read."""
    is_removed: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )
    """The shop's order has it no longer, and no money is known to have gone back."""
    why_reversed: Mapped[str] = mapped_column(default="", server_default="")
    changed_at: Mapped[datetime]

    @property
    def shop_line_id(self) -> str:
        """The shop's own id of its line, whatever that sold at first."""
        return self.line_id.partition("/")[0]

    @property
    def is_paid_back(self) -> bool:
        """Whether money went back for it, or is taken to have; it stays so."""
        kept = (Reason.CANCELLED, Reason.REMOVED)
        return self.state == SeatState.REVERSED and self.why_reversed not in kept

    @property
    def is_sold(self) -> bool:
        """Whether what was paid for it was, or is to be, booked for it."""
        return self.is_taken_up or self.is_paid_back

    @property
    def is_taken_up(self) -> bool:
        """Whether a user has it, or will."""
        return self.is_wanted or self.state == SeatState.SCHEDULED

    @property
    def is_held(self) -> bool:
        """Whether something must be settled first."""
        return self.state == SeatState.HELD

    @property
    def is_closed(self) -> bool:
        """Whether it is settled without being served."""
        return self.state == SeatState.CLOSED

    @property
    def needs_attention(self) -> bool:
        """Whether people must look at it: held, or done with but for something."""
        is_done = self.state in (SeatState.FILLED, SeatState.REVERSED)
        return self.is_held or (is_done and bool(self.problem))

    @property
    def exception(self) -> str:
        """What people must look at, as `code: what it is about`; empty: nothing."""
        return f"{self.problem}: {self.subject}" if self.needs_attention else ""

    @property
    def subject(self) -> str:
        """What its problem is about, in the buyer's own words."""
        if self.problem == "unknown_user":
            return self.username
        if self.problem in DEVICE_PROBLEMS:
            return self.device_mac
        return self.sku or self.name

    @property
    def is_wanted(self) -> bool:
        """Whether a user is to have it, or has it."""
        return self.state in (SeatState.WAITING, SeatState.FILLED)

    @property
    def is_live(self) -> bool:
        """Whether it was not taken back."""
        return self.state != SeatState.REVERSED

    def accept(self, plan_id: UUID, now: datetime) -> None:
        """It is a plan's; a user is wanted."""
        self._move(SeatState.WAITING, now)
        self.plan_id, self.problem = plan_id, ""

    def put_on_hold(self, problem: str, now: datetime) -> None:
        """Something must be settled by people first."""
        self._move(SeatState.HELD, now)
        self.problem = problem

    def fill(self, user_id: UUID, now: datetime, *, problem: str = "") -> None:
        """Its user is served; `problem` says what went wrong beside it."""
        self._move(SeatState.FILLED, now)
        self.user_id, self.problem = user_id, problem

    def serve(self, plan_id: UUID, user_id: UUID | None, now: datetime) -> None:
        """People say what it is to be, whatever spoke against it."""
        self.accept(plan_id, now)
        self.username, self.user_id = "", user_id

    def close(self, now: datetime) -> None:
        """People settled it: it is not served by itself."""
        self._move(SeatState.CLOSED, now)

    def remark(self, problem: str) -> None:
        """Say what went wrong beside it; nothing: an empty text."""
        self.problem = problem

    def settle_remark(self) -> None:
        """What went wrong beside it was seen by people."""
        self.problem = ""

    def clear_user(self) -> None:
        """Whom it was to run on is not served: another one is to be found."""
        self.user_id = None

    def schedule(self, user_id: UUID, now: datetime) -> None:
        """Its user is known, and has it when what runs has ended."""
        self._move(SeatState.SCHEDULED, now)
        self.user_id, self.problem = user_id, ""

    def reverse(self, now: datetime, why: Reason = Reason.REFUND) -> None:
        """Nobody is to have it."""
        self._move(SeatState.REVERSED, now)
        self.problem, self.why_reversed = "", why

    def _move(self, state: SeatState, now: datetime) -> None:
        self.state, self.changed_at = state, now


class OrderEffect(Record):
    """Something that happened to an order, once: the key against every repeat."""

    __tablename__ = "shop_effect"

    shop_id: Mapped[UUID] = mapped_column(
        ForeignKey("shop_connection.id"), primary_key=True
    )
    external_order_id: Mapped[str] = mapped_column(primary_key=True)
    effect: Mapped[str] = mapped_column(primary_key=True)
    refund_id: Mapped[str] = mapped_column(primary_key=True, default="")
    amount_minor: Mapped[int] = mapped_column(default=0)
    asset: Mapped[str] = mapped_column(default="")
    lines: Mapped[list[Any]] = mapped_column(default=list)
    """Of a refund: [line id, pieces] pairs, where the shop says them."""
    purpose: Mapped[str] = mapped_column(default="", server_default="")
    """What the shop says a refund is for (messages.Purpose)."""
    noted_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    """None while the order it refunds is not known to be paid, or it is unclear."""
    problem: Mapped[str] = mapped_column(default="")

    def apply(self, now: datetime) -> None:
        """What it pays back is taken back."""
        self.applied_at, self.problem = now, ""

    @property
    def exception(self) -> str:
        """What people must look at, as `code: what it is about`; empty: nothing."""
        if self.applied_at is not None or not self.problem:
            return ""
        return f"{self.problem}: {self.amount} ({self.refund_id})"

    @property
    def amount(self) -> Money:
        """The money of a refund."""
        return Money(self.amount_minor, self.asset)
