"""The log of shops' deliveries, and working on one again."""

from base64 import b64encode
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import defer

from billing.webshops.models import ShopConnection, ShopDelivery
from billing.webshops.operations.deliveries import act_on
from billing.webshops.operations.exceptions import serve_order
from billing.webshops.operations.orders import create_manual_order
from billing.webshops.operations.views import shop_names
from billing.webshops.states import WebhookState
from lineup.contracts.billing.exceptions import CloseDelivery, ServeDelivery, ServeOrder
from lineup.contracts.billing.orders import OrderView
from lineup.contracts.billing.refusals import DeliveryDone
from lineup.contracts.billing.shops import (
    BodyEncoding,
    DeliveryVerdict,
    GetShopDelivery,
    ListShopDeliveries,
    ReplayDelivery,
    ShopDeliveryView,
)
from lineup.contracts.paging import Page
from lineup.contracts.refusals import DeliveryNotFound
from lineup.database import UnitOfWork, page_of
from lineup.impersonation import signature
from lineup.scope import in_scope
from lineup.verbs import handles

NUL = "\0"
"""PostgreSQL keeps it in no text."""


@handles(ListShopDeliveries)
def list_shop_deliveries(
    work: UnitOfWork, request: ListShopDeliveries
) -> Page[ShopDeliveryView]:
    """Deliveries of shops in scope that pass every filter given, newest first."""
    statement = _deliveries_in_scope(work).where(*_conditions(request))
    page: Page[ShopDelivery] = page_of(
        work.session, statement, ShopDelivery, request.paging, lambda row: row
    )
    names = shop_names(work, {delivery.shop_id for delivery in page.items})
    sizes = _sizes(work, [delivery.id for delivery in page.items])
    return page.showing(
        [_delivery_view(one, names[one.shop_id], sizes[one.id]) for one in page.items]
    )


@handles(GetShopDelivery)
def get_shop_delivery(work: UnitOfWork, request: GetShopDelivery) -> ShopDeliveryView:
    """One delivery with its body as it came."""
    return _full_view(work, _found(work, request.delivery_id))


@handles(ReplayDelivery)
def replay_delivery(work: UnitOfWork, request: ReplayDelivery) -> ShopDeliveryView:
    """Work on a parked or stuck delivery again; what it says acts once.

    One that was worked on is refused as DeliveryDone. It is parked anew when nothing
    can be done with it still.
    """
    delivery = _unsettled(work, request.delivery_id)
    act_on(work, delivery, work.session.get_one(ShopConnection, delivery.shop_id))
    work.session.flush()
    return _full_view(work, delivery)


@handles(CloseDelivery)
def close_delivery(work: UnitOfWork, request: CloseDelivery) -> ShopDeliveryView:
    """Settle a parked delivery: it wants no look any more. A done one is refused."""
    delivery = _unsettled(work, request.delivery_id)
    delivery.close(request.note.strip(), signature(work.actor))
    work.session.flush()
    return _full_view(work, delivery)


@handles(ServeDelivery)
def serve_delivery(work: UnitOfWork, request: ServeDelivery) -> OrderView:
    """Serve by hand what a delivery wanted that could not be read.

    It becomes an order under the shop's own id, and its payment is claimed: whatever
    the shop delivers of it later is the same order.
    """
    delivery = _unsettled(work, request.delivery_id)
    shop = work.session.get_one(ShopConnection, delivery.shop_id)
    order = create_manual_order(work, shop, request)
    delivery.finish(order.id)
    work.session.flush()
    served = ServeOrder(
        order_id=order.id,
        plan_id=request.plan_id,
        user_id=request.user_id,
        amount=request.amount,
    )
    return serve_order(work, served)


def _deliveries_in_scope(work: UnitOfWork) -> Select[ShopDelivery]:
    statement = (
        select(ShopDelivery)
        .join(ShopConnection, ShopConnection.id == ShopDelivery.shop_id)
        .options(defer(ShopDelivery.body), defer(ShopDelivery.digest))
    )
    return in_scope(statement, ShopConnection, work.actor)


def _conditions(request: ListShopDeliveries) -> list[Any]:
    tests = (
        (request.shop_id, ShopDelivery.shop_id.__eq__),
        (request.order_id, ShopDelivery.order_id.__eq__),
        (request.verdict, ShopDelivery.state.__eq__),
        (request.received_from, ShopDelivery.received_at.__ge__),
        (request.received_until, ShopDelivery.received_at.__lt__),
    )
    return [test(given) for given, test in tests if given is not None]


def _found(work: UnitOfWork, delivery_id: UUID) -> ShopDelivery:
    statement = _deliveries_in_scope(work).where(ShopDelivery.id == delivery_id)
    delivery = work.session.scalar(statement)
    if delivery is None:
        raise DeliveryNotFound
    return delivery


def _unsettled(work: UnitOfWork, delivery_id: UUID) -> ShopDelivery:
    """A delivery, locked; DeliveryDone where it was worked on, or closed by people."""
    delivery = _found(work, delivery_id)
    work.session.refresh(delivery, with_for_update=True)
    if delivery.state in (WebhookState.DONE, WebhookState.CLOSED):
        raise DeliveryDone
    return delivery


def _full_view(work: UnitOfWork, delivery: ShopDelivery) -> ShopDeliveryView:
    name = shop_names(work, {delivery.shop_id})[delivery.shop_id]
    view = _delivery_view(delivery, name, len(delivery.body))
    encoding, body = _encoded(delivery.body)
    return replace(view, body_encoding=encoding, body=body)


def _encoded(body: bytes) -> tuple[BodyEncoding, str]:
    """A body as text that can be shown and kept, byte for byte."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = NUL
    if NUL in text:
        return BodyEncoding.BASE64, b64encode(body).decode()
    return BodyEncoding.UTF8, text


def _sizes(work: UnitOfWork, delivery_ids: list[UUID]) -> dict[UUID, int]:
    size = func.length(ShopDelivery.body)
    statement = select(ShopDelivery.id, size).where(ShopDelivery.id.in_(delivery_ids))
    return dict(work.session.execute(statement).all())


def _delivery_view(
    delivery: ShopDelivery, shop_name: str, size: int
) -> ShopDeliveryView:
    return ShopDeliveryView(
        updated_at=delivery.last_change,
        id=delivery.id,
        shop_id=delivery.shop_id,
        shop_name=shop_name,
        received_at=delivery.received_at,
        topic=delivery.topic,
        source=delivery.source,
        verdict=DeliveryVerdict(delivery.state),
        problem=delivery.problem,
        is_test=delivery.is_test,
        size=size,
        order_id=delivery.order_id,
        note=delivery.note,
        closed_by=delivery.closed_by,
    )
