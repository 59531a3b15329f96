"""Orders as partners see them, and trying their exceptions again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select

from billing.webshops.models import OrderSeat, ShopConnection, ShopOrderRecord
from billing.webshops.operations.settlement import order_state, seats_of, settle
from billing.webshops.states import SeatState
from lineup.contracts.billing import (
    GetOrder,
    ListOrders,
    OrderState,
    OrderView,
    ReplayOrder,
)
from lineup.contracts.paging import Page
from lineup.database import Database, Work, page_of
from lineup.errors import NotFound
from lineup.scope import in_scope

ANNOUNCED_AT_ONCE = 500
"""Orders that one resync announces in one transaction."""


def get_order(work: Work, request: GetOrder) -> OrderView:
    """One order in the actor's scope."""
    return _shown(work, _in_scope(work, request.order_id))


def list_orders(work: Work, request: ListOrders) -> Page[OrderView]:
    """Orders, newest first.

    Asked for `exception`, it lists every order with something to look at, also those
    whose other lines are served (WS-07).
    """
    statement = in_scope(select(ShopOrderRecord), ShopOrderRecord, work.actor)
    if request.shop_id is not None:
        statement = statement.where(ShopOrderRecord.shop_id == request.shop_id)
    if request.state == OrderState.EXCEPTION:
        has_exceptions = func.jsonb_array_length(ShopOrderRecord.exceptions) > 0
        is_aside = ShopOrderRecord.state == OrderState.EXCEPTION
        statement = statement.where(or_(is_aside, has_exceptions))
    elif request.state is not None:
        statement = statement.where(ShopOrderRecord.state == request.state)
    page = page_of(
        work.session, statement, ShopOrderRecord, request.paging, lambda order: order
    )
    counts = _seat_counts(work, [order.id for order in page.items])
    views = [_view(order, counts.get(order.id, 0)) for order in page.items]
    return page.showing(views)


def replay_order(work: Work, request: ReplayOrder) -> OrderView:
    """Look at an order's exceptions again, after a SKU was mapped (WS-07)."""
    order = _in_scope(work, request.order_id)
    work.session.refresh(order, with_for_update=True)
    settle(work, work.session.get_one(ShopConnection, order.shop_id), order)
    return _shown(work, order)


def announce_waiting_orders(database: Database) -> int:
    """Ask again for the users of every order that waits; how many there were.

    With the versions they have: what was done is not done twice.
    """
    total, after = 0, None
    while orders := _announce_chunk(database, after):
        total, after = total + len(orders), orders[-1].id
    return total


def _announce_chunk(
    database: Database, after: UUID | None
) -> Sequence[ShopOrderRecord]:
    statement = select(ShopOrderRecord).where(
        ShopOrderRecord.state == OrderState.ACCEPTED
    )
    if after is not None:
        statement = statement.where(ShopOrderRecord.id > after)
    chunk = statement.order_by(ShopOrderRecord.id).limit(ANNOUNCED_AT_ONCE)
    with database.transaction() as work:
        orders = work.session.scalars(chunk).all()
        for order in orders:
            work.announce(order_state(order, seats_of(work, order)))
    return orders


def _in_scope(work: Work, order_id: UUID) -> ShopOrderRecord:
    statement = select(ShopOrderRecord).where(ShopOrderRecord.id == order_id)
    order = work.session.scalar(in_scope(statement, ShopOrderRecord, work.actor))
    if order is None:
        raise NotFound("There is no such order.", code="order_not_found")
    return order


def _shown(work: Work, order: ShopOrderRecord) -> OrderView:
    return _view(order, _seat_counts(work, [order.id]).get(order.id, 0))


def _seat_counts(work: Work, order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many seats of each order have or want a user."""
    wanted = (SeatState.WAITING, SeatState.FILLED)
    statement = (
        select(OrderSeat.order_id, func.count())
        .where(OrderSeat.order_id.in_(order_ids), OrderSeat.state.in_(wanted))
        .group_by(OrderSeat.order_id)
    )
    return dict(work.session.execute(statement).all())


def _view(order: ShopOrderRecord, seats: int) -> OrderView:
    return OrderView(
        id=order.id,
        shop_id=order.shop_id,
        external_id=order.external_id,
        number=order.number,
        state=OrderState(order.state),
        buyer_email=order.buyer.get("email", ""),
        total=order.total,
        seats=seats,
        exceptions=order.exceptions,
        customer_id=order.customer_id,
        created_at=order.created_at,
    )
