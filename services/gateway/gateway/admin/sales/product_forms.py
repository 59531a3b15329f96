"""What can be entered about products, plans, balances and shops."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import request
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from gateway.admin.partner_form import PackagesOfPartner
from gateway.panel.amounts import read_amount
from gateway.panel.forms import Checklist, LineupForm, line_field, must_be_whole_money
from lineup.contracts.billing.catalog import (
    ChangePlan,
    CreatePlan,
    CreateProduct,
    PlanView,
    UpdateProduct,
)
from lineup.contracts.billing.wallets import CorrectBooking, PayOut, TopUp
from lineup.contracts.playlists.packages import PackageView


class TopUpForm(LineupForm):
    """Money paid outside, put on a balance."""

    amount = line_field("Amount", InputRequired(), must_be_whole_money)
    note = line_field(
        "Note", description="For example the number of the bank transfer."
    )

    def to_request(self, customer_id: UUID, currency: str) -> TopUp:
        """The movement to be made, in the wallet's currency."""
        return TopUp(
            customer_id=customer_id,
            amount=read_amount(self.amount.data or "", currency),
            note=self.note.data or "",
        )


class PayOutForm(LineupForm):
    """Money of a balance that the customer is given back outside."""

    amount = line_field("Amount", InputRequired(), must_be_whole_money)
    note = line_field(
        "Note", description="For example the number of the bank transfer."
    )

    def to_request(self, customer_id: UUID, currency: str) -> PayOut:
        """The payout to be booked, in the wallet's currency."""
        return PayOut(
            customer_id=customer_id,
            amount=read_amount(self.amount.data or "", currency),
            note=self.note.data or "",
        )


class CorrectionForm(LineupForm):
    """A booking that was a mistake, and why."""

    reason = line_field(
        "Reason", InputRequired(), description="Shown in the statement."
    )

    def to_request(self, transfer_id: UUID) -> CorrectBooking:
        """The correction to be booked."""
        return CorrectBooking(transfer_id=transfer_id, reason=self.reason.data or "")


class ProductForm(LineupForm):
    """What is watched, on how many devices."""

    sections = {  # noqa: RUF012 - said by LineupForm
        "": ("name", "partner_id", "is_trial"),
        "Content": ("package_ids",),
        "Limits": (("devices", "addresses"),),
    }
    name = line_field("Name", InputRequired())
    package_ids = Checklist("Packages")
    devices = IntegerField("Devices", [NumberRange(1, 100)], default=2)
    addresses = IntegerField(
        "Locations",
        [NumberRange(1, 100)],
        default=1,
        description="Number of homes that can watch at the same time.",
    )

    def choose_from(self, packages: Sequence[PackageView]) -> None:
        """Let these packages be chosen, the demo set not."""
        self.package_ids.choices = [
            SelectChoice(str(one.id), one.name) for one in packages if not one.is_demo
        ]

    def change_of(self, product_id: UUID) -> UpdateProduct:
        """The product as it is to be."""
        return UpdateProduct(
            product_id=product_id,
            name=self.name.data or "",
            package_ids=self._packages(),
            devices=self.devices.data or 1,
            addresses=self.addresses.data or 1,
        )

    def _packages(self) -> list[UUID]:
        return [UUID(package) for package in self.package_ids.data or []]


class NewProductForm(PackagesOfPartner, ProductForm):
    """A product that is not there yet; the operator says whose it is."""

    is_trial = BooleanField(
        "Trial",
        description="Free, once per customer, never renewed. Cannot be changed later.",
    )

    def choose_from(
        self, packages: Sequence[PackageView], partner_names: Mapping[str, str] = {}
    ) -> None:
        """Let these packages be chosen, the demo set not; ticked is what the address
        says.
        """
        sold = [one for one in packages if not one.is_demo]
        super().choose_from(sold, partner_names)
        if request.method == "GET":
            self.package_ids.data = request.args.getlist("package_id")

    def to_request(self) -> CreateProduct:
        """The product to be made."""
        return CreateProduct(
            name=self.name.data or "",
            package_ids=self._packages(),
            devices=self.devices.data or 1,
            addresses=self.addresses.data or 1,
            is_trial=bool(self.is_trial.data),
            partner_id=self.partner(),
        )


class PlanForm(LineupForm):
    """A length and price of a product."""

    sections = {  # noqa: RUF012 - said by LineupForm
        "": ("name", "product_id"),
        "Duration": (("months", "days"),),
        "Price": (("amount", "currency"),),
        "Shops": ("sku",),
    }
    product_id = SelectField("Product", [InputRequired()])
    name = line_field("Name", InputRequired())
    months = IntegerField("Months", [Optional(), NumberRange(0, 120)], default=1)
    days = IntegerField(
        "or days",
        [Optional(), NumberRange(0, 3660)],
        default=0,
        description="Enter either months or days.",
    )
    amount = line_field("Price", InputRequired(), must_be_whole_money)
    currency = line_field("Currency", InputRequired())
    sku = line_field(
        "SKU",
        description="The SKU used in your webshop. Leave empty if it "
        "is not sold there.",
    )

    def to_request(self, product_id: UUID | None) -> CreatePlan:
        """The plan to be made, of the product that was chosen where none is given."""
        return CreatePlan(
            product_id=product_id or UUID(self.product_id.data),
            name=self.name.data or "",
            price=read_amount(self.amount.data or "", self.currency.data or ""),
            months=self.months.data or 0,
            days=self.days.data or 0,
            sku=self.sku.data or "",
        )


class PlanPriceForm(LineupForm):
    """A plan's name, price and SKU from now on."""

    name = line_field("Name", InputRequired())
    amount = line_field("Price", InputRequired(), must_be_whole_money)
    sku = line_field(
        "SKU",
        description="The SKU used in your webshop. Leave empty if it "
        "is not sold there.",
    )

    def to_request(self, plan: PlanView) -> ChangePlan:
        """The change to be made, in the plan's currency."""
        return ChangePlan(
            plan_id=plan.id,
            name=self.name.data or "",
            price=read_amount(self.amount.data or "", plan.price.asset),
            sku=self.sku.data or "",
        )
