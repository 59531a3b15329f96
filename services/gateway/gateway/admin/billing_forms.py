"""What can be entered about products, plans, balances and shops."""

from collections.abc import Sequence
from uuid import UUID

from wtforms import BooleanField, IntegerField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from gateway.admin.partner_form import OfPartner
from gateway.panel.forms import Checklist, LineupForm, line, must_be_whole_money
from lineup.contracts import billing
from lineup.contracts.billing import ShopKind
from lineup.contracts.playlists import PackageView
from lineup.money import Money

KINDS = {ShopKind.WOOCOMMERCE: "WooCommerce", ShopKind.SHOPIFY: "Shopify"}
"""What the shops call themselves."""


def _named(kind: ShopKind) -> SelectChoice:
    return SelectChoice(kind.value, KINDS[kind])


class TopUpForm(LineupForm):
    """Money paid outside, put on a balance."""

    amount = line("Amount", InputRequired(), must_be_whole_money)
    note = line("Note", description="Where it came from, as in: transfer 4711.")

    def question(self, customer_id: UUID, currency: str) -> billing.TopUp:
        """The movement to be made, in the wallet's currency."""
        return billing.TopUp(
            customer_id=customer_id,
            amount=Money.parse(self.amount.data or "", currency),
            note=self.note.data or "",
        )


class ProductForm(LineupForm):
    """What is watched, on how many devices."""

    sections = {  # noqa: RUF012 - said by LineupForm
        "": ("name", "partner_id", "is_trial"),
        "What is watched": ("package_ids",),
        "Where": (("devices", "addresses"),),
    }
    name = line("Name", InputRequired())
    package_ids = Checklist("Packages")
    devices = IntegerField("Devices", [NumberRange(1, 100)], default=2)
    addresses = IntegerField(
        "Addresses",
        [NumberRange(1, 100)],
        default=1,
        description="Homes it may be watched from at the same time.",
    )

    def choose_from(self, packages: Sequence[PackageView]) -> None:
        """Let these packages be chosen, the demo set not."""
        self.package_ids.choices = [
            SelectChoice(str(one.id), one.name) for one in packages if not one.is_demo
        ]

    def change_of(self, product_id: UUID) -> billing.UpdateProduct:
        """The product as it is to be."""
        return billing.UpdateProduct(
            product_id=product_id,
            name=self.name.data or "",
            package_ids=self._packages(),
            devices=self.devices.data or 1,
            addresses=self.addresses.data or 1,
        )

    def _packages(self) -> list[UUID]:
        return [UUID(package) for package in self.package_ids.data or []]


class NewProductForm(OfPartner, ProductForm):
    """A product that is not there yet; the operator says whose it is."""

    is_trial = BooleanField(
        "Trial",
        description="Once for each customer; never renewed. It stays what it is.",
    )

    def question(self) -> billing.CreateProduct:
        """The product to be made."""
        return billing.CreateProduct(
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
        "Length": (("months", "days"),),
        "Price": (("amount", "currency"),),
        "Shops": ("sku",),
    }
    product_id = SelectField("Product", [InputRequired()])
    name = line("Name", InputRequired())
    months = IntegerField("Months", [Optional(), NumberRange(0, 120)], default=1)
    days = IntegerField(
        "or days",
        [Optional(), NumberRange(0, 3660)],
        default=0,
        description="Give months or days, not both.",
    )
    amount = line("Price", InputRequired(), must_be_whole_money)
    currency = line("Currency", InputRequired())
    sku = line("SKU", description="What shops call it; empty: not sold in shops.")

    def question(self, product_id: UUID) -> billing.CreatePlan:
        """The plan to be made."""
        return billing.CreatePlan(
            product_id=product_id,
            name=self.name.data or "",
            price=Money.parse(self.amount.data or "", self.currency.data or ""),
            months=self.months.data or 0,
            days=self.days.data or 0,
            sku=self.sku.data or "",
        )


class PlanPriceForm(LineupForm):
    """A plan's name and price from now on."""

    name = line("Name", InputRequired())
    amount = line("Price", InputRequired(), must_be_whole_money)

    def question(self, plan: billing.PlanView) -> billing.ChangePlan:
        """The change to be made, in the plan's currency."""
        return billing.ChangePlan(
            plan_id=plan.id,
            name=self.name.data or "",
            price=Money.parse(self.amount.data or "", plan.price.asset),
        )


class ShopForm(OfPartner):
    """A shop to be connected."""

    sections = {  # noqa: RUF012 - said by LineupForm
        "": ("name", "partner_id", ("kind", "shop_domain")),
        "Its deliveries": ("secret",),
        "Its orders": ("currency", "accepts_low_amounts"),
    }
    kind = SelectField("Kind", choices=list(map(_named, ShopKind)))
    name = line("Name", InputRequired())
    secret = PasswordField(
        "Secret that signs its deliveries",
        [InputRequired()],
        description="Twelve characters or more, the same as in the shop's webhook.",
    )
    currency = line("Currency", InputRequired(), default="EUR")
    shop_domain = line(
        "Domain of the shop",
        description="As in demo.myshopify.com; needed for Shopify.",
    )
    accepts_low_amounts = BooleanField("Accept amounts below the plan's price")

    def question(self, sealed: str) -> billing.ConnectShop:
        """The shop to be connected, its secret sealed."""
        return billing.ConnectShop(
            kind=ShopKind(self.kind.data),
            name=self.name.data or "",
            secret=sealed,
            currency=self.currency.data or "",
            shop_domain=self.shop_domain.data or "",
            accepts_low_amounts=bool(self.accepts_low_amounts.data),
            partner_id=self.partner(),
        )


class ShopSettingsForm(LineupForm):
    """What can be changed about a shop."""

    name = line("Name", InputRequired())
    shop_domain = line("Domain of the shop")
    accepts_low_amounts = BooleanField("Accept amounts below the plan's price")

    def question(self, shop_id: UUID) -> billing.UpdateShop:
        """The shop as it is to be."""
        return billing.UpdateShop(
            shop_id=shop_id,
            name=self.name.data or "",
            shop_domain=self.shop_domain.data or "",
            accepts_low_amounts=bool(self.accepts_low_amounts.data),
        )


class SecretForm(LineupForm):
    """Another secret for a shop."""

    secret = PasswordField(
        "New secret",
        [InputRequired()],
        description="Twelve characters or more. The present one stays good beside it.",
    )
