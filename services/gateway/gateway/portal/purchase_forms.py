"""What can be bought, and what is entered to buy or to stop."""

from dataclasses import dataclass
from uuid import UUID

from flask import request
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length, ValidationError

from gateway.asking import context
from gateway.ground import clients
from gateway.panel.forms import LineupForm, line
from lineup.contracts.billing import (
    CountFrom,
    ListProducts,
    PlanView,
    ProductView,
    Purchase,
    StopSubscription,
)
from lineup.contracts.paging import MAX_LIMIT, Paging

REASON_LENGTH = 200
FROM_NOW = CountFrom.NOW.value


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One plan that can be bought, with its product."""

    product: ProductView
    plan: PlanView


class BuyForm(LineupForm):
    """The purchase that was looked at and is to be made."""

    plan_id = HiddenField("Plan", [InputRequired()])
    count_from = HiddenField("From when")

    def __init__(self) -> None:
        super().__init__()
        said = self.count_from.data or request.args.get("count_from", "")
        is_known = said in {one.value for one in CountFrom}
        self.count_from.data = said if is_known else CountFrom.AUTO.value

    def validate_plan_id(self, field: HiddenField) -> None:
        """ValidationError for what is no plan's id."""
        try:
            UUID(field.data)
        except ValueError:
            raise ValidationError("Choose a plan.") from None

    def question(self, user_id: UUID) -> Purchase:
        """The purchase to be made."""
        return Purchase(
            user_id=user_id,
            plan_id=UUID(self.plan_id.data),
            count_from=CountFrom(self.count_from.data),
        )


class StopForm(LineupForm):
    """A subscription to be stopped, and why if somebody wants to say."""

    reason = line("Why (kept with the sale)", Length(max=REASON_LENGTH))

    def question(self, subscription_id: UUID) -> StopSubscription:
        """The stop to be made."""
        return StopSubscription(
            subscription_id=subscription_id, reason=self.reason.data or ""
        )


def offers_of(partner_id: UUID) -> list[Offer]:
    """What is on sale at a partner's, product by product."""
    question = ListProducts(on_sale=True, paging=Paging(limit=MAX_LIMIT, order="name"))
    products = clients().billing.list_products(context(), question)
    return [
        Offer(product=product, plan=plan)
        for product in products.items
        if product.partner_id == partner_id
        for plan in product.plans
        if not plan.is_retired
    ]
