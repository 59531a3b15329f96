"""What is entered at the counter: who buys, and what."""

from collections.abc import Collection
from typing import Any

from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from gateway.panel.amounts import read_amount
from gateway.panel.forms import LineupForm, line_field, must_be_whole_money
from gateway.panel.people import RequiredByService
from lineup.contracts.accounts.customers import Person
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.billing.catalog import CreatePlan, CreateProduct
from lineup.money import Money

FIRST_LINE = "TV"


class BuyerFields(LineupForm):
    """Who buys: a name is enough."""

    first_name = line_field(
        "First name", RequiredByService(), render_kw={"autofocus": True}
    )
    last_name = line_field("Last name", RequiredByService())
    email = line_field(
        "Email", description="The login details are sent to this address."
    )
    mobile = line_field(
        "Mobile", description="In international format, such as +31612345678."
    )
    user_name = line_field("Name of the user", default=FIRST_LINE)
    send_credentials = BooleanField("Send login details by email", default=True)

    def buyer(self) -> CreateCustomer:
        """The customer to be made, with its first user."""
        return CreateCustomer(
            person=Person(
                first_name=self.first_name.data or "",
                last_name=self.last_name.data or "",
                email=self.email.data or "",
                mobile=self.mobile.data or "",
            ),
            user_name=self.user_name.data or FIRST_LINE,
            send_credentials=bool(self.send_credentials.data),
        )


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

    product_name = line_field("Product", InputRequired(), default="Basic")
    devices = IntegerField("Devices", [NumberRange(1, 100)], default=2)
    amount = line_field("Price per month", InputRequired(), must_be_whole_money)

    def price(self, currency: str) -> Money:
        """What a month costs."""
        return read_amount(self.amount.data or "", currency)

    def product(self, package_id: Any) -> CreateProduct:
        """The product to be made, of the package."""
        return CreateProduct(
            name=self.product_name.data or "",
            package_ids=[package_id],
            devices=self.devices.data or 1,
        )

    def plan(self, product_id: Any, price: Money) -> CreatePlan:
        """A month of it."""
        return CreatePlan(product_id=product_id, name="1 month", price=price, months=1)
