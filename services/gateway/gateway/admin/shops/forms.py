"""What can be entered about shops, and about orders that people must look at."""

import json
import secrets
import string
from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms.fields.choices import SelectChoice

from gateway.admin.partner_form import OfPartner
from gateway.panel.entries import amount_field, chosen_of, entry
from gateway.panel.forms import LineupForm
from lineup.contracts.billing.catalog import ProductView
from lineup.contracts.billing.exceptions import (
    CloseDelivery,
    CloseException,
    ServeDelivery,
    ServeOrder,
)
from lineup.contracts.billing.orders import ExceptionSettlement, OrderView
from lineup.contracts.billing.shops import (
    ChangeShopSecret,
    ConnectShop,
    OtherProduct,
    SetShopAccess,
    ShopKind,
    UpdateShop,
)

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


class ServingFields(LineupForm):
    """Which orders of a shop are served by themselves."""

    tolerance_percent = entry(
        "Payment tolerance",
        "How much less than the plan price may be paid, for example because of coupons "
        "or taxes. Orders below that become exceptions.",
    )
    accepts_low_amounts = entry("Accept any amount")
    paid_statuses = entry(
        "Custom paid statuses",
        "One per line, for WooCommerce, such as shipped. Orders in processing and "
        "completed are always fulfilled.",
    )
    other_product = entry(
        "Order for a different product",
        "When the user already has an active subscription.",
        choices=chosen_of(OTHER_PRODUCT),
    )
    suspends_disputed = entry(
        "Suspend users of disputed orders until the dispute is resolved"
    )


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
    asks = ConnectShop
    kind = entry("Platform", choices=chosen_of(KINDS))
    name = entry("Name")
    secret = entry(
        "Webhook secret",
        "Leave empty to generate one for WooCommerce. Shopify shows its own secret "
        "once you have created a webhook there; enter it then.",
    )
    currency = entry("Currency", is_required=True, default="EUR")
    shop_domain = entry(
        "Shop domain", "Such as demo.myshopify.com. Required for Shopify."
    )


class ShopSettingsForm(ServingFields):
    """What can be changed about a shop."""

    sections = {  # noqa: RUF012 - said by LineupForm
        "": (("name", "shop_domain"),),
        "Orders": (*SERVED, "ignored_skus"),
    }
    asks = UpdateShop
    name = entry("Name")
    shop_domain = entry("Shop domain")
    ignored_skus = entry(
        "Ignored SKUs", "One per line. Items with these SKUs are ignored."
    )


class SecretForm(LineupForm):
    """Another secret for a shop."""

    asks = ChangeShopSecret
    secret = entry(
        "New secret",
        "At least 12 characters. The current secret remains valid for 24 hours.",
        is_required=True,
    )


class AccessForm(LineupForm):
    """With what a shop is asked for orders that it did not deliver."""

    asks = SetShopAccess
    consumer_key = entry("Consumer key", "Begins with ck_.")
    secret = entry("Consumer secret", is_required=True)
    address = entry(
        "Shop URL",
        "Such as https://shop.example/store. Leave empty to use the shop domain.",
    )

    def __init__(self, kind: ShopKind, **options: Any) -> None:
        super().__init__(**options)
        if kind is ShopKind.SHOPIFY:
            del self.consumer_key
            self.secret.label.text = "Admin API access token"
            self.secret.description = "Begins with shpat_."


class CloseForm(LineupForm):
    """How an exception was settled."""

    asks = CloseException
    settlement = entry("Resolution", choices=chosen_of(SETTLEMENTS))
    note = entry("Note", "Kept with the order.")
    takes_back = entry("Cancel these items now, as a refund would")

    def choose_from(self, order: OrderView) -> None:
        """Let pieces be ended that were not taken back yet."""
        live = [item for item in order.pieces if item.state == "filled"]
        self.takes_back.choices = [
            SelectChoice(str(item.id), f"{item.name}, {item.amount}") for item in live
        ]
        if not live:
            del self.takes_back


class NoteForm(LineupForm):
    """What is said when a delivery is closed."""

    asks = CloseDelivery
    note = entry("Note", "Kept with the order.")


class UserForm(LineupForm):
    """Which user a piece of an order runs on."""

    username = entry(
        "Xtream username",
        "As shown on the user's page. Leave empty to create a new user for the buyer.",
    )


class ServeForm(UserForm):
    """A piece of an order, to be served by hand."""

    asks: ClassVar[type] = ServeOrder
    plan_id = entry("Plan")
    amount = amount_field("Amount paid")

    def choose_from(self, products: Sequence[ProductView]) -> None:
        """Let the plans on sale be chosen."""
        self.plan_id.choices = [
            SelectChoice(str(plan.id), f"{product.name}, {plan.name}, {plan.price}")
            for product in products
            for plan in product.plans
            if not plan.is_retired
        ]


class ServeDeliveryForm(ServeForm):
    """What a delivery wanted that could not be read."""

    sections = {  # noqa: RUF012 - said by LineupForm
        "Order": (("external_id", "number"), "plan_id", "amount"),
        "Buyer": (("first_name", "last_name"), "email"),
        "User": ("username",),
    }
    asks = ServeDelivery
    external_id = entry(
        "Order ID in the shop",
        "Prevents the order from being fulfilled twice.",
        is_required=True,
    )
    number = entry("Order number")
    first_name = entry("First name")
    last_name = entry("Last name")
    email = entry("Email")


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
