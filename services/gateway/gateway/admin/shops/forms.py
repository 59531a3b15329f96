"""What can be entered about shops, and about orders that people must look at."""

import json
import secrets
import string
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import BooleanField, IntegerField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from gateway.admin.partner_form import OfPartner
from gateway.panel.amounts import read_amount
from gateway.panel.forms import (
    Checklist,
    LinesField,
    LineupForm,
    line_field,
    must_be_whole_money,
)
from lineup.contracts.billing.catalog import ProductView
from lineup.contracts.billing.exceptions import CloseException, ServeDelivery
from lineup.contracts.billing.orders import ExceptionSettlement, OrderView
from lineup.contracts.billing.shops import (
    ChangeShopSecret,
    ConnectShop,
    OtherProduct,
    SetShopAccess,
    ShopKind,
    UpdateShop,
)
from lineup.money import Money

KINDS = {ShopKind.WOOCOMMERCE: "WooCommerce", ShopKind.SHOPIFY: "Shopify"}
"""What the shops call themselves."""
OTHER_PRODUCT = {
    OtherProduct.LIST: "Ask me (list as exception)",
    OtherProduct.CHANGE_NOW: "Switch now and stop the current subscription",
    OtherProduct.CHANGE_AT_END: "Switch when the current subscription ends",
}
SETTLEMENTS = {
    ExceptionSettlement.BY_HAND: "Resolved manually",
    ExceptionSettlement.DISMISSED: "No action needed",
}
LETTERS = string.ascii_letters + string.digits
"""WooCommerce decodes entities in a secret, so that only these are safe."""
SECRET_LETTERS = 40


def generated_secret() -> str:
    """A secret that every shop takes as it is."""
    return "".join(secrets.choice(LETTERS) for _ in range(SECRET_LETTERS))


def _chosen(words: dict[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(value.value, label) for value, label in words.items()]


class ServingFields(LineupForm):
    """Which orders of a shop are served by themselves."""

    tolerance_percent = IntegerField(
        "Payment tolerance",
        [NumberRange(0, 100)],
        default=0,
        description="How much less than the plan price may be paid, for example "
        "because of coupons or taxes. Orders below that become exceptions.",
    )
    accepts_low_amounts = BooleanField("Accept any amount")
    paid_statuses = LinesField(
        "Custom paid statuses",
        description="One per line, for WooCommerce, such as shipped. Orders in "
        "processing"
        " and completed are always fulfilled.",
    )
    other_product = SelectField(
        "Order for a different product",
        choices=_chosen(OTHER_PRODUCT),
        description="When the user already has an active subscription.",
    )
    suspends_disputed = BooleanField(
        "Suspend users of disputed orders until the dispute is resolved"
    )

    def serving(self) -> dict[str, Any]:
        """What was said of them."""
        return {
            "tolerance_percent": self.tolerance_percent.data,
            "accepts_low_amounts": bool(self.accepts_low_amounts.data),
            "paid_statuses": self.paid_statuses.data or [],
            "other_product": OtherProduct(self.other_product.data),
            "suspends_disputed": bool(self.suspends_disputed.data),
        }


SERVED = (
    "tolerance_percent",
    "accepts_low_amounts",
    "paid_statuses",
    "other_product",
    "suspends_disputed",
)


class ShopForm(ServingFields, OfPartner):
    """A shop to be connected."""

    sections = {  # noqa: RUF012 - said by LineupForm
        "": ("name", "partner_id", ("kind", "shop_domain")),
        "Webhooks": ("secret",),
        "Orders": ("currency", *SERVED),
    }
    kind = SelectField("Platform", choices=_chosen(KINDS))
    name = line_field("Name", InputRequired())
    secret = PasswordField(
        "Webhook secret",
        description="Leave empty to generate one for WooCommerce. Shopify shows its own"
        " secret once you have created a webhook there; enter it then.",
    )
    currency = line_field("Currency", InputRequired(), default="EUR")
    shop_domain = line_field(
        "Shop domain",
        description="Such as demo.myshopify.com. Required for Shopify.",
    )

    def to_request(self, secret: str) -> ConnectShop:
        """The shop to be connected."""
        return ConnectShop(
            kind=ShopKind(self.kind.data),
            name=self.name.data or "",
            secret=secret,
            currency=self.currency.data or "",
            shop_domain=self.shop_domain.data or "",
            partner_id=self.partner(),
            **self.serving(),
        )


class ShopSettingsForm(ServingFields):
    """What can be changed about a shop."""

    sections = {  # noqa: RUF012 - said by LineupForm
        "": (("name", "shop_domain"),),
        "Orders": (*SERVED, "ignored_skus"),
    }
    name = line_field("Name", InputRequired())
    shop_domain = line_field("Shop domain")
    ignored_skus = LinesField(
        "Ignored SKUs",
        description="One per line. Items with these SKUs are ignored.",
    )

    def to_request(self, shop_id: UUID) -> UpdateShop:
        """The shop as it is to be."""
        return UpdateShop(
            shop_id=shop_id,
            name=self.name.data or "",
            shop_domain=self.shop_domain.data or "",
            ignored_skus=self.ignored_skus.data or [],
            **self.serving(),
        )


class SecretForm(LineupForm):
    """Another secret for a shop."""

    secret = PasswordField(
        "New secret",
        [InputRequired()],
        description="At least 12 characters. The current secret remains valid for 24 "
        "hours.",
    )

    def to_request(self, shop_id: UUID) -> ChangeShopSecret:
        """The secret to be expected from now on."""
        return ChangeShopSecret(shop_id=shop_id, secret=self.secret.data or "")


class AccessForm(LineupForm):
    """With what a shop is asked for orders that it did not deliver."""

    consumer_key = PasswordField("Consumer key", description="Begins with ck_.")
    secret = PasswordField("Consumer secret", [InputRequired()])
    address = line_field(
        "Shop URL",
        description="Such as https://shop.example/store. Leave empty to use the shop "
        "domain.",
    )

    def __init__(self, kind: ShopKind, **options: Any) -> None:
        super().__init__(**options)
        if kind is ShopKind.SHOPIFY:
            del self.consumer_key
            self.secret.label.text = "Admin API access token"
            self.secret.description = "Begins with shpat_."

    def to_request(self, shop_id: UUID) -> SetShopAccess:
        """The keys."""
        key = self._fields.get("consumer_key")
        return SetShopAccess(
            shop_id=shop_id,
            consumer_key=(key.data if key is not None else None) or None,
            secret=self.secret.data or "",
            address=self.address.data or None,
        )


class CloseForm(LineupForm):
    """How an exception was settled."""

    settlement = SelectField("Resolution", choices=_chosen(SETTLEMENTS))
    note = line_field("Note", Length(max=500), description="Kept with the order.")
    takes_back = Checklist("Cancel these items now, as a refund would")

    def choose_from(self, order: OrderView) -> None:
        """Let pieces be ended that were not taken back yet."""
        live = [item for item in order.pieces if item.state == "filled"]
        self.takes_back.choices = [
            SelectChoice(str(item.id), f"{item.name}, {item.amount}") for item in live
        ]
        if not live:
            del self.takes_back

    def to_request(self, order_id: UUID, exception: str) -> CloseException:
        """The exception to be closed."""
        ticked = self._fields.get("takes_back")
        return CloseException(
            order_id=order_id,
            exception=exception,
            settlement=ExceptionSettlement(self.settlement.data),
            note=self.note.data or "",
            takes_back=[UUID(one) for one in (ticked.data if ticked else None) or []],
        )


class UserForm(LineupForm):
    """Which user a piece of an order runs on."""

    username = line_field(
        "Xtream username",
        description="As shown on the user's page. Leave empty to create a new user "
        "for the buyer.",
    )


class ServeForm(UserForm):
    """A piece of an order, to be served by hand."""

    plan_id = SelectField("Plan", [InputRequired()])
    amount = line_field("Amount paid", InputRequired(), must_be_whole_money)

    def choose_from(self, products: Sequence[ProductView]) -> None:
        """Let the plans on sale be chosen."""
        self.plan_id.choices = [
            SelectChoice(str(plan.id), f"{product.name}, {plan.name}, {plan.price}")
            for product in products
            for plan in product.plans
            if not plan.is_retired
        ]

    def paid(self, currency: str) -> Money:
        """What was paid, in the order's currency."""
        return read_amount(self.amount.data or "", currency)


class ServeDeliveryForm(ServeForm):
    """What a delivery wanted that could not be read."""

    sections = {  # noqa: RUF012 - said by LineupForm
        "Order": (("external_id", "number"), "plan_id", "amount"),
        "Buyer": (("first_name", "last_name"), "email"),
        "User": ("username",),
    }
    external_id = line_field(
        "Order ID in the shop",
        InputRequired(),
        description="Prevents the order from being fulfilled twice.",
    )
    number = line_field("Order number")
    first_name = line_field("First name")
    last_name = line_field("Last name")
    email = line_field("Email")

    def to_request(
        self, delivery_id: UUID, currency: str, user_id: UUID | None
    ) -> ServeDelivery:
        """What is to be served."""
        return ServeDelivery(
            delivery_id=delivery_id,
            external_id=self.external_id.data or "",
            number=self.number.data or "",
            plan_id=UUID(self.plan_id.data),
            amount=self.paid(currency),
            user_id=user_id,
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            email=self.email.data or "",
        )


def facts_in(body: str) -> dict[str, str]:
    """What of an order can be read in a body that is none, to begin a form with."""
    try:
        order = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(order, dict):
        return {}
    buyer = order.get("billing") or order.get("customer")
    buyer = buyer if isinstance(buyer, dict) else {}
    found = {
        "external_id": order.get("id"),
        "number": order.get("number") or order.get("name"),
        "amount": order.get("total") or order.get("total_price"),
        "email": order.get("email") or buyer.get("email"),
        "first_name": buyer.get("first_name"),
        "last_name": buyer.get("last_name"),
    }
    return {
        name: str(value)[:100]
        for name, value in found.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
