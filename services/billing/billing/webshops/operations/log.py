"""The log of shops' deliveries, and working on one again (WS-16)."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import defer

from billing.webshops.models import ShopConnection, ShopDelivery
from billing.webshops.operations.deliveries import act_on
from billing.webshops.operations.views import shop_names
from billing.webshops.states import DeliveryState
from lineup.contracts.billing import (
    DeliveryVerdict,
    GetShopDelivery,
    ListShopDeliveries,
    ReplayDelivery,
    ShopDeliveryView,
)
from lineup.contracts.paging import Page
from lineup.database import Work, page_of
from lineup.errors import Conflict, NotFound
from lineup.scope import in_scope


class DeliveryDone(Conflict):
    """This delivery was worked on already."""

    code = "delivery_done"


def list_shop_deliveries(
    work: Work, request: ListShopDeliveries
) -> Page[ShopDeliveryView]:
    """Deliveries of shops in scope that pass every filter given, newest first."""
    statement = _in_reach(work).where(*_conditions(request))
    page: Page[ShopDelivery] = page_of(
        work.session, statement, ShopDelivery, request.paging, lambda row: row
    )
    names = shop_names(work, {delivery.shop_id for delivery in page.items})
    sizes = _sizes(work, [delivery.id for delivery in page.items])
    return page.showing(
        [_view(one, names[one.shop_id], sizes[one.id]) for one in page.items]
    )


def get_shop_delivery(work: Work, request: GetShopDelivery) -> ShopDeliveryView:
    """One delivery with its body as it came."""
    return _shown(work, _found(work, request.delivery_id))


def replay_delivery(work: Work, request: ReplayDelivery) -> ShopDeliveryView:
    """Work on a parked or stuck delivery again; what it says acts once.

    One that was worked on is refused as DeliveryDone. It is parked anew when nothing
    can be done with it still.
    """
    delivery = _found(work, request.delivery_id)
    work.session.refresh(delivery, with_for_update=True)
    if delivery.state == DeliveryState.DONE:
        raise DeliveryDone
    act_on(work, delivery)
    work.session.flush()
    return _shown(work, delivery)


def _in_reach(work: Work) -> Select[ShopDelivery]:
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


def _found(work: Work, delivery_id: UUID) -> ShopDelivery:
    statement = _in_reach(work).where(ShopDelivery.id == delivery_id)
    delivery = work.session.scalar(statement)
    if delivery is None:
        raise NotFound("There is no such delivery.", code="delivery_not_found")
    return delivery


def _shown(work: Work, delivery: ShopDelivery) -> ShopDeliveryView:
    name = shop_names(work, {delivery.shop_id})[delivery.shop_id]
    body = delivery.body.decode(errors="replace")
    return _view(delivery, name, len(delivery.body), body)


def _sizes(work: Work, delivery_ids: list[UUID]) -> dict[UUID, int]:
    size = func.length(ShopDelivery.body)
    statement = select(ShopDelivery.id, size).where(ShopDelivery.id.in_(delivery_ids))
    return dict(work.session.execute(statement).all())


def _view(
    delivery: ShopDelivery, shop_name: str, size: int, body: str = ""
) -> ShopDeliveryView:
    return ShopDeliveryView(
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
        body=body,
    )
