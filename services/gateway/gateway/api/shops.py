"""Connected shops and what they ordered."""

from dataclasses import replace

from gateway.api.doors import Doors
from gateway.asking import context
from gateway.clients import BillingClient
from gateway.ground import clients, ground
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.billing import ChangeShopSecret, ConnectShop, ShopView

doors = Doors("shops", "Webshops and their orders.", BillingClient)


doors.ask("GET /shops", "list_shops", PARTNERS_AND_SUPPORT)


@doors.open("POST /shops", ConnectShop, ShopView, PARTNERS)
def connect_shop(question: ConnectShop) -> ShopView:
    """Connect a shop; its secret is sealed before it travels on."""
    sealed = ground().keyring.seal(question.secret)
    return clients().billing.connect_shop(context(), replace(question, secret=sealed))


doors.ask("GET /shops/<uuid:shop_id>", "get_shop", PARTNERS_AND_SUPPORT)
doors.ask("PUT /shops/<uuid:shop_id>", "update_shop", PARTNERS)
doors.ask("PUT /shops/<uuid:shop_id>/status", "switch_shop", PARTNERS)
doors.ask("GET /shop-deliveries", "list_shop_deliveries", PARTNERS_AND_SUPPORT)
doors.ask("GET /shop-deliveries/<uuid:delivery_id>", "get_shop_delivery", PARTNERS)
doors.ask(
    "POST /shop-deliveries/<uuid:delivery_id>/replay", "replay_delivery", PARTNERS, 200
)
doors.ask("GET /orders", "list_orders", PARTNERS_AND_SUPPORT)
doors.ask("GET /orders/<uuid:order_id>", "get_order", PARTNERS_AND_SUPPORT)
doors.ask("POST /orders/<uuid:order_id>/replay", "replay_order", PARTNERS, 200)


@doors.open("PUT /shops/<uuid:shop_id>/secret", ChangeShopSecret, ShopView, PARTNERS)
def change_shop_secret(question: ChangeShopSecret) -> ShopView:
    """Sign with another secret from now on; the present one stays good beside it."""
    sealed = ground().keyring.seal(question.secret)
    return clients().billing.change_shop_secret(
        context(), replace(question, secret=sealed)
    )
