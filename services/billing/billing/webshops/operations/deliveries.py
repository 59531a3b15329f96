"""Deliveries: stored before the answer, worked on after it."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from billing.webshops import shopify, woocommerce
from billing.webshops.messages import Message, ShopOrder, Unusable
from billing.webshops.models import ShopConnection, ShopDelivery
from billing.webshops.operations.orders import receive
from billing.webshops.states import WebhookState
from lineup.contracts.billing.shops import DeliveryStored, DeliveryTaken, ShopKind
from lineup.database import UnitOfWork
from lineup.database.faults import FAULTS

log = structlog.get_logger(__name__)

READERS = {
    ShopKind.WOOCOMMERCE: woocommerce.read,
    ShopKind.SHOPIFY: shopify.read,
}
KEPT_DAYS = 90
FORGOTTEN_AT_ONCE = 1000
HARMLESS = {"unknown_topic", "test_delivery"}
"""Reasons for which a delivery asks nothing of anybody."""


def store_delivery(work: UnitOfWork, taken: DeliveryTaken) -> bool:
    """Keep a delivery to be worked on; False when it lies here already."""
    statement = insert(ShopDelivery).values(
        id=taken.id,
        shop_id=taken.shop_id,
        delivery_key=taken.delivery_key,
        digest=hashlib.sha256(taken.body).digest(),
        topic=taken.topic,
        source=taken.source,
        is_test=taken.is_test,
        body=taken.body,
        received_at=taken.received_at,
        state=WebhookState.STORED,
        problem="",
    )
    new = statement.on_conflict_do_nothing().returning(ShopDelivery.id)
    if work.session.scalar(new) is None:
        return False
    work.announce(DeliveryStored(id=taken.id, version=1))
    return True


def delete_old_deliveries(work: UnitOfWork) -> int:
    """Delete deliveries that were worked on long ago: they name people; how many.

    Orders and effects stay, so that even a repeat of a forgotten one acts no more.
    """
    old = (
        select(ShopDelivery.id)
        .where(
            ShopDelivery.state.in_((WebhookState.DONE, WebhookState.CLOSED)),
            ShopDelivery.received_at < work.now - timedelta(days=KEPT_DAYS),
        )
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    gone = delete(ShopDelivery).where(ShopDelivery.id.in_(old))
    return len(work.session.scalars(gone.returning(ShopDelivery.id)).all())


def work_on_delivery(work: UnitOfWork, stored: DeliveryStored) -> None:
    """Act on a stored delivery; what cannot be used is parked for people to see."""
    statement = (
        select(ShopDelivery, ShopConnection)
        .join(ShopConnection, ShopConnection.id == ShopDelivery.shop_id)
        .where(ShopDelivery.id == stored.id)
        .with_for_update(of=ShopDelivery)
    )
    found = work.session.execute(statement).first()
    if found is not None and found.ShopDelivery.state == WebhookState.STORED:
        act_on(work, *found)


def act_on(work: UnitOfWork, delivery: ShopDelivery, shop: ShopConnection) -> None:
    """Act on a delivery whose row the caller holds; each effect happens once.

    What cannot be acted on, for whatever reason, is parked and nothing of it is done.
    """
    try:
        with work.session.begin_nested():
            order = receive(work, shop, _message_in(delivery, shop))
            delivery.finish(order.id if order else None)
            if order is not None and order.is_erased:
                delivery.forget()
    except Unusable as reason:
        if reason.code in HARMLESS:
            delivery.pass_over(str(reason))
            return
        delivery.park(str(reason))
        log.warning("delivery_parked", shop=str(shop.id), code=reason.code)
    except FAULTS:
        raise
    except Exception as error:
        delivery.park(f"failed: {type(error).__name__}")
        log.exception("delivery_failed", shop=str(shop.id), delivery=str(delivery.id))


def _message_in(delivery: ShopDelivery, shop: ShopConnection) -> Message:
    if delivery.is_test:
        raise Unusable("test_delivery")
    if not shop.is_active:
        raise Unusable("shop_off")
    if not shop.is_source(delivery.source):
        raise Unusable("wrong_shop", delivery.source)
    message = READERS[ShopKind(shop.kind)](delivery.topic, delivery.body)
    if isinstance(message, ShopOrder) and message.modified_at is None:
        return replace(message, modified_at=delivery.received_at)
    return message
