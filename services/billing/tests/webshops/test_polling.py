"""Orders whose delivery was lost are found by asking the shop (WS-18)."""

import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select, update

from billing.webshops.models import ShopConnection, ShopDelivery, ShopOrderRecord
from billing.webshops.operations import polling
from billing.webshops.operations.connections import (
    end_shop_access,
    get_shop,
    set_shop_access,
    switch_shop,
)
from billing.webshops.operations.polling import MOST_PAGES, ask_shops
from billing.webshops.shop_api import basic
from lineup.contracts.billing.shops import (
    EndShopAccess,
    GetShop,
    SetShopAccess,
    ShopKind,
    SwitchShop,
)
from lineup.errors import Invalid, NotFound
from lineup.secrets import Keyring, make_key
from lineup.testing.serving import serving

from .conftest import SHOPIFY_ID, a_partner, shopify, shopify_line, woo

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Shop:
    """A shop's own API on loopback: what it is asked, and what it answers next."""

    def __init__(self):
        self.asked = []
        self.answers = []
        self.orders = []
        self.moves = []
        """What happens in the shop after each answer."""
        self.pages = 100
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                shop.asked.append((parts.path, query, dict(self.headers)))
                status, body, headers = (
                    shop.answers.pop(0) if shop.answers else shop.listed(parts, query)
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                if shop.moves:
                    shop.moves.pop(0)()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/store"

    def listed(self, parts, query):
        """What the two shops answer, in pages of `pages`."""
        page = int(query.get("page") or query.get("page_info") or 1)
        first = (page - 1) * self.pages
        orders = self.changed_after(query.get("modified_after", ""))
        some = orders[first : first + self.pages]
        last = -(-len(orders) // self.pages)
        if parts.path.endswith(".json"):
            link = f'<https://elsewhere.example/x?page_info={page + 1}>; rel="next"'
            headers = {"Link": link} if page < last else {}
            return 200, json.dumps({"orders": some}).encode(), headers
        return 200, json.dumps(some).encode(), {"X-WP-TotalPages": str(last)}

    def changed_after(self, second):
        """Orders as they changed; those that do not say when come last."""

        def when(order):
            return order.get("date_modified_gmt", "9999")

        return sorted((o for o in self.orders if when(o) > second), key=when)


@pytest.fixture
def shop():
    shop = Shop()
    with serving(shop.server):
        yield shop


@pytest.fixture
def clock(clock):
    clock.set(NOON - timedelta(hours=1))
    return clock


def give_access(desk, shop, *, allow_private=True, **rest):
    request = {
        "shop_id": desk.shop.id,
        "secret": desk.keyring.seal("cs_secret"),
        "consumer_key": desk.keyring.seal("ck_key"),
        "address": f"{shop.address}/",
    }
    request = SetShopAccess(**(request | rest))
    return desk.ask(set_shop_access, request, allow_private_sources=allow_private)


@pytest.fixture
def woo_shop(desk, shop, clock):
    give_access(desk, shop)
    clock.forward(hours=2)
    return shop


def tick(desk, *, allow_private=True):
    """Ask what is due, then work on what was found."""
    count = ask_shops(desk.database, desk.keyring, allow_private=allow_private)
    for one in desk.rows(select(ShopDelivery).where(ShopDelivery.state == "stored")):
        desk.work_on(one.id)
    return count


def told(desk):
    return desk.ask(get_shop, GetShop(shop_id=desk.shop.id))


def deliveries(desk):
    return len(desk.rows(select(ShopDelivery)))


class TestWooCommerce:
    @pytest.mark.feature("WS-18")
    def test_an_order_whose_delivery_was_lost_is_served(self, desk, woo_shop, clock):
        woo_shop.orders = [woo()]

        assert tick(desk) == 1

        assert desk.order().state == "accepted"
        [(path, query, headers)] = woo_shop.asked
        assert path == "/store/wp-json/wc/v3/orders"
        assert query["modified_after"] == "2026-03-02T11:00:00"
        assert query["dates_are_gmt"] == "true"
        assert headers["Authorization"] == basic("ck_key", "cs_secret")
        assert told(desk).asking_problem == ""
        assert told(desk).asked_at == clock.now()

    def test_it_is_asked_again_after_a_while_from_a_little_before(
        self, desk, woo_shop, clock
    ):
        woo_shop.orders = [woo(minute=30)]
        tick(desk)
        assert tick(desk) == 0

        clock.forward(minutes=10)
        tick(desk)
        tick(desk)

        assert len(woo_shop.asked) == 2
        assert woo_shop.asked[1][1]["modified_after"] == "2026-03-02T12:20:00"
        assert deliveries(desk) == 1
        assert len(desk.accepted()) == 1

    def test_what_was_delivered_is_no_news_and_what_changed_is(
        self, desk, woo_shop, clock
    ):
        desk.serve(woo())
        woo_shop.orders = [woo()]
        tick(desk)
        assert deliveries(desk) == 1

        woo_shop.orders = [woo(status="refunded", minute=5)]
        clock.forward(minutes=10)
        tick(desk)

        assert desk.running() == set()

    def test_a_late_delivery_of_what_was_found_acts_once(self, desk, woo_shop):
        woo_shop.orders = [woo()]
        tick(desk)
        desk.fill()
        desk.deliver(woo())

        assert len(desk.periods()) == 1

    def test_every_page_is_read(self, desk, woo_shop):
        woo_shop.pages = 2
        woo_shop.orders = [
            woo(id=number, number=str(number), minute=number) for number in range(1, 6)
        ]
        tick(desk)

        assert deliveries(desk) == 5

    def test_every_page_of_one_second_is_read(self, desk, woo_shop):
        woo_shop.pages = 2
        woo_shop.orders = [woo(id=number, number=str(number)) for number in range(1, 6)]
        tick(desk)

        pages = [query["page"] for _, query, _ in woo_shop.asked]
        assert pages == ["1", "1", "2", "3"]
        assert deliveries(desk) == 5

    def test_an_order_that_changes_meanwhile_hides_no_other(self, desk, woo_shop):
        woo_shop.pages = 2
        woo_shop.orders = [
            woo(id=number, number=str(number), minute=number) for number in range(1, 6)
        ]

        def change_the_first():
            woo_shop.orders[0] = woo(id=1, number="1", minute=50)

        woo_shop.moves = [change_the_first]
        tick(desk)

        heard_of = {one.external_id for one in desk.rows(select(ShopOrderRecord))}
        assert heard_of == {"1", "2", "3", "4", "5"}

    def test_more_than_a_turn_has_of_one_second_is_read_all_the_same(
        self, desk, woo_shop
    ):
        woo_shop.pages = 1
        count = MOST_PAGES + 3
        woo_shop.orders = [
            woo(id=number, number=str(number)) for number in range(1, count + 1)
        ]
        ask_shops(desk.database, desk.keyring, allow_private=True)

        assert deliveries(desk) == count

    def test_a_second_that_never_ends_is_told_at_the_shop(
        self, desk, woo_shop, monkeypatch
    ):
        monkeypatch.setattr(polling, "MOST_PAGES_OF_A_SECOND", MOST_PAGES + 2)
        woo_shop.pages = 1
        woo_shop.orders = [
            woo(id=number, number=str(number)) for number in range(1, MOST_PAGES + 9)
        ]
        tick(desk)

        assert told(desk).asking_problem == "too_many_at_once"

    def test_a_change_in_the_second_of_the_last_one_is_news(self, desk, woo_shop):
        (user,) = desk.serve(woo())
        assert desk.running() == {user}
        woo_shop.orders = [woo(status="refunded")]
        tick(desk)

        assert desk.running() == set()

    def test_an_order_of_the_future_hides_none_of_the_present(
        self, desk, woo_shop, clock
    ):
        odd = woo(date_modified_gmt="2099-01-01T00:00:00")
        woo_shop.orders = [odd, woo(id=5013, number="5013", minute=3)]
        tick(desk)
        clock.forward(minutes=10)
        woo_shop.orders.append(woo(id=5014, number="5014", minute=65))
        tick(desk)

        assert desk.order("5014").state == "accepted"

    def test_what_was_taken_from_the_future_is_asked_from_now(
        self, desk, woo_shop, clock
    ):
        ahead = update(ShopConnection).values(asked_until=NOON + timedelta(days=999))
        with desk.database.transaction() as work:
            work.session.execute(ahead)
        tick(desk)

        since = woo_shop.asked[0][1]["modified_after"]
        assert since == f"{clock.now():%Y-%m-%dT%H:%M:%S}"

    def test_one_shop_has_so_many_pages_and_then_the_next_has_its_turn(
        self, desk, woo_shop
    ):
        woo_shop.pages = 2
        woo_shop.orders = [
            woo(id=number, number=str(number), minute=number)
            for number in range(1, MOST_PAGES + 3)
        ]
        ask_shops(desk.database, desk.keyring, allow_private=True)

        first_of_next = woo_shop.asked[MOST_PAGES][1]
        assert first_of_next["modified_after"] == "2026-03-02T12:10:59"
        assert first_of_next["page"] == "1"

    def test_what_cannot_be_read_is_parked_and_the_others_are_served(
        self, desk, woo_shop
    ):
        woo_shop.orders = [{"odd": True}, woo()]
        tick(desk)

        states = [one.state for one in desk.rows(select(ShopDelivery))]
        assert sorted(states) == ["done", "parked"]
        assert desk.order().state == "accepted"


class TestShopify:
    @pytest.mark.feature("WS-18")
    def test_every_page_is_asked_at_the_shop_itself(self, desk, shop):
        desk.connect(ShopKind.SHOPIFY)
        token = desk.keyring.seal("shpat_token")
        give_access(desk, shop, consumer_key=None, secret=token)
        shop.pages = 1
        other = shopify(shopify_line(id=3), id=77, name="#77", minute=1)
        shop.orders = [shopify(), other]
        tick(desk)

        assert desk.order(SHOPIFY_ID).state == "accepted"
        assert desk.order("77").state == "accepted"
        (path, query, headers), (_, further, _) = shop.asked
        assert path.startswith("/store/admin/api/")
        assert path.endswith("/orders.json")
        assert query["updated_at_min"] == "2026-03-02T11:00:00Z"
        assert query["status"] == "any"
        assert headers["X-Shopify-Access-Token"] == "shpat_token"
        assert set(further) == {"limit", "page_info"}


BAD = {
    "key_refused: 401": (401, b"{}", {}),
    "bad_status: 500": (500, b"<html>", {}),
    "redirected: https://www.shop.example/": (
        301,
        b"",
        {"Location": "https://www.shop.example/"},
    ),
    "bad_answer: it is no JSON": (200, b"<html>", {}),
    "bad_answer: it lists no orders": (200, b'{"code": "no"}', {}),
}


class TestTrouble:
    @pytest.mark.parametrize("problem", BAD)
    def test_it_is_told_at_the_shop_and_tried_again_ever_later(
        self, desk, woo_shop, clock, problem
    ):
        woo_shop.answers = [BAD[problem]] * 2
        woo_shop.orders = [woo()]
        tick(desk)
        assert told(desk).asking_problem == problem
        assert "cs_secret" not in told(desk).asking_problem

        clock.forward(minutes=10)
        tick(desk)
        clock.forward(minutes=10)
        assert tick(desk) == 0
        clock.forward(minutes=10)
        tick(desk)

        assert told(desk).asking_problem == ""
        assert desk.order().state == "accepted"

    def test_a_shop_that_wants_a_pause_has_it(self, desk, woo_shop, clock):
        woo_shop.answers = [(429, b"", {"Retry-After": "90"})]
        tick(desk)
        assert told(desk).asking_problem == "rate_limited"
        clock.forward(seconds=89)
        assert tick(desk) == 0

        clock.forward(seconds=1)
        assert tick(desk) == 1

    def test_a_page_that_fails_loses_nothing_of_those_before(
        self, desk, woo_shop, clock
    ):
        woo_shop.pages = 1
        woo_shop.orders = [woo(), woo(id=5013, number="5013", minute=3)]
        parts = urlsplit("/orders")
        woo_shop.answers = [woo_shop.listed(parts, {}), (502, b"", {})]
        tick(desk)
        assert desk.order().state == "accepted"

        clock.forward(minutes=10)
        tick(desk)

        assert woo_shop.asked[-2][1]["modified_after"] == "2026-03-02T11:59:59"
        assert desk.order("5013").state == "accepted"

    @pytest.mark.parametrize(
        ("scheme", "problem"),
        [("https", "address_forbidden"), ("http", "not_encrypted")],
    )
    def test_no_shop_leads_into_the_installations_own_network(
        self, desk, woo_shop, scheme, problem
    ):
        give_access(desk, woo_shop, address=woo_shop.address.replace("http", scheme))
        tick(desk, allow_private=False)

        assert woo_shop.asked == []
        assert told(desk).asking_problem == problem

    def test_one_that_cannot_be_reached_keeps_no_other_waiting(self, desk, shop):
        give_access(desk, shop, address="http://127.0.0.1:9/")
        away = desk.shop
        desk.connect(shop_domain="second.example")
        give_access(desk, shop)
        shop.orders = [woo()]

        assert tick(desk) == 2
        assert desk.order().state == "accepted"
        view = desk.ask(get_shop, GetShop(shop_id=away.id))
        assert view.asking_problem.startswith("unreachable")

    def test_one_whose_keys_cannot_be_opened_keeps_no_other_waiting(self, desk, shop):
        give_access(desk, shop)
        lost = Keyring([make_key()]).seal("cs_secret")
        with desk.database.transaction() as work:
            work.session.execute(update(ShopConnection).values(api_secret=lost))
        spoilt = desk.shop
        desk.connect(shop_domain="second.example")
        give_access(desk, shop)
        shop.orders = [woo()]

        assert tick(desk) == 2
        assert desk.order().state == "accepted"
        view = desk.ask(get_shop, GetShop(shop_id=spoilt.id))
        assert view.asking_problem == "keys_lost"


class TestAccess:
    def test_the_keys_are_kept_sealed_and_never_told(self, desk, woo_shop):
        (kept,) = desk.rows(select(ShopConnection))

        assert desk.keyring.open(kept.api_secret) == "cs_secret"
        assert "cs_secret" not in kept.api_secret
        assert "cs_secret" not in repr(told(desk))
        assert told(desk).is_asked

    def test_without_keys_or_switched_off_it_is_not_asked(self, desk, woo_shop):
        off = SwitchShop(shop_id=desk.shop.id, is_active=False)
        desk.ask(switch_shop, off)
        assert tick(desk) == 0
        on = SwitchShop(shop_id=desk.shop.id, is_active=True)
        desk.ask(switch_shop, on)
        ended = desk.ask(end_shop_access, EndShopAccess(shop_id=desk.shop.id))

        assert tick(desk) == 0
        assert not ended.is_asked
        assert woo_shop.asked == []

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"consumer_key": None}, "consumer_key"),
            ({"secret": Keyring([make_key()]).seal("x")}, "secret"),
            ({"address": None}, "address"),
        ],
    )
    def test_what_is_missing_is_said(self, desk, shop, given, field):
        with pytest.raises(Invalid) as refused:
            give_access(desk, shop, **given)

        assert field in refused.value.fields

    @pytest.mark.parametrize(
        ("address", "allow_private"),
        [
            ("http://shop.example/", False),
            ("HTTP://shop.example/", False),
            ("https://ck_key:cs_secret@shop.example/", False),
            ("https://ck_key@shop.example/", True),
        ],
    )
    def test_an_address_that_would_tell_the_keys_is_refused(
        self, desk, shop, address, allow_private
    ):
        with pytest.raises(Invalid) as refused:
            give_access(desk, shop, address=address, allow_private=allow_private)

        assert "address" in refused.value.fields

    def test_a_neighbours_shop_is_not_found(self, desk, shop):
        desk.owner = a_partner(desk.database)

        with pytest.raises(NotFound):
            give_access(desk, shop)
