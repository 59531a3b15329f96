"""What can be bought, and what is entered to buy or to stop."""

from dataclasses import dataclass
from uuid import UUID

from flask import request
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

from gateway.app_context import app_context
from gateway.panel.entries import entry, must_be_whole_money
from gateway.panel.forms import LineupForm
from gateway.request_context import ask
from lineup.contracts.billing.catalog import (
    GetProduct,
    ListProducts,
    PlanView,
    ProductView,
)
from lineup.contracts.billing.subscriptions import (
    CountFrom,
    ListSubscriptions,
    StopSubscription,
    SubscriptionState,
)
from lineup.contracts.paging import MAX_LIMIT, Paging


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One plan that can be bought, with its product."""

    product: ProductView
    plan: PlanView


class BuyForm(LineupForm):
    """The purchase that was looked at and is to be made."""

    plan_id = HiddenField("Plan", [InputRequired()])
    count_from = HiddenField("From when")
    taken = StringField("Cash received", [Optional(), must_be_whole_money])
    """What was taken at the counter: said by the button that was pressed."""

    def __init__(self) -> None:
        super().__init__()
        count_from = self.count_from.data or request.args.get("count_from", "")
        is_known = count_from in {one.value for one in CountFrom}
        self.count_from.data = count_from if is_known else CountFrom.AUTO.value

    def validate_plan_id(self, field: HiddenField) -> None:
        """ValidationError for what is no plan's id."""
        try:
            UUID(field.data)
        except ValueError:
            raise ValidationError("Choose a plan.") from None


class StopForm(LineupForm):
    """A subscription to be stopped, and why if somebody wants to say."""

    asks = StopSubscription
    reason = entry("Reason (optional, kept with the sale)")


def offers_of(partner_id: UUID, *, had_trial: bool) -> list[Offer]:
    """What can be bought at a partner's: what is paid for first, then what is tried.

    A customer that had its trial is offered no other, unless there is nothing else: it
    is told then why it cannot have it.
    """
    offers = _on_sale(partner_id)
    trials = [offer for offer in offers if offer.product.is_trial]
    paid = [offer for offer in offers if not offer.product.is_trial]
    return paid if had_trial and paid else [*paid, *trials]


def renewable(user_id: UUID) -> list[Offer]:
    """What a user has that is sold no longer, while it may be renewed."""
    found = ask(ListSubscriptions(user_id=user_id, paging=Paging(limit=1))).items
    if not found or found[0].state is SubscriptionState.STOPPED:
        return []
    product = ask(GetProduct(product_id=found[0].product_id))
    now = app_context().clock.now()
    return [
        Offer(product=product, plan=plan)
        for plan in product.plans
        if plan.id == found[0].plan_id
        and plan.renewable_until is not None
        and now < plan.renewable_until
    ]


def had_trial(customer_id: UUID) -> bool:
    """Whether one of a customer's users had a trial, running or over."""
    rpc_request = ListSubscriptions(
        customer_id=customer_id, is_trial=True, paging=Paging(limit=1)
    )
    return bool(ask(rpc_request).items)


def _on_sale(partner_id: UUID) -> list[Offer]:
    """Every plan on sale, product by product."""
    rpc_request = ListProducts(
        on_sale=True, paging=Paging(limit=MAX_LIMIT, order="name")
    )
    products = ask(rpc_request)
    return [
        Offer(product=product, plan=plan)
        for product in products.items
        if product.partner_id == partner_id
        for plan in product.plans
        if not plan.is_retired
    ]
