"""What people decide about orders that nothing could be done with by itself."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from billing.catalog import operations as catalog
from billing.people import operations as people
from billing.webshops.models import (
    OrderEffect,
    OrderSeat,
    ShopConnection,
    ShopOrderRecord,
    ignored_as,
    needs_attention,
)
from billing.webshops.operations.closed_exceptions import record_closing
from billing.webshops.operations.order_queries import locked_order
from billing.webshops.operations.serving_checks import problem_of
from billing.webshops.operations.settlement import (
    announce,
    conclude,
    refunds_of,
    reverse,
    seats_of,
    settle,
)
from billing.webshops.operations.views import detail_view
from billing.webshops.states import MANUAL_LINE, SeatState
from lineup.contracts.accounts.refusals import UserNotFound
from lineup.contracts.billing.exceptions import (
    AcceptOrder,
    ChooseUser,
    CloseException,
    ServeOrder,
)
from lineup.contracts.billing.orders import OrderView
from lineup.contracts.billing.refusals import (
    ExceptionNotFound,
    PieceNotFound,
    PieceSettled,
)
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.money import CurrencyMismatch
from lineup.verbs import handles

SETTLED_AT_ONCE = 500
"""Orders that are looked at again when a SKU is ignored; more by their next payload."""


@handles(CloseException)
def close_exception(work: UnitOfWork, request: CloseException) -> OrderView:
    """Settle one exception of an order: it is listed and tried no more.

    NotFound where the order has no such exception.
    """
    order = locked_order(work, request.order_id)
    if request.exception not in order.exceptions:
        raise ExceptionNotFound
    seats = seats_of(work, order)
    reverse(work, _taken_back(seats, request.takes_back))
    _settle_seats(work, seats, request.exception)
    _settle_refunds(work, refunds_of(work, order), request.exception)
    note = request.note.strip()
    record_closing(work, order, request.exception, request.settlement, note)
    conclude(work, order, seats)
    return detail_view(work, order)


@handles(AcceptOrder)
def accept_order(work: UnitOfWork, request: AcceptOrder) -> OrderView:
    """Serve an order as it is; only what it cannot be served without stays listed."""
    order = locked_order(work, request.order_id)
    order.is_accepted = True
    settle(work, work.session.get_one(ShopConnection, order.shop_id), order)
    return detail_view(work, order)


@handles(ChooseUser)
def choose_user(work: UnitOfWork, request: ChooseUser) -> OrderView:
    """Let a held piece run on the user that people name, or on a new one."""
    order = locked_order(work, request.order_id)
    seats = seats_of(work, order)
    seat = _held(seats, request.seat_id)
    seat.username, seat.user_id = "", _user_of(work, order, request.user_id)
    shop = work.session.get_one(ShopConnection, order.shop_id)
    plan = catalog.find_plan_by_sku(work, shop.partner_id, seat.sku)
    line = [each for each in seats if each.line_id == seat.line_id and each.is_held]
    problem = problem_of(shop, order, seats, line or [seat], plan)
    if plan is None or problem:
        seat.put_on_hold(problem, work.now)
    else:
        seat.accept(plan.id, work.now)
        announce(work, order, seats)
    conclude(work, order, seats)
    return detail_view(work, order)


@handles(ServeOrder)
def serve_order(work: UnitOfWork, request: ServeOrder) -> OrderView:
    """Serve a piece of an order with the plan that people name, or one piece more."""
    order = locked_order(work, request.order_id)
    plan = catalog.get_plan_on_sale(work, request.plan_id, order.partner_id)
    user_id = _user_of(work, order, request.user_id)
    if request.seat_id is None:
        work.session.add(_added(work, order, plan.name, plan.sku))
        work.session.flush()
    seats = seats_of(work, order)
    seat = _held(seats, request.seat_id or _last_added(seats).id)
    if request.amount is not None:
        if request.amount.asset != order.currency:
            raise CurrencyMismatch
        if request.amount.amount_minor < 0:
            raise Invalid(fields={"amount": ["Must not be below zero."]})
        seat.amount_minor = request.amount.amount_minor
    seat.serve(plan.id, user_id, work.now)
    order.is_paid = True
    announce(work, order, seats)
    conclude(work, order, seats)
    return detail_view(work, order)


def list_no_more(work: UnitOfWork, shop: ShopConnection, sku: str) -> None:
    """List no more what a locked shop sells under a SKU, also where it is listed."""
    subject = ignored_as(sku)
    if not subject:
        raise Invalid(fields={"sku": ["Must not be empty."]})
    if not shop.ignores(subject):
        shop.ignored_skus = [*shop.ignored_skus, subject]
    work.session.flush()
    for order in _listed_for(work, shop, subject):
        settle(work, shop, order)


def _listed_for(
    work: UnitOfWork, shop: ShopConnection, subject: str
) -> list[ShopOrderRecord]:
    """Orders of a shop that are listed for such an item, locked one after another."""
    statement = (
        select(ShopOrderRecord)
        .where(ShopOrderRecord.shop_id == shop.id, needs_attention())
        .order_by(ShopOrderRecord.id)
        .limit(SETTLED_AT_ONCE)
    )
    listed = {f"unknown_sku: {subject}", f"no_sku: {subject}"}
    return [
        order
        for order in work.session.scalars(statement.with_for_update()).all()
        if listed & {text.lower() for text in order.exceptions}
    ]


def _taken_back(seats: Sequence[OrderSeat], named: Sequence[UUID]) -> list[OrderSeat]:
    live = [seat for seat in seats if seat.id in named and seat.is_live]
    if len(live) != len(set(named)):
        raise Invalid(
            fields={"takes_back": ["Choose items that were not cancelled yet."]}
        )
    return live


def _settle_seats(work: UnitOfWork, seats: Sequence[OrderSeat], exception: str) -> None:
    for seat in seats:
        if seat.exception != exception:
            continue
        if seat.is_held:
            seat.close(work.now)
        else:
            seat.settle_remark()


def _settle_refunds(
    work: UnitOfWork, refunds: Sequence[OrderEffect], exception: str
) -> None:
    for refund in refunds:
        if refund.exception == exception:
            refund.apply(work.now)


def _held(seats: Sequence[OrderSeat], seat_id: UUID) -> OrderSeat:
    seat = next((seat for seat in seats if seat.id == seat_id), None)
    if seat is None:
        raise PieceNotFound
    if seat.state not in (SeatState.HELD, SeatState.CLOSED):
        raise PieceSettled
    return seat


def _user_of(
    work: UnitOfWork, order: ShopOrderRecord, user_id: UUID | None
) -> UUID | None:
    """A user of the order's partner in the actor's scope; NotFound for any other."""
    if user_id is None:
        return None
    user = people.get_user(work, user_id)
    if user.partner_id != order.partner_id:
        raise UserNotFound
    return user.id


def _added(work: UnitOfWork, order: ShopOrderRecord, name: str, sku: str) -> OrderSeat:
    """One piece more, which the shop said nothing of."""
    number = sum(seat.line_id == MANUAL_LINE for seat in seats_of(work, order))
    return OrderSeat(
        id=new_id(),
        order_id=order.id,
        line_id=MANUAL_LINE,
        number=number,
        sku=sku,
        name=name,
        username="",
        amount_minor=0,
        state=SeatState.HELD,
        changed_at=work.now,
    )


def _last_added(seats: Sequence[OrderSeat]) -> OrderSeat:
    added = [seat for seat in seats if seat.line_id == MANUAL_LINE]
    return max(added, key=lambda seat: seat.number)
