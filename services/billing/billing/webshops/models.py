"""Tables of the webshops: connections, deliveries, orders, seats, effects."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    func,
    literal_column,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from billing.records import Record
from billing.webshops.messages import ShopOrder, Standing
from billing.webshops.states import DeliveryState, SeatState, order_state
from lineup.contracts.billing import OrderState
from lineup.money import Money
from lineup.secrets import Sealed


class ShopConnection(Record):
    """One shop of a partner; its id is the random part of the webhook's address."""

    __tablename__ = "shop_connection"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    partner_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(index=True)
    secret: Mapped[Sealed]
    previous_secret: Mapped[Sealed | None]
    currency: Mapped[str]
    shop_domain: Mapped[str]
    accepts_low_amounts: Mapped[bool]
    refused_deliveries: Mapped[int] = mapped_column(default=0, server_default="0")
    """Deliveries with a wrong or no signature; nothing else of them is kept."""
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """Switched off, its deliveries are parked instead of worked on."""
    created_at: Mapped[datetime]

    @property
    def webhook_path(self) -> str:
        """Where the shop delivers to."""
        return f"/webhooks/{self.kind}/{self.id}"

    def change_secret(self, sealed: Sealed) -> None:
        """Expect another secret; the one so far stays good beside it."""
        self.previous_secret, self.secret = self.secret, sealed

    def is_source(self, host: str) -> bool:
        """Whether a delivery that says it is from `host` may be this shop's.

        Copies of a shop (staging) sign with the same secret. Shopify always names
        its domain; WooCommerce's is compared where a domain was given.
        """
        if not self.shop_domain:
            return True
        return host.removeprefix("www.") == self.shop_domain.removeprefix("www.")


class ShopDelivery(Record):
    """One authentic delivery as it came: the raw body, kept before the answer."""

    __tablename__ = "shop_delivery"
    __table_args__ = (
        UniqueConstraint("shop_id", "delivery_key", "digest", name="uq_shop_delivery"),
        Index(
            "ix_shop_delivery_parked",
            "shop_id",
            postgresql_where=text("state = 'parked'"),
        ),
        Index("ix_shop_delivery_received_at", "received_at"),
        Index("ix_shop_delivery_shop_id", "shop_id", "id"),
        Index(
            "ix_shop_delivery_order_id",
            "order_id",
            postgresql_where=text("order_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop_connection.id"))
    delivery_key: Mapped[str]
    digest: Mapped[bytes]
    """SHA-256 of the body."""
    topic: Mapped[str]
    source: Mapped[str]
    is_test: Mapped[bool]
    body: Mapped[bytes]
    received_at: Mapped[datetime]
    state: Mapped[str]
    problem: Mapped[str] = mapped_column(default="")
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("shop_order.id"))
    """The order it told of, once it is worked on."""

    def finish(self, order_id: UUID | None) -> None:
        """It is worked on; `order_id` names the order it told of."""
        self.state, self.problem = DeliveryState.DONE, ""
        self.order_id = order_id

    def park(self, problem: str) -> None:
        """Leave it to people: authentic, but nothing can be done by itself."""
        self.state, self.problem = DeliveryState.PARKED, problem


class OrderSeat(Record):
    """One piece of one line of an order: one user to be served."""

    __tablename__ = "shop_seat"
    __table_args__ = (
        UniqueConstraint("order_id", "line_id", "number", name="uq_shop_seat"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("shop_order.id"))
    line_id: Mapped[str]
    number: Mapped[int]
    """From 0 within its line."""
    sku: Mapped[str]
    name: Mapped[str]
    username: Mapped[str]
    amount_minor: Mapped[int]
    """What the buyer paid for it, taxes included; the shares of a line add up."""
    state: Mapped[str]
    problem: Mapped[str] = mapped_column(default="")
    plan_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    changed_at: Mapped[datetime]

    @property
    def is_held(self) -> bool:
        """Whether something must be settled first."""
        return self.state == SeatState.HELD

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

    def hold(self, problem: str, now: datetime) -> None:
        """Something must be settled by people first."""
        self._move(SeatState.HELD, now)
        self.problem = problem

    def fill(self, user_id: UUID, now: datetime) -> None:
        """Its user is known."""
        self._move(SeatState.FILLED, now)
        self.user_id = user_id

    def reverse(self, now: datetime) -> None:
        """The money went back."""
        self._move(SeatState.REVERSED, now)
        self.problem = ""

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
    noted_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    """None while the order it refunds is not known to be paid, or it is unclear."""
    problem: Mapped[str] = mapped_column(default="")

    def apply(self, now: datetime) -> None:
        """What it pays back is taken back."""
        self.applied_at, self.problem = now, ""

    @property
    def amount(self) -> Money:
        """The money of a refund."""
        return Money(self.amount_minor, self.asset)


class ShopOrderRecord(Record):
    """One order of a shop and what became of it."""

    __tablename__ = "shop_order"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id", name="uq_shop_order"),
        Index("ix_shop_order_state", "state"),
        Index("ix_shop_order_shop_id", "shop_id", "id"),
        Index(
            "ix_shop_order_number",
            literal_column("lower(number)").label("lowered"),
            postgresql_ops={"lowered": "text_pattern_ops"},
        ),
        Index(
            "ix_shop_order_email",
            literal_column("lower(buyer ->> 'email')").label("lowered"),
            postgresql_ops={"lowered": "text_pattern_ops"},
        ),
        Index(
            "ix_shop_order_customer_id",
            "customer_id",
            postgresql_where=text("customer_id IS NOT NULL"),
        ),
        Index(
            "ix_shop_order_exception",
            "id",
            postgresql_where=text(
                "state = 'exception' OR jsonb_array_length(exceptions) > 0"
            ),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop_connection.id"))
    external_id: Mapped[str]
    number: Mapped[str]
    partner_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    currency: Mapped[str]
    total_minor: Mapped[int]
    buyer: Mapped[dict[str, Any]]
    standing: Mapped[int]
    """What the newest payload says (messages.Standing)."""
    modified_at: Mapped[datetime | None]
    """The shop's time of the newest payload; None: only refunds are known."""
    is_paid: Mapped[bool]
    """Some payload proved payment; never unlearned."""
    is_test: Mapped[bool]
    is_deleted_at_shop: Mapped[bool]
    exceptions: Mapped[list[str]]
    customer_id: Mapped[UUID | None]
    created_at: Mapped[datetime]

    @property
    def total(self) -> Money:
        """What the buyer paid, shipping and taxes included."""
        return Money(self.total_minor, self.currency)

    def is_older(self, message: ShopOrder) -> bool:
        """Whether the message is behind what is known; equal times: the lower rank."""
        if self.modified_at is None:
            return False
        known = (self.modified_at, self.standing)
        return (message.modified_at, message.standing) < known

    def learn(self, message: ShopOrder) -> None:
        """Take over what a payload says; an older one only proves payment (WS-13)."""
        self.is_paid = self.is_paid or message.proves_payment
        self.is_test = self.is_test or message.is_test
        if not self.is_older(message):
            self.number = message.number
            self.currency = message.total.asset
            self.total_minor = message.total.amount_minor
            self.buyer = vars(message.buyer).copy()
            self.standing = message.standing
            self.modified_at = message.modified_at

    @property
    def buyer_name(self) -> str:
        """Who bought, as the shop says."""
        names = (self.buyer.get("first_name", ""), self.buyer.get("last_name", ""))
        return " ".join(name for name in names if name)

    def is_void(self, refunded: Money) -> bool:
        """Whether nothing of it is to be served: cancelled, or all money went back."""
        if Standing(self.standing).is_void:
            return True
        known = self.modified_at is not None and refunded.asset == self.currency
        return known and bool(refunded) and self.total <= refunded

    def settle(self, seats: Iterable[OrderSeat], *, is_void: bool) -> None:
        """Say how far the order is, from its seats."""
        states = {seat.state for seat in seats}
        self.state = order_state(states, is_paid=self.is_paid, is_void=is_void)


def wants_a_look() -> ColumnElement[bool]:
    """Which orders people must look at, also those whose other lines are served."""
    has_exceptions = func.jsonb_array_length(ShopOrderRecord.exceptions) > 0
    return or_(ShopOrderRecord.state == OrderState.EXCEPTION, has_exceptions)
