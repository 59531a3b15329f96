"""Connecting shops, and who may deliver to a connection."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select, update

from billing.people import operations as people
from billing.settings import BillingSettings
from billing.webshops.models import (
    CHANGEOVER,
    ShopConnection,
    ignored_as,
)
from billing.webshops.operations.duplicates import refuse_duplicate_shop
from billing.webshops.operations.exceptions import list_no_more
from billing.webshops.operations.shop_views import shop_view, shop_views
from billing.webshops.payloads import status_of
from billing.webshops.shop_api import is_unencrypted
from lineup.contracts.billing.exceptions import IgnoreSku
from lineup.contracts.billing.refusals import ShopNotFound
from lineup.contracts.billing.shops import (
    ChangeShopSecret,
    ConnectShop,
    EndPreviousSecret,
    EndShopAccess,
    GetShop,
    ListShops,
    SetShopAccess,
    ShopKind,
    ShopView,
    SwitchShop,
    UpdateShop,
)
from lineup.contracts.changes import UNSET, either
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.money import CurrencyMismatch
from lineup.scope import in_scope
from lineup.secrets import Keyring, Sealed
from lineup.validation import all_valid
from lineup.verbs import handles

MOST_KEY = 500
"""Characters of a key of a shop's API."""
MIN_SECRET = 12
"""Characters; shops make 32 and more."""


@handles(ConnectShop)
def connect_shop(
    work: UnitOfWork,
    request: ConnectShop,
    *,
    keyring: Keyring,
    settings: BillingSettings,
) -> ShopView:
    """Connect a shop of the partner; its deliveries go to `webhook_path` from now on.

    CurrencyMismatch when the partner's plans cost another currency, ShopConnected when
    it has the shop already.
    """
    partner = people.acting_partner(work, request.partner_id)
    currency = request.currency.strip().upper()
    if currency != partner.currency:
        raise CurrencyMismatch
    secret, domain = all_valid(
        lambda: _good(keyring, request.secret),
        lambda: _domain(request.kind, request.shop_domain),
    )
    shop = ShopConnection(
        id=new_id(),
        kind=request.kind,
        name=request.name,
        partner_id=partner.id,
        scope=partner.scope,
        secret=secret,
        previous_secret=None,
        previous_secret_ends_at=None,
        currency=currency,
        shop_domain=domain,
        accepts_low_amounts=request.accepts_low_amounts,
        suspends_disputed=request.suspends_disputed,
        other_product=request.other_product,
        tolerance_percent=request.tolerance_percent,
        paid_statuses=_statuses(request.paid_statuses),
        created_at=work.now,
    )
    refuse_duplicate_shop(work, shop)
    work.session.add(shop)
    work.session.flush()
    return shop_view(work, shop, settings)


@handles(ChangeShopSecret, changes=GetShop)
def change_shop_secret(
    work: UnitOfWork,
    request: ChangeShopSecret,
    *,
    keyring: Keyring,
    settings: BillingSettings,
) -> ShopView:
    """Expect another secret from now on; the one so far is good for 24 hours more."""
    shop = _locked(work, request.shop_id)
    shop.change_secret(_good(keyring, request.secret), work.now)
    work.session.flush()
    return shop_view(work, shop, settings)


@handles(EndPreviousSecret, changes=GetShop)
def end_previous_secret(
    work: UnitOfWork, request: EndPreviousSecret, *, settings: BillingSettings
) -> ShopView:
    """Expect the present secret only, before the 24 hours are over."""
    shop = _locked(work, request.shop_id)
    shop.end_previous_secret()
    work.session.flush()
    return shop_view(work, shop, settings)


def end_old_secrets(work: UnitOfWork) -> int:
    """Delete secrets that are good no longer; how many.

    One that was kept without an end, by an older version, gets one.
    """
    kept = ShopConnection.previous_secret.is_not(None)
    ends_at = ShopConnection.previous_secret_ends_at
    work.session.execute(
        update(ShopConnection)
        .where(kept, ends_at.is_(None))
        .values(previous_secret_ends_at=work.now + CHANGEOVER)
    )
    ended = (
        update(ShopConnection)
        .where(kept, ends_at <= work.now)
        .values(previous_secret=None, previous_secret_ends_at=None)
    )
    return len(work.session.scalars(ended.returning(ShopConnection.id)).all())


@handles(UpdateShop, changes=GetShop)
def update_shop(
    work: UnitOfWork, request: UpdateShop, *, settings: BillingSettings
) -> ShopView:
    """Change what is given of a shop's settings; kind, currency and secret stay."""
    shop = _locked(work, request.shop_id)
    shop.name = either(request.name, shop.name)
    if request.shop_domain is not UNSET:
        _move(work, shop, _domain(ShopKind(shop.kind), request.shop_domain))
    shop.accepts_low_amounts = either(
        request.accepts_low_amounts, shop.accepts_low_amounts
    )
    shop.suspends_disputed = either(request.suspends_disputed, shop.suspends_disputed)
    shop.other_product = either(request.other_product, shop.other_product)
    shop.tolerance_percent = either(request.tolerance_percent, shop.tolerance_percent)
    if request.paid_statuses is not UNSET:
        shop.paid_statuses = _statuses(request.paid_statuses)
    if request.ignored_skus is not UNSET:
        skus = map(ignored_as, request.ignored_skus)
        shop.ignored_skus = list(dict.fromkeys(filter(None, skus)))
    work.session.flush()
    return shop_view(work, shop, settings)


@handles(SwitchShop, changes=GetShop)
def switch_shop(
    work: UnitOfWork, request: SwitchShop, *, settings: BillingSettings
) -> ShopView:
    """Serve a shop's orders or not; what comes meanwhile is parked, to be replayed."""
    shop = _locked(work, request.shop_id)
    shop.is_active = request.is_active
    work.session.flush()
    return shop_view(work, shop, settings)


@handles(IgnoreSku)
def ignore_sku(
    work: UnitOfWork, request: IgnoreSku, *, settings: BillingSettings
) -> ShopView:
    """List no more what a shop sells under a SKU, also where it is listed now."""
    shop = _locked(work, request.shop_id)
    list_no_more(work, shop, request.sku)
    return shop_view(work, shop, settings)


@handles(SetShopAccess, changes=GetShop)
def set_shop_access(
    work: UnitOfWork,
    request: SetShopAccess,
    *,
    keyring: Keyring,
    settings: BillingSettings,
) -> ShopView:
    """Ask a shop, from now on, for what it did not deliver; its keys stay sealed.

    Invalid without an address, with one that would tell the keys to others, or without
    the key that WooCommerce has, too.
    """
    shop = _locked(work, request.shop_id)
    secret, key, address = all_valid(
        lambda: _opened(keyring, "secret", request.secret),
        lambda: (
            _opened(keyring, "consumer_key", request.consumer_key)
            if shop.kind == ShopKind.WOOCOMMERCE
            else None
        ),
        lambda: _address(shop, request.address or "", settings),
    )
    shop.give_access(key, secret, address, work.now)
    work.session.flush()
    return shop_view(work, shop, settings)


@handles(EndShopAccess, changes=GetShop)
def end_shop_access(
    work: UnitOfWork, request: EndShopAccess, *, settings: BillingSettings
) -> ShopView:
    """Ask a shop no longer, and forget its keys."""
    shop = _locked(work, request.shop_id)
    shop.end_access()
    work.session.flush()
    return shop_view(work, shop, settings)


def _address(shop: ShopConnection, address: str, settings: BillingSettings) -> str:
    """Where to ask a shop; empty: at its domain.

    Invalid where it has none, and for an address that sends keys unencrypted or names
    some itself.
    """
    if not (address or shop.shop_domain):
        raise Invalid(fields={"address": ["Enter the shop URL or domain."]})
    if "@" in urlsplit(address).netloc:
        raise Invalid(
            fields={"address": ["The URL must not contain a username or password."]}
        )
    if is_unencrypted(address) and not settings.allow_private_sources:
        raise Invalid(fields={"address": ["Must begin with https://."]})
    return address


def _opened(keyring: Keyring, field: str, sealed: Sealed | None) -> Sealed:
    """A key of a shop's API sealed with the newest key of ours; Invalid without one."""
    try:
        said = keyring.open(sealed).strip() if sealed else ""
    except ValueError:
        raise Invalid(
            fields={field: ["Is not encrypted with a key of this installation."]}
        ) from None
    if not said or len(said) > MOST_KEY or not said.isascii() or not said.isprintable():
        raise Invalid(fields={field: ["Copy it exactly as shown in the shop."]})
    return keyring.seal(said)


@handles(GetShop, row=ShopConnection)
def get_shop(
    work: UnitOfWork, request: GetShop, *, settings: BillingSettings
) -> ShopView:
    """One connected shop in the actor's scope."""
    statement = select(ShopConnection).where(ShopConnection.id == request.shop_id)
    owned = in_scope(statement, ShopConnection, work.actor)
    shop = _found(work.session.scalar(owned))
    return shop_view(work, shop, settings)


@handles(ListShops)
def list_shops(
    work: UnitOfWork, request: ListShops, *, settings: BillingSettings
) -> Page[ShopView]:
    """Connected shops, newest first, with what went wrong at each."""
    statement = in_scope(select(ShopConnection), ShopConnection, work.actor)
    page: Page[ShopConnection] = page_of(
        work.session, statement, ShopConnection, request.paging, lambda shop: shop
    )
    return page.showing(shop_views(work, page.items, settings))


def count_refused(work: UnitOfWork, counts: Mapping[UUID, int]) -> None:
    """Add to the shops' counts of deliveries with a wrong or no signature."""
    for shop_id, count in sorted(counts.items()):
        work.session.execute(
            update(ShopConnection)
            .where(ShopConnection.id == shop_id)
            .values(refused_deliveries=ShopConnection.refused_deliveries + count)
        )


def _locked(work: UnitOfWork, shop_id: UUID) -> ShopConnection:
    statement = select(ShopConnection).where(ShopConnection.id == shop_id)
    owned = in_scope(statement, ShopConnection, work.actor).with_for_update()
    return _found(work.session.scalar(owned))


def _found(shop: ShopConnection | None) -> ShopConnection:
    if shop is None:
        raise ShopNotFound
    return shop


def _good(keyring: Keyring, sealed: Sealed) -> Sealed:
    """The secret sealed with the newest key. WooCommerce strips blanks, so do we."""
    try:
        secret = keyring.open(sealed).strip() if sealed else ""
    except ValueError:
        raise Invalid(
            fields={"secret": ["Is not encrypted with a key of this installation."]}
        ) from None
    if len(secret) < MIN_SECRET:
        message = f"Must have {MIN_SECRET} characters or more."
        raise Invalid(fields={"secret": [message]})
    return keyring.seal(secret)


def _domain(kind: ShopKind, given: str) -> str:
    """The bare host; Shopify's is needed, since each of its deliveries names it."""
    domain = given.strip().lower()
    domain = domain.removeprefix("https://").removeprefix("http://").partition("/")[0]
    if kind == ShopKind.SHOPIFY and not domain:
        raise Invalid(
            fields={"shop_domain": ["Enter the domain, such as demo.myshopify.com."]}
        )
    return domain


def _statuses(named: Iterable[str]) -> list[str]:
    """Each status once, as the shop's payloads say it."""
    return list(dict.fromkeys(filter(None, map(status_of, named))))


def _move(work: UnitOfWork, shop: ShopConnection, domain: str) -> None:
    """Let a shop have another address; what stays as it is, is refused to nobody."""
    if domain != shop.shop_domain:
        shop.shop_domain = domain
        refuse_duplicate_shop(work, shop)
