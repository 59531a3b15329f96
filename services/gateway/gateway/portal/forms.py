"""What can be entered about users."""

from uuid import UUID

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from gateway.asking import context
from gateway.ground import clients
from gateway.panel.forms import LineupForm, line
from gateway.panel.parts import READ_SECONDS
from lineup.contracts.billing import ListProducts, PlanView, Purchase
from lineup.contracts.paging import MAX_LIMIT, Paging

NAME_LENGTH = 100


class NameForm(LineupForm):
    """A user's name: free text (CU-19)."""

    name = line("Name", InputRequired(), Length(max=NAME_LENGTH))


class BuyForm(LineupForm):
    """The plan to be bought."""

    plan_id = RadioField("Plan", [InputRequired()])

    def __init__(self, partner_id: UUID) -> None:
        super().__init__()
        self.plan_id.choices = [
            SelectChoice(str(plan.id), label) for plan, label in plans_of(partner_id)
        ]

    def question(self, user_id: UUID) -> Purchase:
        """The purchase to be made."""
        return Purchase(user_id=user_id, plan_id=UUID(self.plan_id.data))


def plans_of(partner_id: UUID) -> list[tuple[PlanView, str]]:
    """Plans that can be bought at a partner's, each with its words."""
    question = ListProducts(paging=Paging(limit=MAX_LIMIT))
    products = clients().billing.list_products(
        context(), question, timeout=READ_SECONDS
    )
    return [
        (plan, f"{product.name}, {plan.name}: {plan.price}")
        for product in products.items
        if product.partner_id == partner_id
        for plan in product.plans
        if not plan.is_retired
    ]
