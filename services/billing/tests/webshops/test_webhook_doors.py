"""Webhooks posted to the service as it runs, on a real broker and database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from billing.catalog.operations import create_plan, create_product
from lineup.context import Actor, Context, Role
from lineup.contracts.accounts import FilledSeat, SeatsFilled
from lineup.contracts.billing import (
    ChangeShopSecret,
    ConnectShop,
    CreatePlan,
    CreateProduct,
    OrderAccepted,
    OrderState,
    ShopKind,
)
from lineup.errors import Forbidden
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import below

from .conftest import SHOPIFY_ID, a_partner, shopify, woo
from .running import Ear, Running, wait_for

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def billing(databases, vhosts, tmp_path_factory):
    uri = vhosts.fresh()
    log = tmp_path_factory.mktemp("billing") / "log"
    with Running(databases.fresh("billing"), uri, log) as running:
        yield running


@pytest.fixture
def owner(billing):
    """A partner with a plan that its shops call GOLD-1M."""
    owner = a_partner(billing.database)
    product = billing.ask(
        owner, create_product, CreateProduct(name="Gold", package_ids=[])
    )
    plan = CreatePlan(
        product_id=product.id,
        name="1 month",
        price=Money.of("14.99 EUR"),
        months=1,
        sku="GOLD-1M",
    )
    billing.ask(owner, create_plan, plan)
    return owner


@pytest.fixture
def shop(billing, owner):
    return billing.connect(owner)


class TestAnOrderFromPostToFulfilment:
    def test_woocommerce(self, billing, owner, shop):
        ear = Ear(billing.amqp_uri, "billing", "order_accepted")
        answer = billing.woo(shop, woo())
        assert (answer.status_code, answer.content) == (200, b"")

        order = wait_for(lambda: billing.orders(owner, shop))[0]
        accepted = ear.hear(OrderAccepted, order.id)
        customer_id, user_id = new_id(), new_id()
        ear.say(
            SeatsFilled(
                id=accepted.id,
                version=accepted.version,
                partner_id=accepted.partner_id,
                scope=below(accepted.scope, customer_id),
                customer_id=customer_id,
                seats=[FilledSeat(seat_id=accepted.seats[0].id, user_id=user_id)],
            )
        )

        def is_fulfilled():
            return billing.orders(owner, shop)[0].state == OrderState.FULFILLED

        wait_for(is_fulfilled)
        assert billing.orders(owner, shop)[0].customer_id == customer_id
        ear.close()

    def test_shopify(self, billing, owner):
        shop = billing.connect(owner, ShopKind.SHOPIFY)

        assert billing.shopify(shop, shopify()).status_code == 200

        def is_accepted():
            orders = billing.orders(owner, shop)
            return orders and orders[0].state == OrderState.ACCEPTED

        wait_for(is_accepted)
        assert billing.orders(owner, shop)[0].external_id == SHOPIFY_ID


class TestWhatIsRefused:
    def test_a_wrong_secret_leaves_a_count_and_nothing_else(self, billing, owner, shop):
        assert billing.woo(shop, woo(), secret="not-our-secret").status_code == 401
        assert billing.post(shop.webhook_path, b"{}").status_code == 401

        wait_for(lambda: billing.shop(owner, shop).refused_deliveries == 2)
        assert billing.delivery_count(shop) == 0
        assert billing.orders(owner, shop) == []

    def test_an_unsigned_shopify_test_too(self, billing, owner):
        shop = billing.connect(owner, ShopKind.SHOPIFY)
        headers = {"X-Shopify-Topic": "orders/paid", "X-Shopify-Test": "true"}

        assert billing.post(shop.webhook_path, b"{}", headers).status_code == 401

    def test_an_unknown_connection(self, billing, shop):
        unknown = type(
            "Shop", (), {"webhook_path": f"/webhooks/woocommerce/{new_id()}"}
        )

        assert billing.woo(unknown, woo()).status_code == 404

    @pytest.mark.parametrize("path", ["/webhooks/woocommerce/x", "/webhooks/x/y", "/x"])
    def test_no_connection_at_all(self, billing, path):
        assert billing.post(path, b"{}").status_code == 404

    def test_the_other_kind_of_shop(self, billing, shop):
        path = shop.webhook_path.replace("woocommerce", "shopify")

        assert billing.post(path, b"{}").status_code == 404

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    def test_another_method(self, billing, shop, method):
        assert billing.post(shop.webhook_path, None, method=method).status_code == 405

    def test_a_body_beyond_a_mebibyte(self, billing, shop):
        cap = 1024 * 1024

        assert billing.woo(shop, b"x" * (cap + 1)).status_code == 413
        assert billing.woo(shop, b"x" * cap).status_code == 200


class TestWhatIsAnswered200:
    def test_the_ping_and_nothing_is_stored(self, billing, owner, shop):
        answer = billing.post(shop.webhook_path, b"webhook_id=17", FORM)

        assert (answer.status_code, answer.content) == (200, b"")
        assert billing.delivery_count(shop) == 0
        assert billing.shop(owner, shop).refused_deliveries == 0

    def test_what_cannot_be_used_and_it_is_parked(self, billing, owner, shop):
        assert (
            billing.woo(shop, {"code": "woocommerce_rest_cannot_view"}).status_code
            == 200
        )

        wait_for(lambda: billing.shop(owner, shop).parked_deliveries == 1)

    def test_a_repeat_and_it_is_kept_once(self, billing, shop):
        assert billing.woo(shop, woo()).status_code == 200
        assert billing.woo(shop, woo()).status_code == 200

        assert billing.delivery_count(shop) == 1

    def test_fifty_at_once_and_it_is_kept_once(self, billing, owner, shop):
        with ThreadPoolExecutor(16) as threads:
            posts = [threads.submit(billing.woo, shop, woo()) for _ in range(50)]
            assert {post.result().status_code for post in posts} == {200}

        assert billing.delivery_count(shop) == 1
        wait_for(lambda: billing.orders(owner, shop))

    def test_both_secrets_while_the_shop_changes_over(self, billing, owner, shop):
        billing.woo(shop, woo(), delivery="before")
        request = ChangeShopSecret(
            shop_id=shop.id, secret=billing.keyring.seal("a-newer-secret")
        )
        billing.client.change_shop_secret(Context(actor=owner), request, timeout=10)

        def is_known():
            answer = billing.woo(shop, woo(), secret="a-newer-secret", delivery="new")
            return answer.status_code == 200

        wait_for(is_known)
        assert billing.woo(shop, woo(), delivery="old").status_code == 200


class TestWhoMayConnect:
    @pytest.mark.parametrize(
        "role", [Role.SUPPORT, Role.DEALER, Role.RESELLER, Role.CUSTOMER]
    )
    def test_no_seller_and_no_support(self, billing, owner, role):
        actor = Actor(role=role, scopes=owner.scopes, partner_id=owner.partner_id)
        request = ConnectShop(
            kind=ShopKind.WOOCOMMERCE,
            name="Shop",
            secret=billing.keyring.seal("a-fine-secret"),
            currency="EUR",
        )

        with pytest.raises(Forbidden):
            billing.client.connect_shop(Context(actor=actor), request, timeout=10)
