"""Connected shops as staff see them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from billing.settings import BillingSettings
from billing.webshops.models import (
    ShopConnection,
    ShopDelivery,
    ShopOrderRecord,
    needs_attention,
)
from billing.webshops.states import WebhookState
from lineup.contracts.billing.shops import OtherProduct, ShopKind, ShopView
from lineup.database import UnitOfWork


def shop_view(
    work: UnitOfWork, shop: ShopConnection, settings: BillingSettings
) -> ShopView:
    """A shop as staff see it, with what went wrong at it."""
    return shop_views(work, [shop], settings)[0]


def shop_views(
    work: UnitOfWork, shops: Sequence[ShopConnection], settings: BillingSettings
) -> list[ShopView]:
    """Shops as staff see them, each with the whole address that it delivers to."""
    ids = [shop.id for shop in shops]
    parked, exceptions, last = (
        _parked(work, ids),
        _exceptions(work, ids),
        _last_deliveries(work, ids),
    )
    return [
        _shop_view(
            shop,
            address=f"{settings.shops_url}{shop.webhook_path}",
            now=work.now,
            parked=parked.get(shop.id, 0),
            exceptions=exceptions.get(shop.id, 0),
            last_delivery_at=last.get(shop.id),
        )
        for shop in shops
    ]


def _parked(work: UnitOfWork, shop_ids: list[UUID]) -> dict[UUID, int]:
    statement = (
        select(ShopDelivery.shop_id, func.count())
        .where(
            ShopDelivery.shop_id.in_(shop_ids),
            ShopDelivery.state == WebhookState.PARKED,
        )
        .group_by(ShopDelivery.shop_id)
    )
    return dict(work.session.execute(statement).all())


def _exceptions(work: UnitOfWork, shop_ids: list[UUID]) -> dict[UUID, int]:
    statement = (
        select(ShopOrderRecord.shop_id, func.count())
        .where(ShopOrderRecord.shop_id.in_(shop_ids), needs_attention())
        .group_by(ShopOrderRecord.shop_id)
    )
    return dict(work.session.execute(statement).all())


def _last_deliveries(work: UnitOfWork, shop_ids: list[UUID]) -> dict[UUID, datetime]:
    newest = (
        select(ShopDelivery.received_at)
        .where(ShopDelivery.shop_id == ShopConnection.id)
        .order_by(ShopDelivery.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = select(ShopConnection.id, newest).where(ShopConnection.id.in_(shop_ids))
    return {found: at for found, at in work.session.execute(statement) if at}


def _shop_view(
    shop: ShopConnection,
    *,
    address: str,
    now: datetime,
    parked: int,
    exceptions: int,
    last_delivery_at: datetime | None,
) -> ShopView:
    return ShopView(
        updated_at=shop.last_change,
        id=shop.id,
        kind=ShopKind(shop.kind),
        name=shop.name,
        currency=shop.currency,
        shop_domain=shop.shop_domain,
        webhook_path=shop.webhook_path,
        webhook_url=address,
        created_at=shop.created_at,
        refused_deliveries=shop.refused_deliveries,
        parked_deliveries=parked,
        is_active=shop.is_active,
        accepts_low_amounts=shop.accepts_low_amounts,
        has_previous_secret=shop.previous_ends_at(now) is not None,
        previous_secret_ends_at=shop.previous_ends_at(now),
        exceptions=exceptions,
        last_delivery_at=last_delivery_at,
        ignored_skus=shop.ignored_skus,
        paid_statuses=shop.paid_statuses,
        tolerance_percent=shop.tolerance_percent,
        is_asked=shop.api_secret is not None,
        api_address=shop.api_address,
        asked_at=shop.asked_at,
        asking_problem=shop.asking_problem,
        suspends_disputed=shop.suspends_disputed,
        other_product=OtherProduct(shop.other_product),
        partner_id=shop.partner_id,
    )
