"""Pages about products, shops and orders."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from gateway.admin.forms import PlanForm, ProductForm, ShopForm, TopUpForm
from gateway.asking import context
from gateway.ground import clients, ground
from gateway.panel.filters import Choice, Text
from gateway.panel.forms import LineupForm, attempt, status_of
from gateway.panel.guard import page_for
from gateway.panel.parts import READ_SECONDS, part, wait_for
from gateway.panel.tables import Column, Table
from gateway.waiting import once_it_arrived
from lineup.context import PARTNERS, STAFF_AND_SUPPORT, Role
from lineup.contracts.accounts import GetCustomer
from lineup.contracts.billing import (
    GetOrder,
    GetProduct,
    GetWallet,
    ListOrders,
    ListProducts,
    ListShops,
    OrderState,
    ReplayOrder,
    RetirePlan,
    ShopView,
    WalletView,
)
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.contracts.playlists import ListPackages, PackageView

pages = Blueprint("billing_pages", __name__)

Shown = str | tuple[str, int] | Answer

READERS = PARTNERS | {Role.SUPPORT}
ALL = Paging(limit=MAX_LIMIT)

PRODUCTS = Table(
    "products",
    Column("name", "Name"),
    Column("packages", "Packages", is_numeric=True),
    Column("devices", "Devices", is_numeric=True),
    Column("addresses", "Addresses", is_numeric=True, is_hidden=True),
    Column("plans", "Plans"),
    Column("acts", ""),
    filters=(Text("Name"),),
)
SHOPS = Table(
    "shops",
    Column("name", "Name"),
    Column("kind", "Kind"),
    Column("currency", "Currency"),
    Column("webhook_path", "Delivers to"),
    Column("created_at", "Since"),
)
ORDERS = Table(
    "orders",
    Column("number", "Order"),
    Column("state", "State"),
    Column("buyer_email", "Buyer"),
    Column("total", "Total", is_numeric=True),
    Column("seats", "Seats", is_numeric=True),
    Column("created_at", "When"),
    filters=(Text("Number or buyer"), Choice("state", "State", OrderState)),
)


@pages.get("/products")
@page_for(STAFF_AND_SUPPORT)
def list_products() -> str:
    """Products with their plans."""
    listing = PRODUCTS.asked_of(clients().billing.list_products, ListProducts)
    return render_template("admin/billing/products.html", listing=listing)


@pages.route("/products/new", methods=["GET", "POST"])
@page_for(PARTNERS)
def new_product() -> Shown:
    """Make a product of packages."""
    form = ProductForm()
    form.package_ids.choices = [SelectChoice(str(p.id), p.name) for p in packages()]
    made = attempt(
        form, lambda: clients().billing.create_product(context(), form.question())
    )
    if made is not None:
        flash(f"{made.name} was made; give it a plan.")
        return redirect(url_for("billing_pages.new_plan", product_id=made.id))
    page = render_template("admin/billing/product_form.html", form=form)
    return page, status_of(form)


@pages.route("/products/<uuid:product_id>/plans/new", methods=["GET", "POST"])
@page_for(PARTNERS)
def new_plan(product_id: UUID) -> Shown:
    """Give a product a length and price."""
    product = clients().billing.get_product(
        context(), GetProduct(product_id=product_id), timeout=READ_SECONDS
    )
    form = PlanForm()
    made = attempt(
        form,
        lambda: clients().billing.create_plan(context(), form.question(product_id)),
    )
    if made is not None:
        flash(f"{made.name} can be sold.")
        return redirect(url_for("billing_pages.list_products"))
    page = render_template("admin/billing/plan_form.html", form=form, product=product)
    return page, status_of(form)


@pages.route("/plans/<uuid:plan_id>/retire", methods=["GET", "POST"])
@page_for(PARTNERS)
def retire_plan(plan_id: UUID) -> Shown:
    """Ask, and sell a plan no longer."""
    form = LineupForm()
    question = RetirePlan(plan_id=plan_id)
    gone = attempt(form, lambda: clients().billing.retire_plan(context(), question))
    if gone is not None:
        flash(f"{gone.name} is sold no longer.")
        return redirect(url_for("billing_pages.list_products"))
    page = render_template("admin/billing/plan_retire.html", form=form)
    return page, status_of(form)


@pages.route("/customers/<uuid:customer_id>/top-up", methods=["GET", "POST"])
@page_for(PARTNERS)
def top_up(customer_id: UUID) -> Shown:
    """Put money on a customer's balance that was paid outside."""
    wallet = _wallet(customer_id)
    back = url_for("accounts_pages.show_customer", customer_id=customer_id)
    form = TopUpForm()
    raised = attempt(
        form,
        lambda: clients().billing.top_up(
            context(), form.question(customer_id, wallet.balance.asset)
        ),
    )
    if raised is not None:
        flash(f"The balance is {raised.balance} now.")
        return redirect(back)
    page = render_template(
        "admin/billing/top_up.html",
        form=form,
        wallet=wallet,
        back=back,
    )
    return page, status_of(form)


@pages.get("/shops")
@page_for(READERS)
def list_shops() -> str:
    """Connected shops and their last orders."""
    billing, who, listing = clients().billing, context(), ORDERS.asked()
    shops = billing.list_shops.later(who, ListShops(paging=ALL), timeout=READ_SECONDS)
    orders = billing.list_orders.later(
        who, listing.question(ListOrders), timeout=READ_SECONDS
    )
    wait_for(shops, orders)
    return render_template(
        "admin/billing/shops.html",
        shops=SHOPS.of(part(shops)),
        orders=listing.showing(part(orders)),
    )


@pages.route("/shops/new", methods=["GET", "POST"])
@page_for(PARTNERS)
def connect_shop() -> Shown:
    """Connect a shop."""
    form = ShopForm()
    shop = attempt(form, lambda: _connect(form))
    if shop is not None:
        flash(f"{shop.name} is connected; let it deliver to {shop.webhook_path}.")
        return redirect(url_for("billing_pages.list_shops"))
    page = render_template("admin/billing/shop_form.html", form=form)
    return page, status_of(form)


@pages.get("/orders/<uuid:order_id>")
@page_for(READERS)
def show_order(order_id: UUID) -> str:
    """One shop order and what became of it."""
    order = clients().billing.get_order(
        context(), GetOrder(order_id=order_id), timeout=READ_SECONDS
    )
    return render_template("admin/billing/order.html", order=order, form=LineupForm())


@pages.post("/orders/<uuid:order_id>/replay")
@page_for(PARTNERS)
def replay_order(order_id: UUID) -> Shown:
    """Try an order's exceptions again."""
    clients().billing.replay_order(context(), ReplayOrder(order_id=order_id))
    flash("The order is tried again.")
    return redirect(url_for("billing_pages.show_order", order_id=order_id))


def packages() -> list[PackageView]:
    """The packages a product can be made of."""
    found = clients().playlists.list_packages(
        context(), ListPackages(paging=ALL), timeout=READ_SECONDS
    )
    return [package for package in found.items if not package.is_demo]


def _connect(form: ShopForm) -> ShopView:
    sealed = ground().keyring.seal(form.secret.data or "")
    return clients().billing.connect_shop(context(), form.question(sealed))


def _wallet(customer_id: UUID) -> WalletView:
    """The wallet, waited for where the customer is quite new."""
    question, known = (
        GetWallet(customer_id=customer_id),
        GetCustomer(customer_id=customer_id),
    )
    return once_it_arrived(
        lambda: clients().billing.get_wallet(context(), question, timeout=READ_SECONDS),
        lambda: clients().accounts.get_customer(context(), known),
        missing="customer_not_found",
    )
