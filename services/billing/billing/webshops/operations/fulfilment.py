"""After accounts found a user for each seat: subscriptions start."""

from uuid import UUID

from sqlalchemy import select

from billing.subscriptions import operations as subscriptions
from billing.subscriptions.operations import OrderSale
from billing.webshops.models import OrderSeat, ShopOrderRecord
from billing.webshops.operations.settlement import conclude, seats_of
from billing.webshops.states import SeatState
from lineup.contracts.accounts import SeatsFilled
from lineup.database import Work
from lineup.errors import Refusal
from lineup.money import Money


def fill_seats(work: Work, filled: SeatsFilled) -> None:
    """Start a subscription for every waiting seat; what was reversed stays so (WS-11).

    A seat that cannot be served is held with the reason; the others go on.
    """
    statement = select(ShopOrderRecord).where(ShopOrderRecord.id == filled.id)
    order = work.session.scalar(statement.with_for_update())
    if order is None:
        return
    order.customer_id = filled.customer_id
    users = {each.seat_id: each.user_id for each in filled.seats}
    seats = seats_of(work, order)
    for seat in seats:
        if seat.id in users and seat.state == SeatState.WAITING:
            _fill(work, seat, _sale(order, seat, users[seat.id], filled))
    conclude(work, order, seats)


def _fill(work: Work, seat: OrderSeat, sale: OrderSale) -> None:
    try:
        with work.session.begin_nested():
            subscriptions.start_for_order(work, sale)
    except Refusal as refusal:
        seat.hold(refusal.code, work.now)
    else:
        seat.fill(sale.user_id, work.now)


def _sale(
    order: ShopOrderRecord, seat: OrderSeat, user_id: UUID, filled: SeatsFilled
) -> OrderSale:
    if seat.plan_id is None:
        raise LookupError(f"Seat {seat.id} waits without a plan.")
    return OrderSale(
        order_id=order.id,
        seat_id=seat.id,
        user_id=user_id,
        customer_id=filled.customer_id,
        customer_scope=filled.scope,
        plan_id=seat.plan_id,
        paid=Money(seat.amount_minor, order.currency),
        shop_id=order.shop_id,
        order_number=order.number,
    )
