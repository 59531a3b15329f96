"""What is entered at the counter: who buys, and what."""

from collections.abc import Collection
from uuid import UUID

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from gateway.panel.entries import amount_field, entry
from gateway.panel.forms import LineupForm
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.billing.catalog import CreateProduct

FIRST_LINE = "TV"


class BuyerFields(LineupForm):
    """Who buys: a name is enough."""

    asks = CreateCustomer
    first_name = entry("First name", render_kw={"autofocus": True})
    last_name = entry("Last name")
    email = entry("Email", "The login details are sent to this address.")
    mobile = entry("Mobile", "In international format, such as +31612345678.")
    user_name = entry("Name of the user", default=FIRST_LINE)
    send_credentials = entry("Send login details by email")

    def buyer(self) -> CreateCustomer:
        """The customer to be made, with its first user."""
        name = self.user_name.data or FIRST_LINE
        return self.to(CreateCustomer, user_name=name)


class SellForm(BuyerFields):
    """A plan for somebody who stands at the counter and pays."""

    plan_id = StringField("Plan")

    def __init__(self, plan_ids: Collection[str]) -> None:
        super().__init__()
        self._plan_ids = plan_ids
        if not self.plan_id.data:
            self.plan_id.data = next(iter(plan_ids), "")

    def validate_plan_id(self, field: StringField) -> None:
        """ValidationError for what is not on sale."""
        if field.data not in self._plan_ids:
            raise ValidationError("Choose a plan.")


class FirstLineForm(BuyerFields):
    """A package of everything, a product, a plan, and the first who pays for it."""

    product_name = StringField("Product", [InputRequired()], default="Basic")
    devices = IntegerField("Devices", [NumberRange(1, 100)], default=2)
    amount = amount_field("Price per month")

    def product(self, package_id: UUID) -> CreateProduct:
        """The product to be made, of the package."""
        return self.to(
            CreateProduct, name=self.product_name.data, package_ids=[package_id]
        )
