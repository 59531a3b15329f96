"""Pages about shops: connections, deliveries, settings."""

from base64 import b64decode
from uuid import UUID

from flask import Blueprint, Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.admin import choices
from gateway.admin.shops.exceptions import delivery_issue, order_fetch_issue
from gateway.admin.shops.forms import (
    KINDS,
    OTHER_PRODUCT,
    AccessForm,
    SecretForm,
    ShopForm,
    ShopSettingsForm,
    generated_secret,
)
from gateway.panel.filters import Choice, Dates, Id
from gateway.panel.forms import confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table, of_partners
from gateway.request_context import ask
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.billing.shops import (
    BodyEncoding,
    ChangeShopSecret,
    ConnectShop,
    DeliveryVerdict,
    EndPreviousSecret,
    EndShopAccess,
    GetShop,
    GetShopDelivery,
    ListShopDeliveries,
    ListShops,
    ReplayDelivery,
    SetShopAccess,
    ShopKind,
    ShopView,
    SwitchShop,
    UpdateShop,
)

pages = Blueprint("shops_pages", __name__)

SHOPS = of_partners(
    Table(
        "shops",
        Column("name", "Shop"),
        Column("is_active", "Status"),
        Column("last_delivery_at", "Last delivery"),
        Column("exceptions", "Exceptions", is_numeric=True),
        Column("parked_deliveries", "On hold", is_numeric=True),
        Column("refused_deliveries", "Rejected", is_numeric=True),
        Column("webhook_path", "Webhook URL", is_hidden=True),
        Column("created_at", "Connected", is_hidden=True),
    )
)
DELIVERIES = Table(
    "deliveries",
    Column("received_at", "Received"),
    Column("topic", "Topic"),
    Column("verdict", "Status"),
    Column("problem", "Problem"),
    Column("source", "Source", is_hidden=True),
    Column("size", "Bytes", is_numeric=True, is_hidden=True),
    Column("acts", ""),
    filters=(
        Choice("verdict", "Status", DeliveryVerdict),
        Dates("received", "Received"),
        Id("order_id", "Order"),
    ),
)


OF_ALL_SHOPS = Table(
    "shop-deliveries",
    Column("shop_name", "Shop"),
    *DELIVERIES.columns,
    filters=(Choice("shop_id", "Shop", convert=UUID), *DELIVERIES.filters),
)


@pages.get("/shops")
@page_for(PARTNERS_AND_SUPPORT)
def list_shops() -> str:
    """Connected shops, and what wants a look at each."""
    listing = choices.listing_by_partner(SHOPS(), ListShops)
    return render_template("admin/shops/list.html", listing=listing, kind_words=KINDS)


@pages.route("/shops/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=ConnectShop)
def connect_shop() -> ResponseReturnValue:
    """Connect a shop."""
    form = ShopForm()
    made = "" if form.secret.data else generated_secret()
    secret = form.secret.data or made
    return form_page(
        "admin/shops/form.html",
        form,
        lambda: ask(form.to(ConnectShop, secret=secret)),
        lambda shop: _connected(shop, made),
    )


def _connected(shop: ShopView, made: str) -> str:
    flash(f"{shop.name} is connected. Now set up its webhooks.")
    return _setup_page(shop, made if shop.kind is ShopKind.WOOCOMMERCE else "")


@pages.get("/shops/<uuid:shop_id>")
@page_for(PARTNERS_AND_SUPPORT)
def show_shop(shop_id: UUID) -> str:
    """One shop with the log of its deliveries."""
    shop = ask(GetShop(shop_id=shop_id))
    listing = DELIVERIES.listing_of(ListShopDeliveries, shop_id=shop_id)
    return render_template(
        "admin/shops/shop.html",
        shop=shop,
        listing=listing,
        trouble=delivery_issue,
        kind_words=KINDS,
        other_words=OTHER_PRODUCT,
        asking=order_fetch_issue(shop.asking_problem) if shop.asking_problem else None,
    )


@pages.get("/shops/<uuid:shop_id>/setup")
@page_for(PARTNERS)
def set_up_shop(shop_id: UUID) -> str:
    """What is to be entered in the shop, step by step, and whether it has delivered."""
    return _setup_page(ask(GetShop(shop_id=shop_id)))


@pages.route("/shops/<uuid:shop_id>/edit", methods=["GET", "POST"])
@page_for(PARTNERS, asks=UpdateShop)
def edit_shop(shop_id: UUID) -> ResponseReturnValue:
    """Change a shop's name, domain and what it accepts."""
    shop = ask(GetShop(shop_id=shop_id))
    form = ShopSettingsForm(obj=shop)
    return form_page(
        "admin/shops/settings.html",
        form,
        lambda: ask(form.to(UpdateShop, shop_id=shop_id)),
        lambda changed: go_to(_address(shop_id), f"{changed.name} was saved."),
        shop=shop,
    )


@pages.route("/shops/<uuid:shop_id>/secret", methods=["GET", "POST"])
@page_for(PARTNERS, asks=ChangeShopSecret)
def change_secret(shop_id: UUID) -> ResponseReturnValue:
    """Let a shop sign with another secret; the present one is good for a day more."""
    shop = ask(GetShop(shop_id=shop_id))
    form = SecretForm()
    return form_page(
        "admin/shops/secret.html",
        form,
        lambda: ask(form.to(ChangeShopSecret, shop_id=shop_id)),
        lambda changed: go_to(
            _address(shop_id), f"The new secret of {changed.name} is active."
        ),
        shop=shop,
    )


@pages.route("/shops/<uuid:shop_id>/previous-secret", methods=["GET", "POST"])
@page_for(PARTNERS, asks=EndPreviousSecret)
def end_previous_secret(shop_id: UUID) -> ResponseReturnValue:
    """Ask, and accept the secret before the present one no longer."""
    shop = ask(GetShop(shop_id=shop_id))
    return confirm_page(
        "admin/shops/previous_secret.html",
        EndPreviousSecret(shop_id=shop_id),
        _address(shop_id),
        f"The previous secret of {shop.name} was revoked.",
        shop=shop,
    )


@pages.route("/shops/<uuid:shop_id>/access", methods=["GET", "POST"])
@page_for(PARTNERS, asks=SetShopAccess)
def set_shop_access(shop_id: UUID) -> ResponseReturnValue:
    """Let a shop be asked for orders that it did not deliver."""
    shop = ask(GetShop(shop_id=shop_id))
    form = AccessForm(shop.kind, address=shop.api_address)
    return form_page(
        "admin/shops/access.html",
        form,
        lambda: ask(form.to(SetShopAccess, shop_id=shop_id)),
        lambda _: go_to(
            _address(shop_id),
            f"Order sync is on for {shop.name}. The first check runs within a minute.",
        ),
        shop=shop,
    )


@pages.route("/shops/<uuid:shop_id>/access/end", methods=["GET", "POST"])
@page_for(PARTNERS, asks=EndShopAccess)
def end_shop_access(shop_id: UUID) -> ResponseReturnValue:
    """Ask, and ask the shop itself no longer."""
    shop = ask(GetShop(shop_id=shop_id))
    return confirm_page(
        "admin/shops/access_end.html",
        EndShopAccess(shop_id=shop_id),
        _address(shop_id),
        f"Order sync is off for {shop.name}, and its API keys were deleted.",
        shop=shop,
    )


@pages.route("/shops/<uuid:shop_id>/state", methods=["GET", "POST"])
@page_for(PARTNERS, asks=SwitchShop)
def switch_shop(shop_id: UUID) -> ResponseReturnValue:
    """Ask, and serve a shop's orders no longer, or again."""
    shop = ask(GetShop(shop_id=shop_id))
    return confirm_page(
        "admin/shops/switch.html",
        SwitchShop(shop_id=shop_id, is_active=not shop.is_active),
        _address(shop_id),
        f"{shop.name} is {'disabled' if shop.is_active else 'enabled'}.",
        shop=shop,
    )


@pages.get("/shop-deliveries")
@page_for(PARTNERS_AND_SUPPORT)
def list_deliveries() -> str:
    """What all shops delivered; those that are parked want a look."""
    rows = OF_ALL_SHOPS.listing().later(ListShopDeliveries)
    shops = choices.shops()
    return render_template(
        "admin/shops/deliveries.html",
        listing=rows.with_options(shop_id=shops()),
        trouble=delivery_issue,
    )


@pages.get("/shop-deliveries/<uuid:delivery_id>")
@page_for(PARTNERS)
def show_delivery(delivery_id: UUID) -> str:
    """One delivery: its verdict, and its body behind a click."""
    delivery = ask(GetShopDelivery(delivery_id=delivery_id))
    return render_template(
        "admin/shops/delivery.html",
        delivery=delivery,
        trouble=delivery_issue(delivery.problem) if delivery.problem else None,
    )


@pages.get("/shop-deliveries/<uuid:delivery_id>/body")
@page_for(PARTNERS)
def download_delivery(delivery_id: UUID) -> Response:
    """The body of a delivery as a file, byte for byte."""
    delivery = ask(GetShopDelivery(delivery_id=delivery_id))
    is_text = delivery.body_encoding is BodyEncoding.UTF8
    body = delivery.body.encode() if is_text else b64decode(delivery.body)
    name = f"delivery-{delivery.id}.{'json' if is_text else 'bin'}"
    return Response(
        body,
        mimetype="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@pages.post("/shop-deliveries/<uuid:delivery_id>/replay")
@page_for(PARTNERS, asks=ReplayDelivery)
def replay_delivery(delivery_id: UUID) -> ResponseReturnValue:
    """Work on a parked delivery again; what it says acts once."""
    delivery = ask(ReplayDelivery(delivery_id=delivery_id))
    address = url_for("shops_pages.show_delivery", delivery_id=delivery_id)
    if delivery.verdict is DeliveryVerdict.DONE:
        return go_to(address, "The delivery was processed.")
    problem = delivery_issue(delivery.problem).what
    return go_to(address, f"Still on hold: {problem}", "danger")


def _setup_page(shop: ShopView, secret: str = "") -> str:
    """The steps in the shop's own menus; a secret that was made is shown this once."""
    return render_template(
        "admin/shops/setup.html",
        shop=shop,
        secret=secret,
        kind_words=KINDS,
        address=url_for("shops_pages.set_up_shop", shop_id=shop.id),
    )


def _address(shop_id: UUID) -> str:
    return url_for("shops_pages.show_shop", shop_id=shop_id)
