"""Connecting shops, and who may deliver to a connection."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from billing.people import operations as people
from billing.webshops.models import (
    ShopConnection,
    ShopDelivery,
    ShopOrderRecord,
    wants_a_look,
)
from billing.webshops.states import DeliveryState
from lineup.contracts.billing import (
    ChangeShopSecret,
    ConnectShop,
    GetShop,
    ListShops,
    ShopKind,
    ShopView,
    SwitchShop,
    UpdateShop,
)
from lineup.contracts.paging import Page
from lineup.database import Work, page_of
from lineup.errors import Invalid, NotFound
from lineup.ids import new_id
from lineup.money import CurrencyMismatch
from lineup.scope import in_scope
from lineup.secrets import Keyring, Sealed

MIN_SECRET = 12
"""Characters; shops make 32 and more."""


def connect_shop(keyring: Keyring, work: Work, request: ConnectShop) -> ShopView:
    """Connect a shop of the partner; its deliveries go to `webhook_path` from now on.

    CurrencyMismatch when the partner's plans cost another currency.
    """
    partner = people.acting_partner(work, request.partner_id)
    currency = request.currency.strip().upper()
    if currency != partner.currency:
        raise CurrencyMismatch
    shop = ShopConnection(
        id=new_id(),
        kind=request.kind,
        name=_named(request.name),
        partner_id=partner.id,
        scope=partner.scope,
        secret=_good(keyring, request.secret),
        previous_secret=None,
        currency=currency,
        shop_domain=_domain(request.kind, request.shop_domain),
        accepts_low_amounts=request.accepts_low_amounts,
        created_at=work.now,
    )
    work.session.add(shop)
    work.session.flush()
    return _views(work, [shop])[0]


def change_shop_secret(
    keyring: Keyring, work: Work, request: ChangeShopSecret
) -> ShopView:
    """Expect another secret from now on; the one before it stays good beside it."""
    shop = _locked(work, request.shop_id)
    shop.change_secret(_good(keyring, request.secret))
    work.session.flush()
    return _views(work, [shop])[0]


def update_shop(work: Work, request: UpdateShop) -> ShopView:
    """Change a shop's settings; kind, currency and secret stay."""
    shop = _locked(work, request.shop_id)
    shop.name = _named(request.name)
    shop.shop_domain = _domain(ShopKind(shop.kind), request.shop_domain)
    shop.accepts_low_amounts = request.accepts_low_amounts
    work.session.flush()
    return _views(work, [shop])[0]


def switch_shop(work: Work, request: SwitchShop) -> ShopView:
    """Serve a shop's orders or not; what comes meanwhile is parked, to be replayed."""
    shop = _locked(work, request.shop_id)
    shop.is_active = request.is_active
    work.session.flush()
    return _views(work, [shop])[0]


def get_shop(work: Work, request: GetShop) -> ShopView:
    """One connected shop in the actor's scope."""
    statement = select(ShopConnection).where(ShopConnection.id == request.shop_id)
    owned = in_scope(statement, ShopConnection, work.actor)
    return _views(work, [_found(work.session.scalar(owned))])[0]


def list_shops(work: Work, request: ListShops) -> Page[ShopView]:
    """Connected shops, newest first, with what went wrong at each."""
    statement = in_scope(select(ShopConnection), ShopConnection, work.actor)
    page: Page[ShopConnection] = page_of(
        work.session, statement, ShopConnection, request.paging, lambda shop: shop
    )
    return page.showing(_views(work, page.items))


def count_refused(work: Work, counts: Mapping[UUID, int]) -> None:
    """Add to the shops' counts of deliveries with a wrong or no signature."""
    for shop_id, count in sorted(counts.items()):
        work.session.execute(
            update(ShopConnection)
            .where(ShopConnection.id == shop_id)
            .values(refused_deliveries=ShopConnection.refused_deliveries + count)
        )


def _locked(work: Work, shop_id: UUID) -> ShopConnection:
    statement = select(ShopConnection).where(ShopConnection.id == shop_id)
    owned = in_scope(statement, ShopConnection, work.actor).with_for_update()
    return _found(work.session.scalar(owned))


def _found(shop: ShopConnection | None) -> ShopConnection:
    if shop is None:
        raise NotFound("There is no such shop.", code="shop_not_found")
    return shop


def _good(keyring: Keyring, sealed: Sealed) -> Sealed:
    """The secret sealed with the newest key. WooCommerce strips blanks, so do we."""
    try:
        secret = keyring.open(sealed).strip()
    except ValueError:
        raise Invalid(fields={"secret": ["Is not sealed by a key of ours."]}) from None
    if len(secret) < MIN_SECRET:
        message = f"Must have {MIN_SECRET} characters or more."
        raise Invalid(fields={"secret": [message]})
    return keyring.seal(secret)


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid(fields={"name": ["Must not be empty."]})
    return name.strip()


def _domain(kind: ShopKind, given: str) -> str:
    """The bare host; Shopify's is needed, since each of its deliveries names it."""
    domain = given.strip().lower()
    domain = domain.removeprefix("https://").removeprefix("http://").partition("/")[0]
    if kind == ShopKind.SHOPIFY and not domain:
        raise Invalid(fields={"shop_domain": ["Name it, as in demo.myshopify.com."]})
    return domain


def _views(work: Work, shops: Sequence[ShopConnection]) -> list[ShopView]:
    ids = [shop.id for shop in shops]
    parked, exceptions, last = (
        _parked(work, ids),
        _exceptions(work, ids),
        _last_deliveries(work, ids),
    )
    return [
        _view(
            shop,
            parked=parked.get(shop.id, 0),
            exceptions=exceptions.get(shop.id, 0),
            last_delivery_at=last.get(shop.id),
        )
        for shop in shops
    ]


def _parked(work: Work, shop_ids: list[UUID]) -> dict[UUID, int]:
    statement = (
        select(ShopDelivery.shop_id, func.count())
        .where(
            ShopDelivery.shop_id.in_(shop_ids),
            ShopDelivery.state == DeliveryState.PARKED,
        )
        .group_by(ShopDelivery.shop_id)
    )
    return dict(work.session.execute(statement).all())


def _exceptions(work: Work, shop_ids: list[UUID]) -> dict[UUID, int]:
    statement = (
        select(ShopOrderRecord.shop_id, func.count())
        .where(ShopOrderRecord.shop_id.in_(shop_ids), wants_a_look())
        .group_by(ShopOrderRecord.shop_id)
    )
    return dict(work.session.execute(statement).all())


def _last_deliveries(work: Work, shop_ids: list[UUID]) -> dict[UUID, datetime]:
    newest = (
        select(ShopDelivery.received_at)
        .where(ShopDelivery.shop_id == ShopConnection.id)
        .order_by(ShopDelivery.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = select(ShopConnection.id, newest).where(ShopConnection.id.in_(shop_ids))
    return {found: at for found, at in work.session.execute(statement) if at}


def _view(
    shop: ShopConnection,
    *,
    parked: int,
    exceptions: int,
    last_delivery_at: datetime | None,
) -> ShopView:
    return ShopView(
        id=shop.id,
        kind=ShopKind(shop.kind),
        name=shop.name,
        currency=shop.currency,
        shop_domain=shop.shop_domain,
        webhook_path=shop.webhook_path,
        created_at=shop.created_at,
        refused_deliveries=shop.refused_deliveries,
        parked_deliveries=parked,
        is_active=shop.is_active,
        accepts_low_amounts=shop.accepts_low_amounts,
        has_previous_secret=shop.previous_secret is not None,
        exceptions=exceptions,
        last_delivery_at=last_delivery_at,
    )
