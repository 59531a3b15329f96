"""Which seats of an order a refund pays back, by what the shop says of it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from billing.webshops.messages import Purpose, RefundedLine
from billing.webshops.models import OrderEffect, OrderSeat, ShopOrderRecord
from billing.webshops.reversal import (
    SeatShare,
    is_paid_back,
    seats_by_amount,
    seats_by_line,
)
from lineup.money import Money


def seats_paid_back(
    order: ShopOrderRecord, seats: Sequence[OrderSeat], refund: OrderEffect
) -> list[UUID] | None:
    """The seats that a refund pays back, perhaps none; None where it is not plain."""
    live = [seat for seat in seats if seat.is_live]
    shares = _shares(order, live)
    if refund.lines:
        return _paid_back_by_line(order, seats, shares, refund)
    if refund.asset != order.currency or refund.purpose == Purpose.GOODWILL:
        return None
    if refund.purpose == Purpose.EXTRAS:
        return [] if refund.amount_minor <= sum(order.extras) else None
    removed = _shares(order, [seat for seat in live if seat.is_removed])
    if removed:
        fits = [each for each in (removed, shares) if _whole(each) == refund.amount]
        return [share.seat_id for share in fits[0]] if fits else None
    extras = [Money(minor, order.currency) for minor in order.extras]
    return seats_by_amount(shares, refund.amount, extras)


def _paid_back_by_line(
    order: ShopOrderRecord,
    seats: Sequence[OrderSeat],
    shares: Sequence[SeatShare],
    refund: OrderEffect,
) -> list[UUID] | None:
    """The pieces that a refund names, where the money that went back is theirs."""
    lines = [RefundedLine(line_id=line, quantity=count) for line, count in refund.lines]
    known = {seat.shop_line_id for seat in seats}
    if any(line.line_id not in known for line in lines):
        return None
    taken = seats_by_line(shares, lines)
    cost = [share for share in shares if share.seat_id in taken]
    is_little = not is_paid_back(cost, refund.amount)
    return None if refund.asset == order.currency and is_little else taken


def _shares(order: ShopOrderRecord, seats: Iterable[OrderSeat]) -> list[SeatShare]:
    return [
        SeatShare(
            seat_id=seat.id,
            line_id=seat.shop_line_id,
            number=seat.number,
            amount=Money(seat.amount_minor, order.currency),
        )
        for seat in seats
    ]


def _whole(shares: Sequence[SeatShare]) -> Money:
    return sum((share.amount for share in shares[1:]), shares[0].amount)
