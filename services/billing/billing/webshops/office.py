"""Ways in to the webshops for people: connections, orders, the log of deliveries."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar, cast

from billing.settings import BillingSettings
from billing.webshops.models import ShopConnection
from billing.webshops.operations.connections import (
    change_shop_secret,
    connect_shop,
    end_previous_secret,
    end_shop_access,
    get_shop,
    ignore_sku,
    list_shops,
    set_shop_access,
    switch_shop,
    update_shop,
)
from billing.webshops.operations.deciding import (
    accept_order,
    choose_user,
    close_exception,
    serve_order,
)
from billing.webshops.operations.log import (
    close_delivery,
    get_shop_delivery,
    list_shop_deliveries,
    replay_delivery,
    serve_delivery,
)
from billing.webshops.operations.reading import get_order, list_orders, replay_order
from lineup.bus import Doors, rpc
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Call
from lineup.contracts.billing.exceptions import (
    AcceptOrder,
    ChooseUser,
    CloseDelivery,
    CloseException,
    IgnoreSku,
    ServeDelivery,
    ServeOrder,
)
from lineup.contracts.billing.orders import GetOrder, ListOrders, OrderView, ReplayOrder
from lineup.contracts.billing.shops import (
    ChangeShopSecret,
    ConnectShop,
    EndPreviousSecret,
    EndShopAccess,
    GetShop,
    GetShopDelivery,
    ListShopDeliveries,
    ListShops,
    ReplayDelivery,
    SetShopAccess,
    ShopDeliveryView,
    ShopView,
    SwitchShop,
    UpdateShop,
)
from lineup.contracts.paging import Page
from lineup.database import Work, locked

Q = TypeVar("Q")


class ShopDoors(Doors):
    """What partners do with their shops, and support may look at."""

    def _told(self, shop: ShopView) -> ShopView:
        """A shop with the whole address that it delivers to."""
        settings = cast("BillingSettings", self.settings)
        address = f"{settings.shops_url}{shop.webhook_path}"
        return replace(shop, webhook_url=address)

    def _shown(self, work: Work, request: GetShop) -> ShopView:
        return self._told(get_shop(work, request))

    def _changed(
        self, call: Call[Q], change: Callable[[Work, Q], ShopView]
    ) -> ShopView:
        """Change a shop that is as its caller saw it."""
        current = locked(ShopConnection, self._shown, GetShop)
        return self._told(self.database.once(call, change, current))

    @rpc(allowed=PARTNERS)
    def connect_shop(self, call: Call[ConnectShop]) -> ShopView:
        """Connect a shop; the answer says where it delivers to."""
        return self._told(self.database.once(call, partial(connect_shop, self.keyring)))

    @rpc(allowed=PARTNERS)
    def change_shop_secret(self, call: Call[ChangeShopSecret]) -> ShopView:
        """Expect another secret; the one so far is good for 24 hours more."""
        return self._changed(call, partial(change_shop_secret, self.keyring))

    @rpc(allowed=PARTNERS)
    def end_previous_secret(self, call: Call[EndPreviousSecret]) -> ShopView:
        """Accept the secret before the present one no longer."""
        return self._changed(call, end_previous_secret)

    @rpc(allowed=PARTNERS)
    def update_shop(self, call: Call[UpdateShop]) -> ShopView:
        """Change a shop's settings."""
        return self._changed(call, update_shop)

    @rpc(allowed=PARTNERS)
    def switch_shop(self, call: Call[SwitchShop]) -> ShopView:
        """Serve a shop's orders or not."""
        return self._changed(call, switch_shop)

    @rpc(allowed=PARTNERS)
    def set_shop_access(self, call: Call[SetShopAccess]) -> ShopView:
        """Ask a shop for orders that it did not deliver."""
        settings = cast("BillingSettings", self.settings)
        allow_private = settings.allow_private_sources
        give = partial(set_shop_access, self.keyring, allow_private=allow_private)
        return self._changed(call, give)

    @rpc(allowed=PARTNERS)
    def end_shop_access(self, call: Call[EndShopAccess]) -> ShopView:
        """Ask a shop no longer."""
        return self._changed(call, end_shop_access)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def get_shop(self, call: Call[GetShop]) -> ShopView:
        """One connected shop."""
        return self._told(self.database.read(call, get_shop))

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def list_shops(self, call: Call[ListShops]) -> Page[ShopView]:
        """Connected shops."""
        page = self.database.read(call, list_shops)
        return page.showing([self._told(shop) for shop in page.items])

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def list_orders(self, call: Call[ListOrders]) -> Page[OrderView]:
        """Shop orders that pass every filter given."""
        return self.database.read(call, list_orders)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def get_order(self, call: Call[GetOrder]) -> OrderView:
        """One shop order."""
        return self.database.read(call, get_order)

    @rpc(allowed=PARTNERS)
    def replay_order(self, call: Call[ReplayOrder]) -> OrderView:
        """Try an order's exceptions again."""
        return self.database.once(call, replay_order)

    @rpc(allowed=PARTNERS)
    def close_exception(self, call: Call[CloseException]) -> OrderView:
        """Settle one exception of an order, by hand or by dismissing it."""
        return self.database.once(call, close_exception)

    @rpc(allowed=PARTNERS)
    def accept_order(self, call: Call[AcceptOrder]) -> OrderView:
        """Serve an order as it is."""
        return self.database.once(call, accept_order)

    @rpc(allowed=PARTNERS)
    def choose_user(self, call: Call[ChooseUser]) -> OrderView:
        """Say which user a held piece of an order runs on."""
        return self.database.once(call, choose_user)

    @rpc(allowed=PARTNERS)
    def serve_order(self, call: Call[ServeOrder]) -> OrderView:
        """Serve one user of an order by hand."""
        return self.database.once(call, serve_order)

    @rpc(allowed=PARTNERS)
    def ignore_sku(self, call: Call[IgnoreSku]) -> ShopView:
        """List no more what a shop sells under a SKU."""
        return self._told(self.database.once(call, ignore_sku))

    @rpc(allowed=PARTNERS)
    def serve_delivery(self, call: Call[ServeDelivery]) -> OrderView:
        """Serve by hand what a delivery wanted that could not be read."""
        return self.database.once(call, serve_delivery)

    @rpc(allowed=PARTNERS)
    def close_delivery(self, call: Call[CloseDelivery]) -> ShopDeliveryView:
        """Settle a parked delivery."""
        return self.database.once(call, close_delivery)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def list_shop_deliveries(
        self, call: Call[ListShopDeliveries]
    ) -> Page[ShopDeliveryView]:
        """Deliveries of shops that pass every filter given."""
        return self.database.read(call, list_shop_deliveries)

    @rpc(allowed=PARTNERS)
    def get_shop_delivery(self, call: Call[GetShopDelivery]) -> ShopDeliveryView:
        """One delivery with its body, which names people."""
        return self.database.read(call, get_shop_delivery)

    @rpc(allowed=PARTNERS)
    def replay_delivery(self, call: Call[ReplayDelivery]) -> ShopDeliveryView:
        """Work on a parked or stuck delivery again."""
        return self.database.once(call, replay_delivery)
