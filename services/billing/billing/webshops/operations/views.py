"""How orders look from outside: in a list, and whole with what happened to them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select

from billing.webshops.models import (
    OrderEffect,
    OrderSeat,
    ShopConnection,
    ShopDelivery,
    ShopOrderRecord,
)
from billing.webshops.operations.closed_exceptions import closed_exceptions_of
from billing.webshops.operations.settlement import seats_of
from billing.webshops.states import SeatState
from lineup.contracts.billing.orders import OrderState, OrderStep, OrderView, SeatView
from lineup.database import UnitOfWork
from lineup.money import Money

MOST_DELIVERIES = 50
"""Deliveries of one order that its history tells."""


def views_of(work: UnitOfWork, orders: Sequence[ShopOrderRecord]) -> list[OrderView]:
    """Orders as a list shows them."""
    counts = _seat_counts(work, [order.id for order in orders])
    shops = shop_names(work, {order.shop_id for order in orders})
    return [
        _order_view(order, counts.get(order.id, 0), shops[order.shop_id])
        for order in orders
    ]


def detail_view(work: UnitOfWork, order: ShopOrderRecord) -> OrderView:
    """One order with its pieces and its history."""
    seats = seats_of(work, order)
    steps = [
        *_delivered(work, order),
        *_effects(work, order),
        *_seated(seats, order.currency),
    ]
    return replace(
        views_of(work, [order])[0],
        closed=closed_exceptions_of(work, order),
        pieces=[_piece(seat, order.currency) for seat in seats],
        history=sorted(steps, key=lambda step: step.at),
    )


def shop_names(work: UnitOfWork, shop_ids: set[UUID]) -> dict[UUID, str]:
    """What shops are called, by id."""
    statement = select(ShopConnection.id, ShopConnection.name).where(
        ShopConnection.id.in_(shop_ids)
    )
    return {row.id: row.name for row in work.session.execute(statement)}


def _seat_counts(work: UnitOfWork, order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many seats of each order have or want a user."""
    wanted = (SeatState.WAITING, SeatState.FILLED)
    statement = (
        select(OrderSeat.order_id, func.count())
        .where(OrderSeat.order_id.in_(order_ids), OrderSeat.state.in_(wanted))
        .group_by(OrderSeat.order_id)
    )
    return dict(work.session.execute(statement).all())


def _delivered(work: UnitOfWork, order: ShopOrderRecord) -> list[OrderStep]:
    statement = (
        select(ShopDelivery.id, ShopDelivery.received_at, ShopDelivery.topic)
        .where(ShopDelivery.order_id == order.id)
        .order_by(ShopDelivery.id)
        .limit(MOST_DELIVERIES)
    )
    return [
        OrderStep(
            at=row.received_at, what="delivered", about=row.topic, delivery_id=row.id
        )
        for row in work.session.execute(statement)
    ]


def _effects(work: UnitOfWork, order: ShopOrderRecord) -> list[OrderStep]:
    statement = select(OrderEffect).where(
        OrderEffect.shop_id == order.shop_id,
        OrderEffect.external_order_id == order.external_id,
    )
    return [
        OrderStep(
            at=effect.noted_at,
            what=effect.effect,
            about=effect.refund_id,
            amount=effect.amount if effect.asset else None,
        )
        for effect in work.session.scalars(statement)
    ]


def _seated(seats: Iterable[OrderSeat], currency: str) -> list[OrderStep]:
    return [
        OrderStep(
            at=seat.changed_at,
            what=seat.state,
            about=seat.name,
            amount=Money(seat.amount_minor, currency),
        )
        for seat in seats
    ]


def _piece(seat: OrderSeat, currency: str) -> SeatView:
    return SeatView(
        id=seat.id,
        line_id=seat.line_id,
        sku=seat.sku,
        name=seat.name,
        amount=Money(seat.amount_minor, currency),
        state=seat.state,
        problem=seat.problem,
        user_id=seat.user_id,
        changed_at=seat.changed_at,
    )


def _order_view(order: ShopOrderRecord, seats: int, shop_name: str) -> OrderView:
    return OrderView(
        updated_at=order.last_change,
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
        shop_name=shop_name,
        buyer_name=order.buyer_name,
        is_accepted=order.is_accepted,
    )
