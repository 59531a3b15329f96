"""Connecting shops, and who may deliver to a connection."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select, update

from billing.people import operations as people
from billing.webshops.models import ShopConnection, ShopDelivery
from billing.webshops.states import DeliveryState
from lineup.contracts.billing import (
    ChangeShopSecret,
    ConnectShop,
    ListShops,
    ShopKind,
    ShopView,
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
        shop_domain=_domain(request),
        accepts_low_amounts=request.accepts_low_amounts,
        created_at=work.now,
    )
    work.session.add(shop)
    work.session.flush()
    return _view(shop, 0)


def change_shop_secret(
    keyring: Keyring, work: Work, request: ChangeShopSecret
) -> ShopView:
    """Expect another secret from now on; the one before it stays good beside it."""
    statement = select(ShopConnection).where(ShopConnection.id == request.shop_id)
    owned = in_scope(statement, ShopConnection, work.actor).with_for_update()
    shop = work.session.scalar(owned)
    if shop is None:
        raise NotFound("There is no such shop.", code="shop_not_found")
    shop.change_secret(_good(keyring, request.secret))
    work.session.flush()
    return _view(shop, _parked(work, [shop.id]).get(shop.id, 0))


def list_shops(work: Work, request: ListShops) -> Page[ShopView]:
    """Connected shops, newest first, with what went wrong at each."""
    statement = in_scope(select(ShopConnection), ShopConnection, work.actor)
    page = page_of(
        work.session, statement, ShopConnection, request.paging, lambda shop: shop
    )
    parked = _parked(work, [shop.id for shop in page.items])
    views = [_view(shop, parked.get(shop.id, 0)) for shop in page.items]
    return page.showing(views)


def count_refused(work: Work, counts: Mapping[UUID, int]) -> None:
    """Add to the shops' counts of deliveries with a wrong or no signature."""
    for shop_id, count in sorted(counts.items()):
        work.session.execute(
            update(ShopConnection)
            .where(ShopConnection.id == shop_id)
            .values(refused_deliveries=ShopConnection.refused_deliveries + count)
        )


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


def _domain(request: ConnectShop) -> str:
    """The bare host; Shopify's is needed, since each of its deliveries names it."""
    domain = request.shop_domain.strip().lower()
    domain = domain.removeprefix("https://").removeprefix("http://").partition("/")[0]
    if request.kind == ShopKind.SHOPIFY and not domain:
        raise Invalid(fields={"shop_domain": ["Name it, as in demo.myshopify.com."]})
    return domain


def _view(shop: ShopConnection, parked: int) -> ShopView:
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
    )
