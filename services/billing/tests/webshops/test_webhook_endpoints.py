"""Webhooks posted to the service as it runs, on a real broker and database."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from billing.catalog.operations import create_plan, create_product
from billing.webshops.signature import signature_of
from lineup.context import Actor, Context, Role
from lineup.contracts.accounts.orders import FilledSeat, SeatsFilled
from lineup.contracts.billing.catalog import CreatePlan, CreateProduct
from lineup.contracts.billing.orders import OrderAccepted, OrderState
from lineup.contracts.billing.shops import (
    ChangeShopSecret,
    ConnectShop,
    EndPreviousSecret,
    ShopKind,
)
from lineup.errors import Forbidden
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import below

from .conftest import SECRET, SHOPIFY_ID, a_partner, shopify, woo
from .running import Ear, RunningForShops, wait_for

HALF_A_BODY = (
    b"POST %(path)s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{"
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def billing(databases, vhosts, tmp_path_factory):
    uri = vhosts.fresh()
    log = tmp_path_factory.mktemp("billing") / "log"
    with RunningForShops(databases.fresh("billing"), uri, log) as running:
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
    @pytest.mark.feature("WS-01")
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

    @pytest.mark.feature("WS-03")
    def test_shopify(self, billing, owner):
        shop = billing.connect(owner, ShopKind.SHOPIFY)

        assert billing.shopify(shop, shopify()).status_code == 200

        def is_accepted():
            orders = billing.orders(owner, shop)
            return orders and orders[0].state == OrderState.ACCEPTED

        wait_for(is_accepted)
        assert billing.orders(owner, shop)[0].external_id == SHOPIFY_ID


class TestWhatIsRefused:
    @pytest.mark.feature("WS-01")
    def test_a_wrong_secret_leaves_a_count_and_nothing_else(self, billing, owner, shop):
        assert billing.woo(shop, woo(), secret="not-our-secret").status_code == 401
        assert billing.post(shop.webhook_path, b"{}").status_code == 401

        wait_for(lambda: billing.shop(owner, shop).refused_deliveries == 2)
        assert billing.delivery_count(shop) == 0
        assert billing.orders(owner, shop) == []

    @pytest.mark.feature("WS-03")
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
    @pytest.mark.feature("WS-02")
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

    def test_a_repeat_and_it_is_kept_once(self, billing, owner, shop):
        assert billing.woo(shop, woo()).status_code == 200
        assert billing.woo(shop, woo()).status_code == 200

        wait_for(lambda: billing.orders(owner, shop))
        assert billing.delivery_count(shop) == 1

    def test_fifty_at_once_and_it_is_kept_once(self, billing, owner, shop):
        with ThreadPoolExecutor(16) as threads:
            posts = [threads.submit(billing.woo, shop, woo()) for _ in range(50)]
            assert {post.result().status_code for post in posts} == {200}

        wait_for(lambda: billing.orders(owner, shop))
        assert billing.delivery_count(shop) == 1

    @pytest.mark.feature("WS-17")
    def test_both_secrets_while_the_shop_changes_over(self, billing, owner, shop):
        billing.woo(shop, woo(), delivery="before")
        request = ChangeShopSecret(
            shop_id=shop.id, secret=billing.keyring.seal("a-newer-secret")
        )
        billing.calls.ask(Context(actor=owner), request, timeout=10)

        def is_known():
            answer = billing.woo(shop, woo(), secret="a-newer-secret", delivery="new")
            return answer.status_code == 200

        wait_for(is_known)
        assert billing.woo(shop, woo(), delivery="old").status_code == 200

        ended = EndPreviousSecret(shop_id=shop.id)
        billing.calls.ask(Context(actor=owner), ended, timeout=10)

        def is_refused():
            return billing.woo(shop, woo(), delivery="end").status_code == 401

        wait_for(is_refused)
        answer = billing.woo(shop, woo(), secret="a-newer-secret", delivery="newer")
        assert answer.status_code == 200


def signed_of(body):
    return {
        "Host": b"localhost",
        "X-WC-Webhook-Topic": b"order.updated",
        "X-WC-Webhook-Signature": signature_of(body, SECRET).encode(),
        "X-WC-Webhook-Delivery-ID": b"d1",
    }


class TestHowItIsSent:
    def test_with_a_slash_at_the_end(self, billing, owner, shop):
        body = json.dumps(woo()).encode()
        headers = signed_of(body) | {"Content-Length": str(len(body)).encode()}
        answer = billing.raw(f"{shop.webhook_path}/", headers, body)

        assert answer.startswith(b"HTTP/1.1 200")
        wait_for(lambda: billing.orders(owner, shop))

    def test_in_chunks(self, billing, owner, shop):
        body = json.dumps(woo()).encode()
        parts = [body[at : at + 100] for at in range(0, len(body), 100)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        headers = signed_of(body) | {"Transfer-Encoding": b"chunked"}
        answer = billing.raw(shop.webhook_path, headers, chunks + b"0\r\n\r\n")

        assert answer.startswith(b"HTTP/1.1 200")
        wait_for(lambda: billing.orders(owner, shop))

    def test_in_more_chunks_than_a_mebibyte(self, billing, shop):
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        headers = signed_of(b"") | {"Transfer-Encoding": b"chunked"}
        answer = billing.raw(shop.webhook_path, headers, chunk * 17 + b"0\r\n\r\n")

        assert answer.startswith(b"HTTP/1.1 413")
        assert billing.delivery_count(shop) == 0

    def test_in_broken_chunks(self, billing, shop):
        headers = signed_of(b"") | {"Transfer-Encoding": b"chunked"}
        answer = billing.raw(shop.webhook_path, headers, b"nonsense\r\n\r\n")

        assert answer.startswith(b"HTTP/1.1 400")


HOSTILE = [
    b"http://[",
    b"a\x00b",
    b"\xff\xfe",
    b"x" * 6000,
    b"a\r\n b",
    b"\x1b[2J",
    b"[::1",
    b"%",
]
HEADERS = ["X-WC-Webhook-Source", "X-WC-Webhook-Topic", "X-WC-Webhook-Delivery-ID"]
HEADERS += [
    "X-Request-Id",
    "traceparent",
    "Content-Type",
    "User-Agent",
    "X-Shopify-Test",
]


class TestHostileHeaders:
    @pytest.mark.parametrize("name", HEADERS)
    def test_a_signed_delivery_is_kept_whatever_they_say(self, billing, shop, name):
        body = json.dumps(woo()).encode()
        sent = 0
        for value in HOSTILE:
            headers = {
                "Host": b"localhost",
                "Content-Length": str(len(body)).encode(),
                "X-WC-Webhook-Signature": signature_of(body, SECRET).encode(),
                "X-WC-Webhook-Delivery-ID": str(sent).encode(),
            } | {name: value}
            answer = billing.raw(shop.webhook_path, headers, body)
            assert answer.split(b" ")[1] in {b"200", b"400"}, (value, answer)
            sent += answer.startswith(b"HTTP/1.1 200")

        assert sent >= len(HOSTILE) - 1
        wait_for(lambda: billing.delivery_count(shop) == sent)
        wait_for(lambda: billing.is_worked_on(shop))

    def test_of_shopify_too(self, billing, owner):
        shop = billing.connect(owner, ShopKind.SHOPIFY)
        body = json.dumps(shopify()).encode()
        for number, name in enumerate(("Topic", "Shop-Domain", "Test", "Webhook-Id")):
            headers = {
                "Host": b"localhost",
                "Content-Length": str(len(body)).encode(),
                "X-Shopify-Hmac-Sha256": signature_of(body, SECRET).encode(),
                "X-Shopify-Webhook-Id": str(number).encode(),
            } | {f"X-Shopify-{name}": b"http://[\x00\xff"}
            answer = billing.raw(shop.webhook_path, headers, body)
            assert answer.startswith(b"HTTP/1.1 200"), (name, answer)

        wait_for(lambda: billing.delivery_count(shop) == number + 1)
        wait_for(lambda: billing.is_worked_on(shop))


class TestHalfSentRequests:
    def test_take_no_worker_from_another_shop(self, billing, owner, shop):
        with ExitStack() as open_ones:
            for sent in (b"POST /webhooks/woo", HALF_A_BODY) * 40:
                half = billing.dial()
                open_ones.enter_context(half)
                half.sendall(sent % {b"path": shop.webhook_path.encode()})

            assert billing.woo(shop, woo()).status_code == 200
            wait_for(lambda: billing.orders(owner, shop))


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
            billing.calls.ask(Context(actor=actor), request, timeout=10)
