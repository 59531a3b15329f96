"""Orders as partners see them, and trying their exceptions again."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, or_, select

from billing.webshops.models import ShopConnection, ShopOrderRecord, needs_attention
from billing.webshops.operations.settlement import order_announcement, seats_of, settle
from billing.webshops.operations.views import detail_view, views_of
from lineup.contracts.billing.orders import (
    GetOrder,
    ListOrders,
    OrderState,
    OrderView,
    ReplayOrder,
)
from lineup.contracts.billing.refusals import OrderNotFound
from lineup.contracts.paging import Page
from lineup.database import Database, UnitOfWork, page_of
from lineup.database.faults import FAULTS
from lineup.scope import in_scope
from lineup.verbs import handles

log = structlog.get_logger(__name__)

ANNOUNCED_AT_ONCE = 500
"""Orders that one resync announces in one transaction."""


@handles(GetOrder)
def get_order(work: UnitOfWork, request: GetOrder) -> OrderView:
    """One order in the actor's scope."""
    return detail_view(work, _in_scope(work, request.order_id))


@handles(ListOrders)
def list_orders(work: UnitOfWork, request: ListOrders) -> Page[OrderView]:
    """Orders, newest first.

    Asked for `exception`, it lists every order with something to look at, also those
    whose other lines are served.
    """
    statement = in_scope(select(ShopOrderRecord), ShopOrderRecord, work.actor)
    statement = statement.where(*_conditions(request))
    page: Page[ShopOrderRecord] = page_of(
        work.session, statement, ShopOrderRecord, request.paging, lambda order: order
    )
    return page.showing(views_of(work, page.items))


@handles(ReplayOrder)
def replay_order(work: UnitOfWork, request: ReplayOrder) -> OrderView:
    """Look at an order's exceptions again, after a SKU was mapped.

    Users that it waits for are asked for again; who has them already serves none twice.
    """
    order = locked_order(work, request.order_id)
    version = order.version
    settle(work, work.session.get_one(ShopConnection, order.shop_id), order)
    if order.state == OrderState.ACCEPTED and order.version == version:
        work.announce(order_announcement(work, order, seats_of(work, order)))
    return detail_view(work, order)


def locked_order(work: UnitOfWork, order_id: UUID) -> ShopOrderRecord:
    """One order in the actor's scope, for this transaction alone."""
    order = _in_scope(work, order_id)
    work.session.refresh(order, with_for_update=True)
    return order


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
            _announce_again(work, order)
    return orders


def _announce_again(work: UnitOfWork, order: ShopOrderRecord) -> None:
    """Ask again for an order's users; one that cannot be told stops no other."""
    try:
        with work.session.begin_nested():
            work.announce(order_announcement(work, order, seats_of(work, order)))
    except FAULTS:
        raise
    except Exception:
        log.exception("order_not_announced", order=str(order.id))


def _in_scope(work: UnitOfWork, order_id: UUID) -> ShopOrderRecord:
    statement = select(ShopOrderRecord).where(ShopOrderRecord.id == order_id)
    order = work.session.scalar(in_scope(statement, ShopOrderRecord, work.actor))
    if order is None:
        raise OrderNotFound
    return order


def _conditions(request: ListOrders) -> list[Any]:
    begins = request.search.strip().lower()
    tests: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
        (request.state, _stands_as),
        (request.shop_id, ShopOrderRecord.shop_id.__eq__),
        (request.customer_id, ShopOrderRecord.customer_id.__eq__),
        (begins or None, _begins_with),
        (request.number or None, ShopOrderRecord.number.__eq__),
        (request.external_id or None, ShopOrderRecord.external_id.__eq__),
        (request.email.lower() or None, BUYER_EMAIL.__eq__),
    )
    return [test(given) for given, test in tests if given is not None]


def _stands_as(state: OrderState) -> ColumnElement[bool]:
    if state == OrderState.EXCEPTION:
        return needs_attention()
    return ShopOrderRecord.state == state


BUYER_EMAIL = func.lower(ShopOrderRecord.buyer["email"].astext)


def _begins_with(begins: str) -> ColumnElement[bool]:
    return or_(
        func.lower(ShopOrderRecord.number).startswith(begins, autoescape=True),
        BUYER_EMAIL.startswith(begins, autoescape=True),
    )
