"""Tables of the orders of webshops: seats, effects, what people settled."""

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
    inspect,
    literal_column,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from billing.records import Record
from billing.webshops.dates import ShopTime, is_in_use
from billing.webshops.messages import (
    OWN_STATUS,
    OrderDispute,
    PaymentStatus,
    Repeats,
    ShopOrder,
)
from billing.webshops.seat_models import OrderEffect, OrderSeat
from billing.webshops.shop_models import (
    CHANGEOVER,
    ShopConnection,
    ShopDelivery,
    ignored_as,
)
from billing.webshops.states import Reason, order_state_of
from lineup.contracts.billing.orders import OrderState
from lineup.database import Timestamped
from lineup.money import Money

HELD_BACK = "on-hold"
"""The dispute of an order whose shop says no more than that it waits again."""

__all__ = [
    "CHANGEOVER",
    "OrderClosing",
    "OrderEffect",
    "OrderSeat",
    "ShopConnection",
    "ShopDelivery",
    "ShopOrderRecord",
    "ignored_as",
    "needs_attention",
]


class ShopOrderRecord(Timestamped, Record):
    """One order of a shop and what became of it."""

    __tablename__ = "shop_order"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id", name="uq_shop_order"),
        Index("ix_shop_order_state", "state"),
        Index("ix_shop_order_shop_id", "shop_id", "id"),
        Index("ix_shop_order_external_id", "partner_id", "external_id"),
        Index(
            "ix_shop_order_shop_parent_id",
            "shop_id",
            "shop_parent_id",
            postgresql_where=text("shop_parent_id <> ''"),
        ),
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
            "ix_shop_order_shop_customer_id",
            "shop_id",
            "shop_customer_id",
            postgresql_where=text("shop_customer_id <> ''"),
        ),
        Index(
            "ix_shop_order_subscription_id",
            "shop_id",
            "subscription_id",
            postgresql_where=text("subscription_id <> ''"),
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
    paid_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    """How much of the total is known to be paid; refunds are not taken off."""
    extras: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    """Minor units that were charged beside the lines: shipping, fees, tips."""
    problem: Mapped[str] = mapped_column(default="", server_default="")
    """Why it cannot be served by itself, as `code: detail`, by its newest payload."""
    keeps_money: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )
    """It is cancelled, and the shop says that its money stayed there."""
    shop_parent_id: Mapped[str] = mapped_column(default="", server_default="")
    """The shop's order of which it is one vendor's part."""
    shop_key: Mapped[str] = mapped_column(default="", server_default="")
    """A random name that no other order of any shop has."""
    buyer: Mapped[dict[str, Any]]
    standing: Mapped[int]
    """What the newest payload says (messages.PaymentStatus)."""
    modified_at: Mapped[datetime | None] = mapped_column(ShopTime)
    """The shop's time of the newest payload; None: only refunds are known."""
    is_paid: Mapped[bool]
    """Some payload proved payment; never unlearned."""
    is_test: Mapped[bool]
    is_deleted_at_shop: Mapped[bool]
    is_accepted: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )
    """People let it be served as it is."""
    disputes: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default=text("'{}'")
    )
    """What each open dispute of its payment is about, by the shop's id of it."""
    holds_users_back: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )
    """Whether its users are switched off for a dispute."""
    exceptions: Mapped[list[str]]
    customer_id: Mapped[UUID | None]
    is_erased: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Its customer's personal data is erased: who bought is not learned again."""
    shop_customer_id: Mapped[str] = mapped_column(default="", server_default="")
    """As the shop knows the buyer; empty: a guest."""
    subscription_id: Mapped[str] = mapped_column(default="", server_default="")
    """As the shop knows what the order renews; empty: it does not say."""
    is_renewal: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )
    """The shop made it by itself, to run on what was bought before."""
    created_at: Mapped[datetime]

    @property
    def is_unsaved(self) -> bool:
        """Whether this transaction is the first to hear of it and has not written it:
        no seat, refund or closing of it is in any table.
        """
        return bool(inspect(self).pending)

    @property
    def total(self) -> Money:
        """What the buyer paid, shipping and taxes included."""
        return Money(self.total_minor, self.currency)

    def is_older(self, message: ShopOrder) -> bool:
        """Whether the message is behind what is known; equal times: the lower rank."""
        if self.modified_at is None or not is_in_use(self.modified_at):
            return False
        if message.modified_at is None:
            return True
        known = (self.modified_at, self.standing)
        return (message.modified_at, message.standing) < known

    def is_behind(self, message: ShopOrder) -> bool:
        """Whether the message says more than is known; equal times: the higher rank."""
        if self.modified_at is None or message.modified_at is None:
            return True
        known = (self.modified_at, self.standing)
        return (message.modified_at, message.standing) > known

    def learn(self, message: ShopOrder) -> None:
        """Take over what a payload says; an older one only proves payment."""
        is_older = self.is_older(message)
        if message.proves_payment and self._is_payment(message, is_older=is_older):
            self.paid_minor = max(self.paid_minor, message.total.amount_minor)
        self.is_paid = self.is_paid or message.proves_payment
        self.is_test = self.is_test or message.is_test
        if not is_older:
            self.number = message.number
            self.currency = message.total.asset or self.currency
            self.extras = [extra.amount_minor for extra in message.extras]
            self.problem, self.keeps_money = message.problem, message.keeps_money
            self.shop_parent_id, self.shop_key = message.parent_id, message.key
            self.total_minor = message.total.amount_minor
            self.buyer = vars(message.buyer).copy()
            self._learn_repeats(message.repeats)
            self._dispute(HELD_BACK, self.number if message.is_held_back else "")
            self.standing = message.standing
            self.modified_at = message.modified_at

    def learn_dispute(self, dispute: OrderDispute) -> None:
        """Note that its payment is disputed, or is no longer."""
        self._dispute(dispute.id, "" if dispute.is_over else f"{dispute.amount}")

    def _dispute(self, dispute_id: str, about: str) -> None:
        others = {key: said for key, said in self.disputes.items() if key != dispute_id}
        self.disputes = others | ({dispute_id: about} if about else {})

    @property
    def disputed(self) -> list[str]:
        """Each open dispute, as an exception of the order."""
        return [
            f"disputed: {about}" + (f" ({key})" if key != HELD_BACK else "")
            for key, about in self.disputes.items()
        ]

    def _is_payment(self, message: ShopOrder, *, is_older: bool) -> bool:
        """Whether all of the total that a message of payment names was paid.

        Once paid, a total that grew is paid where the shop says so, or where it had
        waited for money in between.
        """
        if not self.is_paid or self.is_unreadable:
            return True
        waited = PaymentStatus(self.standing) is PaymentStatus.OPEN
        return not is_older and (message.is_settled or waited)

    @property
    def is_unreadable(self) -> bool:
        """Whether something that serving needs could not be read."""
        return bool(self.problem) and not self.own_status

    @property
    def own_status(self) -> str:
        """The status of the shop's own making in which it is; mostly none."""
        code, _, status = self.problem.partition(": ")
        return status if code == OWN_STATUS else ""

    def _learn_repeats(self, repeats: Repeats) -> None:
        self.shop_customer_id = repeats.customer_id
        self.subscription_id = repeats.subscription_id
        self.is_renewal = repeats.is_renewal

    @property
    def buyer_name(self) -> str:
        """Who bought, as the shop says."""
        names = (self.buyer.get("first_name", ""), self.buyer.get("last_name", ""))
        return " ".join(name for name in names if name)

    def is_void(self, refunded: Money) -> bool:
        """Whether nothing of it is to be served: cancelled, or all money went back."""
        if PaymentStatus(self.standing).is_void:
            return True
        known = self.modified_at is not None and refunded.asset == self.currency
        whole = max(self.total_minor, self.paid_minor)
        return known and bool(refunded) and whole <= refunded.amount_minor

    def why_void(self, refunded: Money) -> Reason:
        """Why nothing of it is to be served: money went back, or it is cancelled."""
        is_cancelled = PaymentStatus(self.standing) is PaymentStatus.CANCELLED
        return Reason.CANCELLED if is_cancelled and not refunded else Reason.REFUND

    def settle(self, seats: Iterable[OrderSeat], *, is_void: bool) -> None:
        """Say how far the order is, from its seats and what is listed of it."""
        states = {seat.state for seat in seats}
        state = order_state_of(states, is_paid=self.is_paid, is_void=is_void)
        is_closed = state == OrderState.EXCEPTION and not self.exceptions
        self.state = OrderState.CLOSED if is_closed else state


class OrderClosing(Record):
    """An exception of an order that people settled; it stays to be told."""

    __tablename__ = "shop_closing"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("shop_order.id"), index=True)
    exception: Mapped[str]
    settlement: Mapped[str]
    note: Mapped[str]
    closed_by: Mapped[str]
    closed_at: Mapped[datetime]
    hides: Mapped[bool]
    """Whether the exception is still there and only not listed any more."""


def needs_attention() -> ColumnElement[bool]:
    """Which orders people must look at, also those whose other lines are served."""
    has_exceptions = func.jsonb_array_length(ShopOrderRecord.exceptions) > 0
    return or_(ShopOrderRecord.state == OrderState.EXCEPTION, has_exceptions)
