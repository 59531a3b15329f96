from datetime import timedelta

import pytest
from sqlalchemy import select, update

from billing.webshops.credential_cache import ShopKeys
from billing.webshops.models import ShopConnection
from billing.webshops.operations.connections import (
    change_shop_secret,
    connect_shop,
    count_refused,
    end_old_secrets,
    end_previous_secret,
    get_shop,
    list_shops,
    update_shop,
)
from billing.webshops.operations.order_queries import (
    get_order,
    list_orders,
    replay_order,
)
from lineup.context import SYSTEM
from lineup.contracts.billing.orders import GetOrder, ListOrders, ReplayOrder
from lineup.contracts.billing.refusals import ShopConnected
from lineup.contracts.billing.shops import (
    ChangeShopSecret,
    ConnectShop,
    EndPreviousSecret,
    GetShop,
    ListShops,
    ShopKind,
    UpdateShop,
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


def change_secret(desk, secret="another-secret"):
    request = ChangeShopSecret(shop_id=desk.shop.id, secret=desk.keyring.seal(secret))
    return desk.ask(change_shop_secret, request)


def good_secrets(desk):
    """What a delivery may be signed with now."""
    sealed = ShopKeys.of(kept(desk)).secrets_at(desk.clock.now())
    return [desk.keyring.open(secret) for secret in sealed]


class TestConnecting:
    def test_tells_where_the_shop_delivers_to(self, desk):
        shop = desk.connect()

        assert shop.webhook_path == f"/webhooks/woocommerce/{shop.id}"

    @pytest.mark.feature("OP-12")
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

    def test_everything_wrong_with_a_connection_is_told_at_once(self, desk):
        with pytest.raises(Invalid) as caught:
            desk.connect(
                ShopKind.SHOPIFY, secret=desk.keyring.seal("short"), shop_domain=""
            )

        assert set(caught.value.fields) == {"secret", "shop_domain"}
        assert caught.value.code == "invalid"

    def test_shopify_needs_its_domain(self, desk):
        with pytest.raises(Invalid) as caught:
            desk.connect(ShopKind.SHOPIFY, shop_domain="")

        assert "shop_domain" in caught.value.fields

    def test_the_domain_is_kept_bare(self, desk):
        shop = desk.connect(shop_domain=" https://Shop.Example/store/ ")

        assert shop.shop_domain == "shop.example"

    @pytest.mark.parametrize(
        "again", ["shop.example", "https://WWW.Shop.Example/", "shop.example."]
    )
    def test_one_shop_is_connected_once(self, desk, again):
        first = desk.connect(name="North", shop_domain="http://www.shop.example")

        with pytest.raises(ShopConnected) as refused:
            desk.connect(shop_domain=again)

        assert refused.value.code == "shop_connected"
        assert refused.value.details == {"shop_id": str(first.id)}
        assert "North" in refused.value.message

    def test_a_shop_without_its_address_is_known_by_where_it_delivers_from(self, desk):
        desk.deliver(woo(), source="www.shop.example")

        with pytest.raises(ShopConnected):
            desk.connect(shop_domain="shop.example")

    def test_what_was_found_by_asking_does_not_hide_where_it_delivers_from(self, desk):
        desk.deliver(woo(), source="www.shop.example")
        desk.deliver(woo(id=5013, number="5013"))

        with pytest.raises(ShopConnected):
            desk.connect(shop_domain="shop.example")

    def test_others_are_no_twins(self, desk, neighbour):
        desk.connect(shop_domain="demo.myshopify.com")

        desk.connect(ShopKind.SHOPIFY)
        neighbour.connect(shop_domain="demo.myshopify.com")
        desk.connect(shop_domain="shop.demo.myshopify.com")
        desk.connect(shop_domain="")
        desk.connect(shop_domain="")

        assert len(desk.ask(list_shops, ListShops()).items) == 6

    def test_no_shop_moves_to_where_another_is(self, desk):
        desk.connect(shop_domain="shop.example")
        second = desk.connect(shop_domain="shop2.example")

        def move(domain):
            desk.ask(update_shop, UpdateShop(shop_id=second.id, shop_domain=domain))

        with pytest.raises(ShopConnected):
            move("shop.example")
        move("shop2.example")
        move("shop3.example")

    def test_the_operator_names_the_partner(self, desk):
        request = ConnectShop(
            kind=ShopKind.WOOCOMMERCE,
            name="Shop",
            secret=desk.keyring.seal(SECRET),
            currency="EUR",
            partner_id=desk.owner.partner_id,
        )

        shop = desk.ask(connect_shop, request, actor=SYSTEM)

        listed = desk.ask(list_shops, ListShops()).items
        assert shop.id in [each.id for each in listed]

    def test_for_a_neighbour_is_not_found(self, desk, neighbour):
        with pytest.raises(NotFound):
            desk.connect(partner_id=neighbour.owner.partner_id)


class TestChangingTheSecret:
    @pytest.mark.feature("WS-17")
    def test_the_one_before_is_good_for_a_day_and_then_deleted(self, desk):
        changed = change_secret(desk)

        ends_at = desk.clock.now() + timedelta(hours=24)
        assert (changed.has_previous_secret, changed.previous_secret_ends_at) == (
            True,
            ends_at,
        )
        assert good_secrets(desk) == ["another-secret", SECRET]
        desk.clock.forward(hours=24)
        assert good_secrets(desk) == ["another-secret"]
        shown = desk.ask(get_shop, GetShop(shop_id=desk.shop.id))
        assert (shown.has_previous_secret, shown.previous_secret_ends_at) == (
            False,
            None,
        )
        with desk.database.transaction() as work:
            assert end_old_secrets(work) == 1
        assert kept(desk).previous_secret is None

    def test_a_secret_that_is_good_is_not_deleted(self, desk):
        change_secret(desk)
        with desk.database.transaction() as work:
            assert end_old_secrets(work) == 0

        assert good_secrets(desk) == ["another-secret", SECRET]

    def test_the_one_before_is_ended_at_once(self, desk):
        change_secret(desk)
        for _ in range(2):
            ended = desk.ask(
                end_previous_secret, EndPreviousSecret(shop_id=desk.shop.id)
            )
            assert ended.previous_secret_ends_at is None

        assert good_secrets(desk) == ["another-secret"]
        assert kept(desk).previous_secret is None

    def test_changed_twice_only_the_last_two_are_good(self, desk):
        change_secret(desk)
        change_secret(desk, "a-third-secret")

        assert good_secrets(desk) == ["a-third-secret", "another-secret"]

    def test_one_that_an_older_version_left_without_an_end_gets_one(self, desk):
        change_secret(desk)
        with desk.database.transaction() as work:
            work.session.execute(
                update(ShopConnection).values(previous_secret_ends_at=None)
            )
            end_old_secrets(work)

        assert good_secrets(desk) == ["another-secret", SECRET]

    def test_of_a_neighbours_shop_is_not_found(self, desk, neighbour):
        request = ChangeShopSecret(
            shop_id=desk.shop.id, secret=desk.keyring.seal("another-secret")
        )

        with pytest.raises(NotFound):
            neighbour.ask(change_shop_secret, request)
        with pytest.raises(NotFound):
            neighbour.ask(end_previous_secret, EndPreviousSecret(shop_id=desk.shop.id))
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
