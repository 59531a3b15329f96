"""Pages about products and plans."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from gateway.admin import choices
from gateway.admin.sales.product_forms import (
    NewProductForm,
    PlanForm,
    PlanPriceForm,
    ProductForm,
    RetireForm,
)
from gateway.panel.filters import TextFilter, YesNo
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.panel.tables import Column, Table, of_partners
from gateway.request_context import ask, ask_later
from lineup.context import PARTNERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.tree import GetAccount
from lineup.contracts.billing.catalog import (
    ChangePlan,
    CreatePlan,
    CreateProduct,
    GetPlanUse,
    GetProduct,
    ListProducts,
    ProductView,
    RetirePlan,
    UpdateProduct,
)

pages = Blueprint("billing_pages", __name__)

PRODUCTS = of_partners(
    Table(
        "products",
        Column("name", "Name", order="name"),
        Column("plans", "Plans"),
        Column("packages", "Packages", is_numeric=True),
        Column("devices", "Devices", is_numeric=True),
        Column("addresses", "Locations", is_numeric=True, is_hidden=True),
        Column("acts", ""),
        filters=(
            TextFilter("Product, plan or SKU"),
            YesNo("on_sale", "Status", "On sale", "Not on sale"),
            YesNo("is_trial", "Type", "Trials only", "Without trials"),
        ),
    )
)
PLANS = Table(
    "plans",
    Column("name", "Plan"),
    Column("length", "Duration"),
    Column("price", "Price", is_numeric=True),
    Column("sku", "SKU"),
    Column("is_retired", "Status"),
    Column("acts", ""),
)


@pages.get("/products")
@page_for(SELLERS_AND_SUPPORT)
def list_products() -> str:
    """Products with their plans."""
    listing = choices.listing_by_partner(PRODUCTS(), ListProducts)
    return render_template("admin/sales/products/products.html", listing=listing)


@pages.get("/products/<uuid:product_id>")
@page_for(SELLERS_AND_SUPPORT)
def show_product(product_id: UUID) -> str:
    """One product: what is watched, and its plans."""
    package_choices = choices.packages()
    product, names = ask(GetProduct(product_id=product_id)), dict(package_choices())
    return render_template(
        "admin/sales/products/product.html",
        product=product,
        packages=[names.get(str(found), "") for found in product.package_ids],
    )


@pages.route("/products/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CreateProduct)
def new_product() -> ResponseReturnValue:
    """Make a product of packages."""
    form, partners = NewProductForm(), choices.partners()
    form.choose_from(choices.packages_to_tick(), dict(partners()))
    return form_page(
        "admin/sales/products/product_form.html",
        form,
        lambda: ask(form.to(CreateProduct)),
        lambda made: go_to(
            url_for("billing_pages.new_plan", product_id=made.id),
            f"{made.name} was created. Now add a plan.",
        ),
        product=None,
        back=_list(),
    )


@pages.route("/products/<uuid:product_id>/edit", methods=["GET", "POST"])
@page_for(PARTNERS, asks=UpdateProduct)
def edit_product(product_id: UUID) -> ResponseReturnValue:
    """Change a product; whoever runs by it follows within a minute."""
    product = ask(GetProduct(product_id=product_id))
    form = ProductForm(obj=product)
    form.choose_from(choices.packages_to_tick(product.partner_id))
    return form_page(
        "admin/sales/products/product_form.html",
        form,
        lambda: ask(form.to(UpdateProduct, product_id=product_id)),
        lambda changed: go_to(
            _address(product_id),
            f"{changed.name} was saved. Existing subscriptions are updated.",
        ),
        product=product,
        back=_address(product_id),
    )


@pages.route("/products/<uuid:product_id>/plans/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CreatePlan)
def new_plan(product_id: UUID) -> ResponseReturnValue:
    """Give a product a length and price."""
    product = ask(GetProduct(product_id=product_id))
    form = PlanForm(
        currency=_currency_of(product.partner_id), sku=request.args.get("sku", "")
    )
    del form.product_id
    return _make_plan(form, product)


@pages.route("/plans/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CreatePlan)
def map_sku() -> ResponseReturnValue:
    """Give a product a plan with a SKU that a shop sells already."""
    fields = {name: request.args.get(name, "") for name in ("sku", "currency")}
    form = PlanForm(**fields)
    form.product_id.choices = [SelectChoice(*one) for one in choices.products()()]
    return _make_plan(form, None)


@pages.route("/plans/<uuid:plan_id>/edit", methods=["GET", "POST"])
@page_for(PARTNERS, asks=ChangePlan)
def edit_plan(plan_id: UUID) -> ResponseReturnValue:
    """Give a plan another name, price and SKU, from the next sale or renewal on."""
    use = ask(GetPlanUse(plan_id=plan_id))
    in_credits = use.plan.credits.decimal() if use.plan.credits else ""
    shown = {"amount": use.plan.price.decimal(), "in_credits": in_credits}
    form = PlanPriceForm(obj=use.plan, data=shown)
    return form_page(
        "admin/sales/products/plan_price.html",
        form,
        lambda: ask(
            form.to(
                ChangePlan,
                plan_id=plan_id,
                price=form.money(use.plan.price.asset),
                credits=form.credits(),
            )
        ),
        lambda changed: go_to(
            _address(changed.product_id), f"{changed.name} now costs {changed.price}."
        ),
        use=use,
        back=_address(use.plan.product_id),
    )


@pages.route("/plans/<uuid:plan_id>/retire", methods=["GET", "POST"])
@page_for(PARTNERS, asks=RetirePlan)
def retire_plan(plan_id: UUID) -> ResponseReturnValue:
    """Say who would be touched, ask, and sell a plan no longer."""
    use = ask(GetPlanUse(plan_id=plan_id))
    back = _address(use.plan.product_id)
    form = RetireForm()
    return form_page(
        "admin/sales/products/plan_retire.html",
        form,
        lambda: ask(
            RetirePlan(plan_id=plan_id, renewable_until=form.renewable_until())
        ),
        lambda retired: go_to(back, f"{retired.name} was retired."),
        use=use,
        back=back,
    )


def _make_plan(form: PlanForm, product: ProductView | None) -> ResponseReturnValue:
    """A plan of a product, or of the one that is chosen where none is given."""
    of = {"product_id": product.id} if product else {}
    return form_page(
        "admin/sales/products/plan_form.html",
        form,
        lambda: ask(
            form.to(
                CreatePlan,
                price=form.money(form.currency.data or ""),
                credits=form.credits(),
                **of,
            )
        ),
        lambda made: go_to(_address(made.product_id), f"{made.name} is on sale."),
        product=product,
        back=_address(product.id) if product else _list(),
    )


def _currency_of(partner_id: UUID) -> str:
    """What a partner sells in; empty while accounts is away."""
    account = optional(ask_later(GetAccount(account_id=partner_id))).value
    return account.currency if account else ""


def _list() -> str:
    return url_for("billing_pages.list_products")


def _address(product_id: UUID) -> str:
    return url_for("billing_pages.show_product", product_id=product_id)
