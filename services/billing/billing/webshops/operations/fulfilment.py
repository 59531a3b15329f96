"""After accounts found a user for each seat: subscriptions start."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import select

from billing.subscriptions import operations as subscriptions
from billing.subscriptions.operations import AfterwardsOnly, OrderSale
from billing.webshops.models import OrderSeat, ShopConnection, ShopOrderRecord
from billing.webshops.operations.settlement import announce, conclude, seats_of
from billing.webshops.operations.user_matching import buyer_of
from billing.webshops.states import SeatState
from lineup.contracts.accounts.orders import FilledSeat, SeatsFilled
from lineup.contracts.billing.shops import OtherProduct
from lineup.database import Database, UnitOfWork
from lineup.database.faults import FAULTS
from lineup.errors import Refusal
from lineup.money import Money

SCHEDULED_AT_ONCE = 200

log = structlog.get_logger(__name__)


def fill_seats(work: UnitOfWork, filled: SeatsFilled) -> None:
    """Start a subscription for every waiting seat; what was reversed stays so.

    A seat that cannot be served is held with the reason; the others go on.
    """
    statement = select(ShopOrderRecord).where(ShopOrderRecord.id == filled.id)
    order = work.session.scalar(statement.with_for_update())
    if order is None:
        return
    users = {each.seat_id: each for each in filled.seats}
    problems = {each.seat_id: each.problem for each in filled.unfilled}
    seats = seats_of(work, order)
    for seat in seats:
        if seat.state != SeatState.WAITING:
            continue
        if seat.id in users:
            _fill(work, order, seat, users[seat.id], filled)
        elif seat.id in problems:
            seat.clear_user()
            seat.put_on_hold(problems[seat.id], work.now)
    order.customer_id = filled.customer_id or order.customer_id
    conclude(work, order, seats)


def _fill(
    work: UnitOfWork,
    order: ShopOrderRecord,
    seat: OrderSeat,
    user: FilledSeat,
    filled: SeatsFilled,
) -> None:
    try:
        with work.session.begin_nested():
            sale = _sale(work, order, seat, user, filled)
            subscriptions.start_for_order(work, sale)
    except AfterwardsOnly:
        subscriptions.let_end(work, [user.user_id])
        seat.schedule(user.user_id, work.now)
    except Refusal as refusal:
        seat.put_on_hold(refusal.code, work.now)
    except FAULTS:
        raise
    except Exception:
        seat.put_on_hold("failed", work.now)
        log.exception("seat_failed", seat=str(seat.id))
    else:
        seat.fill(sale.user_id, work.now, problem=user.device_problem)


def start_scheduled(database: Database, *, at_once: int = SCHEDULED_AT_ONCE) -> int:
    """Serve seats that waited for another product to end; of how many orders.

    Each order has a transaction of its own: one that raises is left for the next time.
    """
    return sum(_start(database, order_id) for order_id in _due(database, at_once))


def _due(database: Database, at_once: int) -> list[UUID]:
    """The orders of seats whose user has nothing that runs, among all that wait.

    What runs of others ends, also where people switched its renewal on meanwhile: that
    is for what follows.
    """
    due, after = set[UUID](), UUID(int=0)
    while True:
        with database.transaction() as work:
            seats = _scheduled(work, after, at_once)
            users = {seat.user_id for seat in seats if seat.user_id is not None}
            free = subscriptions.ended_users(work, users)
            subscriptions.let_end(work, users - free)
        due |= {seat.order_id for seat in seats if seat.user_id in free}
        if len(seats) < at_once:
            return sorted(due)
        after = seats[-1].id


def _scheduled(work: UnitOfWork, after: UUID, at_once: int) -> Sequence[OrderSeat]:
    statement = select(OrderSeat).where(
        OrderSeat.state == SeatState.SCHEDULED, OrderSeat.id > after
    )
    return work.session.scalars(statement.order_by(OrderSeat.id).limit(at_once)).all()


def _start(database: Database, order_id: UUID) -> bool:
    try:
        with database.transaction() as work:
            return _ask_for_users(work, order_id)
    except FAULTS:
        raise
    except Exception:
        log.exception("scheduled_order_failed", order=str(order_id))
        return False


def _ask_for_users(work: UnitOfWork, order_id: UUID) -> bool:
    """Ask accounts for the users of an order's seats that are due, if nobody does."""
    statement = select(ShopOrderRecord).where(ShopOrderRecord.id == order_id)
    order = work.session.scalar(statement.with_for_update(skip_locked=True))
    if order is None:
        return False
    seats = seats_of(work, order)
    waiting = [seat for seat in seats if seat.state == SeatState.SCHEDULED]
    users = {seat.user_id for seat in waiting if seat.user_id is not None}
    free = subscriptions.ended_users(work, users)
    due = [seat for seat in waiting if seat.user_id in free]
    for seat in due:
        if seat.plan_id is not None:
            seat.accept(seat.plan_id, work.now)
    if due:
        announce(work, order, seats)
        conclude(work, order, seats)
    return bool(due)


def _sale(
    work: UnitOfWork,
    order: ShopOrderRecord,
    seat: OrderSeat,
    user: FilledSeat,
    filled: SeatsFilled,
) -> OrderSale:
    customer_id = user.customer_id or filled.customer_id
    if seat.plan_id is None or customer_id is None:
        raise LookupError(f"Seat {seat.id} waits without a plan or a customer.")
    return OrderSale(
        order_id=order.id,
        seat_id=seat.id,
        user_id=user.user_id,
        customer_id=customer_id,
        customer_scope=user.scope or filled.scope,
        plan_id=seat.plan_id,
        paid=Money(seat.amount_minor, order.currency),
        shop_id=order.shop_id,
        order_number=order.number,
        other_product=partial(_other_product, work, order, customer_id),
    )


def _other_product(
    work: UnitOfWork, order: ShopOrderRecord, customer_id: UUID
) -> OtherProduct:
    """What the shop is set to; who pays for another's user changes nothing of it."""
    if buyer_of(work, order) != customer_id:
        return OtherProduct.LIST
    shop = work.session.get_one(ShopConnection, order.shop_id)
    return OtherProduct(shop.other_product)
