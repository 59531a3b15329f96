"""Selling at the counter: one page from a name to a line that plays.

The customer, its first user, the money that was taken and the purchase are made in one
go. Where a later step is refused, what was made stays, and its page says how to go on.
"""

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.admin.sales.sell_forms import BuyerFields, FirstLineForm, SellForm
from gateway.customers import NewCustomer, create_customer
from gateway.panel.display import day_text, money_text
from gateway.panel.forms import form_page
from gateway.panel.guard import page_for
from gateway.panel.one_time_secrets import show_password_once
from gateway.portal.purchase_forms import offers_of
from gateway.request_context import actor, ask
from gateway.selling import buy_for_cash
from lineup.context import OF_PARTNER, SELLERS
from lineup.contracts.accounts.customers import GetCustomer
from lineup.contracts.accounts.tree import GetAccount
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.billing.catalog import CreatePlan, PlanView
from lineup.contracts.billing.subscriptions import Purchase
from lineup.contracts.paging import Paging
from lineup.contracts.playlists.channels import ChannelFilter, ListChannels
from lineup.contracts.playlists.packages import AddPackageChannels, CreatePackage
from lineup.errors import NotFound, Refusal
from lineup.money import Money

pages = Blueprint("sell_pages", __name__)

"""Who takes money and has prices of their own."""


@pages.route("/sell", methods=["GET", "POST"])
@page_for(OF_PARTNER, asks=Purchase)
def sell() -> ResponseReturnValue:
    """Sell a plan to somebody new, paid in cash."""
    offers = offers_of(_own_partner(), had_trial=False)
    plans = {str(offer.plan.id): offer.plan for offer in offers}
    form = SellForm(plans)
    return form_page(
        "admin/sales/sell/sell.html",
        form,
        lambda: create_customer(form.buyer(), step="customer"),
        lambda made: _served(form, made, plans[form.plan_id.data]),
        offers=offers,
    )


@pages.route("/first-line", methods=["GET", "POST"])
@page_for(OF_PARTNER, asks=Purchase)
def first_line() -> ResponseReturnValue:
    """Put all channels on sale, and sell them for the first time."""
    account = ask(GetAccount(account_id=_own_partner()))
    channels = ask(ListChannels(paging=Paging(limit=1, count_up_to=10_000)))
    form = FirstLineForm()
    return form_page(
        "admin/sales/sell/first_line.html",
        form,
        lambda: _first_buyer(form, account.currency),
        lambda made: _with_its_product(form, made, form.money(account.currency)),
        currency=account.currency,
        channel_count=channels.total or 0,
    )


@pages.get("/customers/<uuid:customer_id>/sell")
@page_for(SELLERS, asks=Purchase)
def sell_to(customer_id: UUID) -> Answer:
    """To where a customer's line is sold or renewed: its only one, else the choice."""
    users = ask(ListUsers(customer_id=customer_id, paging=Paging(limit=2))).items
    if len(users) == 1:
        return redirect(url_for("users.buy", user_id=users[0].id))
    ask(GetCustomer(customer_id=customer_id))
    if not users:
        return redirect(url_for("users.new_user", customer_id=customer_id))
    return redirect(
        url_for("money_pages.customer_subscriptions", customer_id=customer_id)
    )


def _first_buyer(form: FirstLineForm, currency: str) -> NewCustomer:
    """The first customer, once the price can be one."""
    form.money(currency)
    return create_customer(form.buyer(), step="customer")


def _with_its_product(form: FirstLineForm, made: NewCustomer, price: Money) -> Answer:
    """Make package, product and plan, and sell it; what is refused is said."""
    try:
        plan = _plan_of_everything(form, price)
    except Refusal as refusal:
        _tell(form, made)
        words = f"The customer was created, but the plan was not: {refusal.message}"
        flash(words, "danger")
        return redirect(url_for("billing_pages.list_products"))
    return _served(form, made, plan)


def _plan_of_everything(form: FirstLineForm, price: Money) -> PlanView:
    """A month of a product of all channels."""
    name = form.product_name.data or ""
    package = ask(CreatePackage(name=name), step="package")
    every = ChannelFilter(partner_id=package.partner_id)
    ask(AddPackageChannels(package_id=package.id, matching=every), step="channels")
    product = ask(form.product(package.id), step="product")
    month = CreatePlan(product_id=product.id, name="1 month", price=price, months=1)
    return ask(month, step="plan")


def _served(form: BuyerFields, made: NewCustomer, plan: PlanView) -> Answer:
    """Take the money and buy; then the page with link, login and password."""
    user = made.users[0]
    _tell(form, made)
    purchase = Purchase(user_id=user.id, plan_id=plan.id)
    try:
        bought = buy_for_cash(made.id, plan.price, purchase)
    except Refusal as refusal:
        flash(
            f"{user.name} was created, but the plan could not be sold: "
            f"{refusal.message}",
            "danger",
        )
        return redirect(url_for("users.buy", user_id=user.id, plan_id=plan.id))
    until, paid = day_text(bought.ends_at), money_text(plan.price)
    flash(f"{_name_of(form)} has {bought.product_name} until {until}; {paid} received.")
    return redirect(url_for("users.show_user", user_id=user.id))


def _tell(form: BuyerFields, made: NewCustomer) -> None:
    show_password_once(_name_of(form), made.login.username, made.login.password)


def _name_of(form: BuyerFields) -> str:
    return f"{form.first_name.data} {form.last_name.data}".strip()


def _own_partner() -> UUID:
    own = actor().partner_id
    if own is None:
        raise NotFound
    return own
