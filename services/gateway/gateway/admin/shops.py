"""Pages about shops: connections, deliveries, settings."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin.billing_forms import KINDS, SecretForm, ShopForm, ShopSettingsForm
from gateway.admin.exceptions import delivery_trouble
from gateway.asking import context
from gateway.ground import clients, ground
from gateway.panel.filters import Choice, Dates, Id
from gateway.panel.forms import LineupForm, attempt, status_of
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.billing import (
    ChangeShopSecret,
    DeliveryVerdict,
    GetShop,
    GetShopDelivery,
    ListShopDeliveries,
    ListShops,
    ReplayDelivery,
    ShopView,
    SwitchShop,
)

pages = Blueprint("shops_pages", __name__)

Shown = str | tuple[str, int] | Answer


SHOPS = Table(
    "shops",
    Column("name", "Shop"),
    Column("is_active", "Serves"),
    Column("last_delivery_at", "Last delivery"),
    Column("exceptions", "Exceptions", is_numeric=True),
    Column("parked_deliveries", "Parked", is_numeric=True),
    Column("refused_deliveries", "Refused", is_numeric=True),
    Column("webhook_path", "Delivers to", is_hidden=True),
    Column("created_at", "Since", is_hidden=True),
)
DELIVERIES = Table(
    "deliveries",
    Column("received_at", "Received"),
    Column("topic", "Topic"),
    Column("verdict", "Verdict"),
    Column("problem", "What is wrong"),
    Column("source", "From", is_hidden=True),
    Column("size", "Bytes", is_numeric=True, is_hidden=True),
    Column("acts", ""),
    filters=(
        Choice("verdict", "Verdict", DeliveryVerdict),
        Dates("received", "Received"),
        Id("order_id", "Order"),
    ),
)


@pages.get("/shops")
@page_for(PARTNERS_AND_SUPPORT)
def list_shops() -> str:
    """Connected shops, and what wants a look at each."""
    listing = SHOPS.asked_of(clients().billing.list_shops, ListShops)
    return render_template("admin/shops/list.html", listing=listing, kind_words=KINDS)


@pages.route("/shops/new", methods=["GET", "POST"])
@page_for(PARTNERS)
def connect_shop() -> Shown:
    """Connect a shop."""
    form = ShopForm()
    shop = attempt(form, lambda: _connect(form))
    if shop is not None:
        flash(f"{shop.name} is connected. Let it deliver to the address below.")
        return redirect(_address(shop.id))
    page = render_template("admin/shops/form.html", form=form)
    return page, status_of(form)


@pages.get("/shops/<uuid:shop_id>")
@page_for(PARTNERS_AND_SUPPORT)
def show_shop(shop_id: UUID) -> str:
    """One shop with the log of its deliveries (WS-16)."""
    shop = _shop(shop_id)
    listing = DELIVERIES.asked_of(
        clients().billing.list_shop_deliveries, ListShopDeliveries, shop_id=shop_id
    )
    return render_template(
        "admin/shops/shop.html",
        shop=shop,
        listing=listing,
        trouble=delivery_trouble,
        kind_words=KINDS,
    )


@pages.route("/shops/<uuid:shop_id>/edit", methods=["GET", "POST"])
@page_for(PARTNERS)
def edit_shop(shop_id: UUID) -> Shown:
    """Change a shop's name, domain and what it accepts."""
    shop = _shop(shop_id)
    form = ShopSettingsForm(obj=shop)
    changed = attempt(
        form, lambda: clients().billing.update_shop(context(), form.question(shop_id))
    )
    if changed is not None:
        flash(f"{changed.name} was changed.")
        return redirect(_address(shop_id))
    page = render_template("admin/shops/settings.html", form=form, shop=shop)
    return page, status_of(form)


@pages.route("/shops/<uuid:shop_id>/secret", methods=["GET", "POST"])
@page_for(PARTNERS)
def change_secret(shop_id: UUID) -> Shown:
    """Let a shop sign with another secret; the present one stays good beside it."""
    shop = _shop(shop_id)
    form = SecretForm()
    changed = attempt(form, lambda: _change_secret(shop_id, form))
    if changed is not None:
        flash(f"{changed.name} may sign with the new secret from now on.")
        return redirect(_address(shop_id))
    page = render_template("admin/shops/secret.html", form=form, shop=shop)
    return page, status_of(form)


@pages.route("/shops/<uuid:shop_id>/status", methods=["GET", "POST"])
@page_for(PARTNERS)
def switch_shop(shop_id: UUID) -> Shown:
    """Ask, and serve a shop's orders no longer, or again."""
    shop = _shop(shop_id)
    form = LineupForm()
    question = SwitchShop(shop_id=shop_id, is_active=not shop.is_active)
    switched = attempt(form, lambda: clients().billing.switch_shop(context(), question))
    if switched is not None:
        flash(f"{shop.name} is {'on' if switched.is_active else 'off'}.")
        return redirect(_address(shop_id))
    page = render_template("admin/shops/switch.html", form=form, shop=shop)
    return page, status_of(form)


@pages.get("/shop-deliveries/<uuid:delivery_id>")
@page_for(PARTNERS)
def show_delivery(delivery_id: UUID) -> str:
    """One delivery: its verdict, and its body behind a click."""
    question = GetShopDelivery(delivery_id=delivery_id)
    delivery = clients().billing.get_shop_delivery(context(), question)
    return render_template(
        "admin/shops/delivery.html",
        delivery=delivery,
        trouble=delivery_trouble(delivery.problem) if delivery.problem else None,
    )


@pages.post("/shop-deliveries/<uuid:delivery_id>/replay")
@page_for(PARTNERS)
def replay_delivery(delivery_id: UUID) -> Shown:
    """Work on a parked delivery again; what it says acts once."""
    question = ReplayDelivery(delivery_id=delivery_id)
    delivery = clients().billing.replay_delivery(context(), question)
    if delivery.verdict is DeliveryVerdict.DONE:
        flash("The delivery was worked on.")
    else:
        flash(
            f"It is parked still: {delivery_trouble(delivery.problem).what}", "danger"
        )
    return redirect(url_for("shops_pages.show_delivery", delivery_id=delivery_id))


def _shop(shop_id: UUID) -> ShopView:
    question = GetShop(shop_id=shop_id)
    return clients().billing.get_shop(context(), question)


def _connect(form: ShopForm) -> ShopView:
    sealed = ground().keyring.seal(form.secret.data or "")
    return clients().billing.connect_shop(context(), form.question(sealed))


def _change_secret(shop_id: UUID, form: SecretForm) -> ShopView:
    sealed = ground().keyring.seal(form.secret.data or "")
    question = ChangeShopSecret(shop_id=shop_id, secret=sealed)
    return clients().billing.change_shop_secret(context(), question)


def _address(shop_id: UUID) -> str:
    return url_for("shops_pages.show_shop", shop_id=shop_id)
