"""Pages about seller plans: what resellers and dealers may have at most."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from gateway.admin import choices
from gateway.admin.partner_form import OfPartner
from gateway.panel.entries import entry
from gateway.panel.filters import TextFilter
from gateway.panel.forms import LineupForm, confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table, of_partners
from gateway.request_context import ask
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.accounts.seller_plans import (
    CreateSellerPlan,
    DeleteSellerPlan,
    GetSellerPlan,
    ListSellerPlans,
    SellerPlanView,
    SetSellerPlan,
    UpdateSellerPlan,
)
from lineup.contracts.accounts.tree import AccountView, GetAccount

pages = Blueprint("seller_plans", __name__)

EMPTY_MEANS = "Leave empty for no limit. 0 allows none."
PLANS = of_partners(
    Table(
        "seller-plans",
        Column("name", "Name", order="name"),
        Column("most_customers", "Customers", is_numeric=True),
        Column("most_users", "Users", is_numeric=True),
        Column("most_trials_per_day", "Trials per day", is_numeric=True),
        Column("seller_count", "Sellers", is_numeric=True),
        Column("acts", ""),
        filters=(TextFilter("Name"),),
    )
)


class SellerPlanForm(LineupForm):
    """What a plan is called and allows."""

    asks = CreateSellerPlan
    name = entry("Name", "For example Starter or Unlimited.")
    most_customers = entry("Customers", EMPTY_MEANS)
    most_users = entry("Users", EMPTY_MEANS)
    most_trials_per_day = entry("Trials per day", EMPTY_MEANS)


class NewSellerPlanForm(OfPartner, SellerPlanForm):
    """A new plan; the operator says whose it is."""


class SellerPlanChoice(LineupForm):
    """Which plan a seller has."""

    asks = SetSellerPlan
    seller_plan_id = entry("Seller plan")

    def __init__(self, account: AccountView) -> None:
        plans = choices.seller_plans(account.partner_id)
        super().__init__(obj=account)
        self.seller_plan_id.choices = [
            SelectChoice("", "No limits"),
            *(SelectChoice(*one) for one in plans()),
        ]


@pages.get("/seller-plans")
@page_for(PARTNERS_AND_SUPPORT)
def list_plans() -> str:
    """Plans by name, with how many sellers have each."""
    listing = choices.listing_by_partner(PLANS(), ListSellerPlans)
    return render_template("admin/people/seller_plans/list.html", listing=listing)


@pages.route("/seller-plans/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CreateSellerPlan)
def new_plan() -> ResponseReturnValue:
    """Make a plan."""
    form = NewSellerPlanForm()
    return form_page(
        "admin/people/seller_plans/form.html",
        form,
        lambda: ask(form.to(CreateSellerPlan)),
        lambda made: _back_to_list(f"{made.name} was created."),
        plan=None,
    )


@pages.route("/seller-plans/<uuid:seller_plan_id>/edit", methods=["GET", "POST"])
@page_for(PARTNERS, asks=UpdateSellerPlan)
def edit_plan(seller_plan_id: UUID) -> ResponseReturnValue:
    """Change a plan, and with it the limits of all who have it."""
    plan = _plan(seller_plan_id)
    form = SellerPlanForm(obj=plan)
    return form_page(
        "admin/people/seller_plans/form.html",
        form,
        lambda: ask(form.to(UpdateSellerPlan, seller_plan_id=seller_plan_id)),
        lambda changed: _back_to_list(f"{changed.name} was saved."),
        plan=plan,
    )


@pages.route("/seller-plans/<uuid:seller_plan_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS, asks=DeleteSellerPlan)
def delete_plan(seller_plan_id: UUID) -> ResponseReturnValue:
    """Ask, and remove a plan that nobody has."""
    plan = _plan(seller_plan_id)
    return confirm_page(
        "admin/people/seller_plans/delete.html",
        DeleteSellerPlan(seller_plan_id=seller_plan_id),
        url_for(".list_plans"),
        f"{plan.name} was deleted.",
        plan=plan,
    )


@pages.route("/accounts/<uuid:account_id>/seller-plan", methods=["GET", "POST"])
@page_for(PARTNERS, asks=SetSellerPlan)
def give_plan(account_id: UUID) -> ResponseReturnValue:
    """Choose what a seller is limited to."""
    account = ask(GetAccount(account_id=account_id))
    form = SellerPlanChoice(account)
    address = url_for("sellers_pages.show_account", account_id=account_id)
    return form_page(
        "admin/people/seller_plans/give.html",
        form,
        lambda: ask(form.to(SetSellerPlan, account_id=account_id)),
        lambda changed: go_to(address, f"The limits of {changed.name} were saved."),
        account=account,
        back=address,
    )


def _plan(seller_plan_id: UUID) -> SellerPlanView:
    return ask(GetSellerPlan(seller_plan_id=seller_plan_id))


def _back_to_list(message: str) -> ResponseReturnValue:
    return go_to(url_for(".list_plans"), message)
