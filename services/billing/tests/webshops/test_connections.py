from functools import partial

import pytest
from sqlalchemy import select

from billing.webshops.models import ShopConnection
from billing.webshops.operations.connections import (
    change_shop_secret,
    connect_shop,
    count_refused,
    list_shops,
)
from billing.webshops.operations.reading import get_order, list_orders, replay_order
from lineup.context import SYSTEM
from lineup.contracts.billing import (
    ChangeShopSecret,
    ConnectShop,
    GetOrder,
    ListOrders,
    ListShops,
    ReplayOrder,
    ShopKind,
)
from lineup.errors import Invalid, NotFound
from lineup.money import CurrencyMismatch
from lineup.secrets import make_key

from .conftest import SECRET, Desk, Keyring, a_partner, woo


@pytest.fixture
def neighbour(desk):
    return Desk(desk.database, desk.keyring, desk.clock, a_partner(desk.database))


def kept(desk):
    (shop,) = desk.rows(select(ShopConnection).where(ShopConnection.id == desk.shop.id))
    return shop


class TestConnecting:
    def test_tells_where_the_shop_delivers_to(self, desk):
        shop = desk.connect()

        assert shop.webhook_path == f"/webhooks/woocommerce/{shop.id}"

    def test_keeps_the_secret_sealed(self, desk):
        assert SECRET not in kept(desk).secret
        assert desk.keyring.open(kept(desk).secret) == SECRET

    def test_a_secret_sealed_by_a_stranger_is_invalid(self, desk):
        with pytest.raises(Invalid) as caught:
            desk.connect(secret=Keyring([make_key()]).seal(SECRET))

        assert "secret" in caught.value.fields
        assert SECRET not in str(caught.value.fields)

    @pytest.mark.parametrize("secret", ["", "           ", "short"])
    def test_a_short_secret_is_invalid(self, desk, secret):
        with pytest.raises(Invalid):
            desk.connect(secret=desk.keyring.seal(secret))

    def test_another_currency_than_the_plans_is_refused(self, desk):
        with pytest.raises(CurrencyMismatch):
            desk.connect(currency="USD")

    def test_shopify_needs_its_domain(self, desk):
        with pytest.raises(Invalid) as caught:
            desk.connect(ShopKind.SHOPIFY, shop_domain="")

        assert "shop_domain" in caught.value.fields

    def test_the_domain_is_kept_bare(self, desk):
        shop = desk.connect(shop_domain=" https://Shop.Example/store/ ")

        assert shop.shop_domain == "shop.example"

    def test_the_operator_names_the_partner(self, desk):
        request = ConnectShop(
            kind=ShopKind.WOOCOMMERCE,
            name="Shop",
            secret=desk.keyring.seal(SECRET),
            currency="EUR",
            partner_id=desk.owner.partner_id,
        )

        shop = desk.ask(partial(connect_shop, desk.keyring), request, actor=SYSTEM)

        listed = desk.ask(list_shops, ListShops()).items
        assert shop.id in [each.id for each in listed]

    def test_for_a_neighbour_is_not_found(self, desk, neighbour):
        with pytest.raises(NotFound):
            desk.connect(partner_id=neighbour.owner.partner_id)


class TestChangingTheSecret:
    def test_the_one_before_stays_good_beside_it(self, desk):
        request = ChangeShopSecret(
            shop_id=desk.shop.id, secret=desk.keyring.seal("another-secret")
        )
        desk.ask(partial(change_shop_secret, desk.keyring), request)

        shop = kept(desk)
        assert desk.keyring.open(shop.secret) == "another-secret"
        assert desk.keyring.open(shop.previous_secret) == SECRET

    def test_of_a_neighbours_shop_is_not_found(self, desk, neighbour):
        request = ChangeShopSecret(
            shop_id=desk.shop.id, secret=desk.keyring.seal("another-secret")
        )

        with pytest.raises(NotFound):
            neighbour.ask(partial(change_shop_secret, desk.keyring), request)
        assert kept(desk).previous_secret is None


class TestWhatWentWrong:
    def test_wrong_signatures_are_counted(self, desk):
        for count in (2, 3):
            with desk.database.transaction() as work:
                count_refused(work, {desk.shop.id: count})

        (shop,) = desk.ask(list_shops, ListShops()).items
        assert shop.refused_deliveries == 5

    def test_parked_deliveries_are_counted(self, desk):
        desk.deliver(b"{}")
        desk.deliver(woo())

        (shop,) = desk.ask(list_shops, ListShops()).items
        assert shop.parked_deliveries == 1


class TestTheNeighbour:
    def test_sees_no_shop(self, neighbour):
        assert neighbour.ask(list_shops, ListShops()).items == []

    def test_sees_no_order(self, desk, neighbour):
        desk.deliver(woo())

        assert neighbour.ask(list_orders, ListOrders()).items == []
        with pytest.raises(NotFound):
            neighbour.ask(get_order, GetOrder(order_id=desk.order().id))

    def test_replays_no_order(self, desk, neighbour):
        desk.deliver(woo())

        with pytest.raises(NotFound):
            neighbour.ask(replay_order, ReplayOrder(order_id=desk.order().id))
