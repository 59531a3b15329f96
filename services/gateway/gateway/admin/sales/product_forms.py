"""What can be entered about products, plans and balances."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from flask import request
from wtforms import DateField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from gateway.admin.partner_form import PackagesOfPartner
from gateway.panel.amounts import read_amount
from gateway.panel.display import zone
from gateway.panel.entries import amount_field, entry, must_be_whole_money
from gateway.panel.forms import LineupForm
from lineup.contracts.billing.catalog import ChangePlan, CreatePlan, CreateProduct
from lineup.contracts.billing.wallets import CorrectBooking, TopUp
from lineup.contracts.playlists.packages import PackageView
from lineup.money import CREDIT, Money

HIDDEN = "Staff and sellers sell it; customers are not offered it."
SKU = "The SKU used in your webshop. Leave empty if it is not sold there."


class MoneyForm(LineupForm):
    """Money paid outside, put on a balance or taken from it."""

    asks = TopUp
    amount = amount_field("Amount")
    note = entry("Note", "For example the number of the bank transfer.")


class CorrectionForm(LineupForm):
    """A booking that was a mistake, and why."""

    asks = CorrectBooking
    reason = entry("Reason", "Shown in the statement.", is_required=True)


class ProductForm(LineupForm):
    """What is watched, on how many devices."""

    asks = CreateProduct
    sections = {  # noqa: RUF012 - said by LineupForm
        "": ("name", "external_id", "partner_id", "is_trial"),
        "Content": ("package_ids",),
        "Limits": (("devices", "addresses"),),
    }
    name = entry("Name")
    external_id = entry(
        "External ID", "What another system, such as your CRM, calls this product."
    )
    package_ids = entry("Packages")
    devices = entry("Devices")
    addresses = entry("Locations", "Number of homes that can watch at the same time.")

    def choose_from(self, packages: Sequence[PackageView]) -> None:
        """Let these packages be chosen, the demo set not."""
        self.package_ids.choices = [
            SelectChoice(str(one.id), one.name) for one in packages if not one.is_demo
        ]


class NewProductForm(PackagesOfPartner, ProductForm):
    """A product that is not there yet; the operator says whose it is."""

    is_trial = entry(
        "Trial",
        "Free, once per customer, never renewed. Cannot be changed later.",
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


class CreditsField(LineupForm):
    """A price in Credits, beside the one in money."""

    in_credits = entry(
        "Price in Credits",
        "What postpaid sellers pay for it. Leave empty if they cannot sell it.",
        Optional(),
        must_be_whole_money,
    )

    def credits(self) -> Money | None:
        """What was entered; None: it has no price in Credits."""
        entered = self.in_credits.data
        return read_amount(entered, CREDIT) if entered else None


class PlanForm(CreditsField):
    """A length and price of a product."""

    asks = CreatePlan
    sections = {  # noqa: RUF012 - said by LineupForm
        "": ("name", "product_id"),
        "Duration": (("months", "days"),),
        "Price": (("amount", "currency"), "in_credits"),
        "Offered": ("is_hidden", "sku"),
    }
    product_id = entry("Product")
    name = entry("Name")
    months = entry("Months", default=1)
    days = entry("or days", "Enter either months or days.")
    amount = amount_field("Price")
    currency = entry("Currency", is_required=True)
    is_hidden = entry("Hidden", HIDDEN)
    sku = entry("SKU", SKU)


class PlanPriceForm(CreditsField):
    """A plan's name, prices and SKU from now on."""

    asks = ChangePlan
    sections = {"": ("name", "amount", "in_credits", "is_hidden", "sku")}  # noqa: RUF012
    name = entry("Name")
    amount = amount_field("Price")
    is_hidden = entry("Hidden", HIDDEN)
    sku = entry("SKU", SKU)


class RetireForm(LineupForm):
    """Until when a plan that is sold no longer is renewed."""

    last_day = DateField(
        "Last day of renewals",
        [Optional()],
        description="Who has the plan may renew it until then. Leave empty to end "
        "renewals now.",
    )

    def renewable_until(self) -> datetime | None:
        """When that day ends for whoever entered it."""
        if self.last_day.data is None:
            return None
        after = self.last_day.data + timedelta(days=1)
        return datetime.combine(after, time(), zone())
