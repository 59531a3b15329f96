"""Connected shops and what they ordered."""

from dataclasses import replace

from gateway.api.doors import Doors
from gateway.asking import context
from gateway.clients import BillingClient
from gateway.ground import clients, ground
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.billing.shops import (
    ChangeShopSecret,
    ConnectShop,
    SetShopAccess,
    ShopView,
)

doors = Doors("shops", "Webshops and their orders.", BillingClient)


doors.ask("GET /shops", "list_shops", PARTNERS_AND_SUPPORT)


@doors.open("POST /shops", ConnectShop, ShopView, PARTNERS)
def connect_shop(question: ConnectShop) -> ShopView:
    """Connect a shop; its secret is sealed before it travels on."""
    sealed = ground().keyring.seal(question.secret)
    return clients().billing.connect_shop(context(), replace(question, secret=sealed))


doors.ask("GET /shops/<uuid:shop_id>", "get_shop", PARTNERS_AND_SUPPORT)
doors.change("/shops/<uuid:shop_id>", "update_shop", PARTNERS)
doors.ask(
    "PUT /shops/<uuid:shop_id>/state", "switch_shop", PARTNERS, name="set_shop_state"
)
doors.ask("GET /shop-deliveries", "list_shop_deliveries", PARTNERS_AND_SUPPORT)
doors.ask("GET /shop-deliveries/<uuid:delivery_id>", "get_shop_delivery", PARTNERS)
doors.ask(
    "POST /shop-deliveries/<uuid:delivery_id>/replay",
    "replay_delivery",
    PARTNERS,
    200,
    name="replay_shop_delivery",
)
doors.ask("GET /orders", "list_orders", PARTNERS_AND_SUPPORT)
doors.ask("GET /orders/<uuid:order_id>", "get_order", PARTNERS_AND_SUPPORT)
doors.ask("POST /orders/<uuid:order_id>/replay", "replay_order", PARTNERS, 200)
doors.ask(
    "POST /orders/<uuid:order_id>/exceptions/close", "close_exception", PARTNERS, 200
)
doors.ask("POST /orders/<uuid:order_id>/accept", "accept_order", PARTNERS, 200)
doors.ask("POST /orders/<uuid:order_id>/serve", "serve_order", PARTNERS, 200)
doors.ask(
    "POST /orders/<uuid:order_id>/pieces/<uuid:seat_id>/user",
    "choose_user",
    PARTNERS,
    200,
)
doors.ask("POST /shops/<uuid:shop_id>/ignored-skus", "ignore_sku", PARTNERS, 200)
doors.ask(
    "POST /shop-deliveries/<uuid:delivery_id>/close", "close_delivery", PARTNERS, 200
)
doors.ask("POST /shop-deliveries/<uuid:delivery_id>/serve", "serve_delivery", PARTNERS)


doors.ask(
    "DELETE /shops/<uuid:shop_id>/previous-secret",
    "end_previous_secret",
    PARTNERS,
    200,
    name="delete_previous_shop_secret",
)


@doors.open("PUT /shops/<uuid:shop_id>/secret", ChangeShopSecret, ShopView, PARTNERS)
def change_shop_secret(question: ChangeShopSecret) -> ShopView:
    """Sign with another secret; the present one is good for 24 hours more."""
    sealed = ground().keyring.seal(question.secret)
    return clients().billing.change_shop_secret(
        context(), replace(question, secret=sealed)
    )


@doors.open("POST /shops/<uuid:shop_id>/access", SetShopAccess, ShopView, PARTNERS, 200)
def set_shop_access(question: SetShopAccess) -> ShopView:
    """Ask a shop for orders that it did not deliver, with keys that it gave out."""
    seal = ground().keyring.seal
    sealed = replace(
        question,
        secret=seal(question.secret),
        consumer_key=seal(question.consumer_key) if question.consumer_key else None,
    )
    return clients().billing.set_shop_access(context(), sealed)


doors.ask(
    "DELETE /shops/<uuid:shop_id>/access",
    "end_shop_access",
    PARTNERS,
    200,
    name="delete_shop_access",
)
