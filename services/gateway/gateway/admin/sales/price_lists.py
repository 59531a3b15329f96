"""Pages about price lists: what a reseller or dealer may sell, and for how much."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from gateway.admin.content.common import MAX_OPTIONS
from gateway.panel.display import money_text
from gateway.panel.entries import amount_field, entry
from gateway.panel.forms import LineupForm, act_and_tell, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.optional_results import OptionalResult, optional_if_known, wait_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask, ask_later
from lineup.context import PARTNERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.tree import AccountView, GetAccount
from lineup.contracts.billing.catalog import GetPlan, ListProducts
from lineup.contracts.billing.price_lists import (
    GetPriceList,
    PlanPrice,
    PriceList,
    RemovePlanPrice,
    SetPlanPrice,
)
from lineup.contracts.billing.seller_credits import GetSellerCredits
from lineup.contracts.paging import Page
from lineup.money import CREDIT, Money

pages = Blueprint("price_lists", __name__)

PRICES = Table(
    "prices",
    Column("product_name", "Product"),
    Column("plan_name", "Plan"),
    Column("price", "Price", is_numeric=True),
    Column("list_price", "List price", is_numeric=True),
    Column("acts", ""),
)
Plans = Mapping[str, tuple[str, Money | None]]
"""Plans on sale by their ids: what each is called, and its list price; None: it has
none in Credits.
"""


class PriceForm(LineupForm):
    """What a plan costs customers of a seller."""

    asks = SetPlanPrice
    amount = amount_field(
        "Price",
        is_required=False,
        description="Leave empty for the list price, also when that changes.",
    )
    discount_percent = entry(
        "Discount (%)",
        "On the list price, rounded up; only without a price here.",
        is_required=False,
        default=0,
    )

    @property
    def discount(self) -> int:
        """The discount that was entered; nothing is none."""
        return self.discount_percent.data or 0

    def price(self, currency: str) -> Money | None:
        """The price that was entered; None: the list price."""
        return self.money(currency) if self.amount.data else None


class ListedPlanForm(PriceForm):
    """A plan that is new on a price list."""

    sections: ClassVar = {"": ("plan_id", "amount", "discount_percent")}
    plan_id = entry("Plan", kind=SelectField)

    def __init__(self, plans: Plans) -> None:
        super().__init__()
        self.plan_id.choices = [
            SelectChoice(id_, f"{name} ({money_text(price) if price else 'no price'})")
            for id_, (name, price) in plans.items()
        ]


@pages.get("/accounts/<uuid:account_id>/price-list")
@page_for(SELLERS_AND_SUPPORT)
def show_list(account_id: UUID) -> str:
    """What a seller may sell, and for how much."""
    account = ask_later(GetAccount(account_id=account_id))
    prices = ask_later(GetPriceList(account_id=account_id))
    wait_for(account, prices)
    return render_template(
        "admin/sales/price_lists/list.html",
        account=account.reply(),
        listing=PRICES.of(_plans(optional_if_known(prices))),
    )


@pages.route("/accounts/<uuid:account_id>/price-list/add", methods=["GET", "POST"])
@page_for(PARTNERS, asks=SetPlanPrice)
def add_plan(account_id: UUID) -> ResponseReturnValue:
    """Put a plan on a seller's list."""
    account = ask(GetAccount(account_id=account_id))
    plans = _plans_on_sale(account, is_postpaid=_is_postpaid(account_id))
    form = ListedPlanForm(plans)
    return form_page(
        "admin/sales/price_lists/form.html",
        form,
        lambda: ask(
            form.to(
                SetPlanPrice,
                account_id=account_id,
                price=form.price(_currency_of(plans[form.plan_id.data][1])),
                discount_percent=form.discount,
            )
        ),
        lambda _: _back_to_list(account_id, "The plan was added."),
        account=account,
        plan=None,
        back=_address_of(account_id),
    )


@pages.route(
    "/accounts/<uuid:account_id>/price-list/<uuid:plan_id>", methods=["GET", "POST"]
)
@page_for(PARTNERS, asks=SetPlanPrice)
def change_price(account_id: UUID, plan_id: UUID) -> ResponseReturnValue:
    """Give a plan another price at a seller, from the next sale or renewal on."""
    account = ask(GetAccount(account_id=account_id))
    plan = ask(GetPlan(plan_id=plan_id))
    currency = CREDIT if _is_postpaid(account_id) else plan.price.asset
    form = PriceForm(data=_listed(account_id, plan_id))
    return form_page(
        "admin/sales/price_lists/form.html",
        form,
        lambda: ask(
            form.to(
                SetPlanPrice,
                account_id=account_id,
                plan_id=plan_id,
                price=form.price(currency),
                discount_percent=form.discount,
            )
        ),
        lambda _: _back_to_list(account_id, f"{plan.name} was saved."),
        account=account,
        plan=plan,
        list_price=plan.credits if currency == CREDIT else plan.price,
        currency=currency,
        back=_address_of(account_id),
    )


@pages.post("/accounts/<uuid:account_id>/price-list/<uuid:plan_id>/remove")
@page_for(PARTNERS, asks=RemovePlanPrice)
def remove_plan(account_id: UUID, plan_id: UUID) -> Answer:
    """Take a plan off a seller's list."""
    return act_and_tell(lambda: _remove(account_id, plan_id), _address_of(account_id))


def _remove(account_id: UUID, plan_id: UUID) -> str:
    ask(RemovePlanPrice(account_id=account_id, plan_id=plan_id))
    return "The plan was removed from the price list."


def _currency_of(list_price: Money | None) -> str:
    """What a price is entered in; without one in Credits it is in those."""
    return CREDIT if list_price is None else list_price.asset


def _is_postpaid(account_id: UUID) -> bool:
    return ask(GetSellerCredits(account_id=account_id)).type is not None


def _listed(account_id: UUID, plan_id: UUID) -> dict[str, str | int]:
    """The seller's price and discount, as they are entered; empty: the list price."""
    for one in ask(GetPriceList(account_id=account_id)).plans:
        if one.plan_id == plan_id:
            amount = "" if one.own_price is None else one.own_price.decimal()
            return {"amount": amount, "discount_percent": one.discount_percent}
    return {}


def _plans_on_sale(account: AccountView, *, is_postpaid: bool) -> Plans:
    """What the seller's partner sells, by product."""
    products = ask(ListProducts(on_sale=True, paging=MAX_OPTIONS)).items
    return {
        str(plan.id): (
            f"{product.name}, {plan.name}",
            plan.credits if is_postpaid else plan.price,
        )
        for product in sorted(products, key=lambda one: one.name)
        for plan in product.plans
        if product.partner_id == account.partner_id and not plan.is_retired
    }


def _plans(found: OptionalResult[PriceList]) -> OptionalResult[Page[PlanPrice]]:
    prices = found.value
    return OptionalResult(None if prices is None else Page(items=prices.plans))


def _back_to_list(account_id: UUID, message: str) -> ResponseReturnValue:
    return go_to(_address_of(account_id), message)


def _address_of(account_id: UUID) -> str:
    return url_for(".show_list", account_id=account_id)
