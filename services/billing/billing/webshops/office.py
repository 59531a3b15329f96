"""Ways in to the webshops for people: connections, orders, the log of deliveries."""

from functools import partial

from billing.webshops.operations.connections import (
    change_shop_secret,
    connect_shop,
    get_shop,
    list_shops,
    switch_shop,
    update_shop,
)
from billing.webshops.operations.log import (
    get_shop_delivery,
    list_shop_deliveries,
    replay_delivery,
)
from billing.webshops.operations.reading import get_order, list_orders, replay_order
from lineup.bus import Doors, rpc
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Call
from lineup.contracts.billing import (
    ChangeShopSecret,
    ConnectShop,
    GetOrder,
    GetShop,
    GetShopDelivery,
    ListOrders,
    ListShopDeliveries,
    ListShops,
    OrderView,
    ReplayDelivery,
    ReplayOrder,
    ShopDeliveryView,
    ShopView,
    SwitchShop,
    UpdateShop,
)
from lineup.contracts.paging import Page


class ShopDoors(Doors):
    """What partners do with their shops, and support may look at."""

    @rpc(allowed=PARTNERS)
    def connect_shop(self, call: Call[ConnectShop]) -> ShopView:
        """Connect a shop; the answer says where it delivers to."""
        return self.database.once(call, partial(connect_shop, self.keyring))

    @rpc(allowed=PARTNERS)
    def change_shop_secret(self, call: Call[ChangeShopSecret]) -> ShopView:
        """Expect another secret; the one so far stays good beside it."""
        return self.database.once(call, partial(change_shop_secret, self.keyring))

    @rpc(allowed=PARTNERS)
    def update_shop(self, call: Call[UpdateShop]) -> ShopView:
        """Change a shop's settings."""
        return self.database.once(call, update_shop)

    @rpc(allowed=PARTNERS)
    def switch_shop(self, call: Call[SwitchShop]) -> ShopView:
        """Serve a shop's orders or not."""
        return self.database.once(call, switch_shop)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def get_shop(self, call: Call[GetShop]) -> ShopView:
        """One connected shop."""
        return self.database.read(call, get_shop)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def list_shops(self, call: Call[ListShops]) -> Page[ShopView]:
        """Connected shops."""
        return self.database.read(call, list_shops)

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
