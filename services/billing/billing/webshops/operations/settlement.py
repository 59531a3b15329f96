"""Settling an order: seats reversed or accepted, its state said, users asked for."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from billing.catalog import operations as catalog
from billing.catalog.models import Plan
from billing.subscriptions import operations as subscriptions
from billing.webshops.messages import RefundedLine
from billing.webshops.models import (
    OrderEffect,
    OrderSeat,
    ShopConnection,
    ShopOrderRecord,
)
from billing.webshops.reversal import SeatShare, seats_by_amount, seats_by_line
from billing.webshops.states import Effect, SeatState
from lineup.contracts.billing import Buyer, OrderAccepted, Seat
from lineup.database import Work
from lineup.money import Money


def settle(work: Work, shop: ShopConnection, order: ShopOrderRecord) -> None:
    """Do what follows from all that is known of a locked order, and no more than once.

    What was refunded goes first, so that nobody is served who was paid back already.
    """
    seats = seats_of(work, order)
    refunds = _refunds_of(work, order)
    if order.is_void(_sum(refunds, order.currency)):
        reverse(work, [seat for seat in seats if seat.is_live])
    elif order.is_paid:
        _apply(work, order, seats, refunds)
        _review(work, shop, order, seats)
    conclude(work, order, seats)


def conclude(work: Work, order: ShopOrderRecord, seats: Sequence[OrderSeat]) -> None:
    """Say how far an order is, and what of it people must look at."""
    refunds = _refunds_of(work, order)
    is_void = order.is_void(_sum(refunds, order.currency))
    order.settle(seats, is_void=is_void)
    order.exceptions = _exceptions(order, seats, [] if is_void else refunds)
    work.session.flush()


def seats_of(work: Work, order: ShopOrderRecord) -> Sequence[OrderSeat]:
    """Every seat of an order, line by line."""
    statement = select(OrderSeat).where(OrderSeat.order_id == order.id)
    ordered = statement.order_by(OrderSeat.line_id, OrderSeat.number)
    return work.session.scalars(ordered).all()


def reverse(work: Work, seats: Iterable[OrderSeat]) -> None:
    """Take seats back: a subscription that was started for one ends now (WS-11)."""
    for seat in seats:
        if seat.state == SeatState.FILLED:
            subscriptions.reverse_for_order(work, seat.id)
        seat.reverse(work.now)


def announce(work: Work, order: ShopOrderRecord, seats: Sequence[OrderSeat]) -> None:
    """Ask accounts for a user for each seat that is to be served."""
    order.version += 1
    work.announce(order_state(order, seats))


def order_state(order: ShopOrderRecord, seats: Sequence[OrderSeat]) -> OrderAccepted:
    """An accepted order as others see it: every seat that is to be served."""
    return OrderAccepted(
        id=order.id,
        version=order.version,
        partner_id=order.partner_id,
        scope=order.scope,
        buyer=Buyer(**order.buyer),
        seats=[
            Seat(id=seat.id, name=seat.name, username=seat.username)
            for seat in seats
            if seat.is_wanted
        ],
    )


def _refunds_of(work: Work, order: ShopOrderRecord) -> Sequence[OrderEffect]:
    statement = select(OrderEffect).where(
        OrderEffect.shop_id == order.shop_id,
        OrderEffect.external_order_id == order.external_id,
        OrderEffect.effect == Effect.REFUND,
    )
    fresh = statement.order_by(OrderEffect.noted_at, OrderEffect.refund_id)
    return work.session.scalars(fresh).all()


def _sum(refunds: Iterable[OrderEffect], asset: str) -> Money:
    amounts = (refund.amount for refund in refunds if refund.asset == asset)
    return sum(amounts, Money.zero(asset))


def _apply(
    work: Work,
    order: ShopOrderRecord,
    seats: Sequence[OrderSeat],
    refunds: Iterable[OrderEffect],
) -> None:
    """Take back what each refund not yet applied pays for."""
    for refund in refunds:
        if refund.applied_at is None:
            taken = _seats_paid_back(order, seats, refund)
            if taken is None:
                refund.problem = "refund_unclear"
                continue
            reverse(work, [seat for seat in seats if seat.id in taken])
            refund.apply(work.now)


def _seats_paid_back(
    order: ShopOrderRecord, seats: Sequence[OrderSeat], refund: OrderEffect
) -> list[UUID] | None:
    shares = [
        SeatShare(
            seat_id=seat.id,
            line_id=seat.line_id,
            number=seat.number,
            amount=Money(seat.amount_minor, order.currency),
        )
        for seat in seats
        if seat.is_live
    ]
    lines = [RefundedLine(line_id=line, quantity=count) for line, count in refund.lines]
    if lines:
        return seats_by_line(shares, lines)
    return seats_by_amount(shares, refund.amount)


def _review(
    work: Work,
    shop: ShopConnection,
    order: ShopOrderRecord,
    seats: Sequence[OrderSeat],
) -> None:
    """Accept every held line that nothing speaks against; the others stay (WS-07)."""
    accepted = False
    for line_id in sorted({seat.line_id for seat in seats if seat.is_held}):
        line = [seat for seat in seats if seat.line_id == line_id]
        plan = catalog.find_plan_by_sku(work, shop.partner_id, line[0].sku)
        problem = _problem(shop, order, line, plan)
        for seat in line:
            if seat.is_held and plan is not None and not problem:
                seat.accept(plan.id, work.now)
                accepted = True
            elif seat.is_held:
                seat.hold(problem, work.now)
    if accepted:
        announce(work, order, seats)


def _problem(
    shop: ShopConnection,
    order: ShopOrderRecord,
    line: Sequence[OrderSeat],
    plan: Plan | None,
) -> str:
    """Why a paid line cannot be served by itself; empty when it can."""
    if order.is_test:
        return "test_order"
    if order.currency != shop.currency:
        return "wrong_currency"
    if "@" not in order.buyer.get("email", ""):
        return "no_email"
    if plan is None:
        return "unknown_sku" if line[0].sku else "no_sku"
    if plan.price.asset != order.currency:
        return "wrong_currency"
    paid = sum(seat.amount_minor for seat in line)
    is_low = paid < plan.price_minor * len(line)
    return "low_amount" if is_low and not shop.accepts_low_amounts else ""


def _exceptions(
    order: ShopOrderRecord,
    seats: Sequence[OrderSeat],
    refunds: Iterable[OrderEffect],
) -> list[str]:
    """What people must look at, each as `code: what it is about`."""
    lines = dict.fromkeys(
        f"{seat.problem}: {seat.sku or seat.name}" for seat in seats if seat.is_held
    )
    unclear = [
        f"{refund.problem}: {refund.amount} ({refund.refund_id})"
        for refund in refunds
        if refund.applied_at is None and refund.problem
    ]
    gone = order.is_deleted_at_shop and any(seat.is_live for seat in seats)
    deleted = [f"deleted_at_shop: {order.number}"] if gone else []
    empty = order.is_paid and not seats
    nothing = [f"no_lines: {order.number}"] if empty else []
    return [*lines, *unclear, *deleted, *nothing]
