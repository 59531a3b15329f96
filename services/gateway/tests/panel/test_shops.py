"""Pages about products, shops and orders: what is wrong, and what to do about it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from answers import text_of, visible_text

from gateway.admin.shops.exceptions import DELIVERIES, ORDERS
from gateway.admin.shops.forms import facts_in
from lineup.context import Role
from lineup.contracts.accounts.users import UserView
from lineup.contracts.billing.catalog import PlanUse, PlanView, ProductView
from lineup.contracts.billing.orders import (
    ClosedException,
    ExceptionSettlement,
    OrderState,
    OrderStep,
    OrderView,
    SeatView,
)
from lineup.contracts.billing.shops import (
    BodyEncoding,
    DeliveryVerdict,
    OtherProduct,
    ShopDeliveryView,
    ShopKind,
    ShopView,
)
from lineup.contracts.paging import Page
from lineup.errors import Unavailable
from lineup.money import Money

ID = "019d0000-0000-7000-8000-000000000001"


class TestLog:
    @pytest.fixture
    def parked(self, services, sample):
        delivery = sample(
            ShopDeliveryView,
            verdict=DeliveryVerdict.PARKED,
            problem="wrong_shop: staging.example",
            body='{"buyer": "<b>anna@example.com</b>"}',
        )
        services.answer_with("billing.list_shop_deliveries", Page(items=[delivery]))
        services.answer_with("billing.get_shop_delivery", delivery)
        return delivery

    @pytest.mark.parametrize("query", ["", "?state=exception", f"?shop_id={ID}"])
    def test_the_orders_show_it_with_the_form_to_serve_it(
        self, browser, services, parked, query
    ):
        answer = browser(Role.PARTNER).get(f"/orders{query}")
        page = text_of(answer)

        assert DELIVERIES["wrong_shop"][0] in visible_text(answer)
        assert f"/shop-deliveries/{parked.id}/serve" in page
        assert f'href="/shop-deliveries/{parked.id}"' in page
        [(_, rpc_request)] = services.calls_of("billing.list_shop_deliveries")
        assert rpc_request.verdict is DeliveryVerdict.PARKED
        assert (rpc_request.shop_id is not None) == ("shop_id" in query)

    def test_orders_that_are_as_they_be_stand_alone(self, browser, services, parked):
        page = visible_text(browser(Role.PARTNER).get("/orders?state=fulfilled"))

        assert DELIVERIES["wrong_shop"][0] not in page
        assert services.calls_of("billing.list_shop_deliveries") == []

    def test_the_orders_show_without_it_while_it_is_away(self, browser, services):
        services.answer_with("billing.list_shop_deliveries", Unavailable())

        assert browser(Role.PARTNER).get("/orders").status_code == 200

    def test_all_of_them_are_listed_with_their_shops(self, browser, parked):
        page = browser(Role.SUPPORT).get("/shop-deliveries?verdict=parked")

        assert DELIVERIES["wrong_shop"][0] in visible_text(page)
        assert parked.shop_name in visible_text(page)
        assert "/serve" not in text_of(page)

    def test_it_says_what_is_wrong_in_words(self, browser, parked):
        page = visible_text(browser(Role.PARTNER).get(f"/shops/{ID}"))

        assert DELIVERIES["wrong_shop"][0] in page
        assert "wrong_shop: staging.example" in page

    def test_support_is_led_to_no_body_and_replays_nothing(self, browser, parked):
        client = browser(Role.SUPPORT)
        page = text_of(client.get(f"/shops/{ID}"))

        assert f"/shop-deliveries/{parked.id}" not in page
        assert client.get(f"/shop-deliveries/{parked.id}").status_code == 403

    def test_a_body_is_shown_as_it_came_and_never_as_a_page(self, browser, parked):
        page = text_of(browser(Role.PARTNER).get(f"/shop-deliveries/{parked.id}"))

        assert "<details>" in page
        assert "&lt;b&gt;anna@example.com&lt;/b&gt;" in page
        assert "<b>anna" not in page

    @pytest.mark.parametrize(
        ("encoding", "body", "sent"),
        [
            (BodyEncoding.UTF8, '{"a": "é"}', '{"a": "é"}'.encode()),
            (BodyEncoding.BASE64, "/3s=", b"\xff{"),
        ],
    )
    def test_a_body_is_downloaded_byte_for_byte(
        self, browser, services, parked, encoding, body, sent
    ):
        delivery = replace(parked, body_encoding=encoding, body=body)
        services.answer_with("billing.get_shop_delivery", delivery)
        client = browser(Role.PARTNER)
        page = client.get(f"/shop-deliveries/{parked.id}")
        address = f"/shop-deliveries/{parked.id}/body"

        answer = client.get(address)

        assert f'href="{address}"' in text_of(page)
        assert answer.data == sent
        assert answer.headers["Content-Disposition"].startswith("attachment")
        refused = browser(Role.SUPPORT).get(address)
        assert refused.status_code == 403

    def test_a_replay_that_is_parked_again_says_why(
        self, browser, services, parked, form_of
    ):
        services.answer_with("billing.replay_delivery", parked)
        client = browser(Role.PARTNER)
        address = f"/shop-deliveries/{parked.id}/replay"
        page = text_of(client.get(f"/shop-deliveries/{parked.id}"))
        answer = client.post(address, data=form_of(page, address))

        shown = visible_text(client.get(answer.location))
        assert f"Still on hold: {DELIVERIES['wrong_shop'][0]}" in shown


class TestOrders:
    @pytest.fixture
    def broken(self, services, sample):
        order = sample(
            OrderView,
            state=OrderState.EXCEPTION,
            exceptions=["unknown_sku: GOLD & MORE", "low_amount: X"],
        )
        services.answer_with("billing.get_order", order)
        services.answer_with("billing.list_orders", Page(items=[order]))
        return order

    def test_an_unknown_sku_leads_to_a_plan_with_it(self, browser, services, broken):
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/orders/{ID}"))
        [address] = re.findall(r'href="(/plans/new[^"]+)"', page)

        form = text_of(client.get(address.replace("&amp;", "&")))
        assert 'value="GOLD &amp; MORE"' in form
        assert 'value="EUR"' in form

    def test_the_list_says_what_is_wrong(self, browser, broken):
        page = visible_text(browser(Role.SUPPORT).get("/orders?state=exception"))

        assert ORDERS["unknown_sku"][0] in page
        assert ORDERS["low_amount"][0] in page

    def test_support_sees_what_is_wrong_and_acts_on_nothing(self, browser, broken):
        page = text_of(browser(Role.SUPPORT).get(f"/orders/{ID}"))

        assert ORDERS["unknown_sku"][0] in page
        assert "/replay" not in page
        assert "/plans/new" not in page


class TestSettling:
    @pytest.fixture
    def order(self, services, sample):
        item = sample(SeatView, state="held", sku="MUG", name="Mug")
        order = sample(
            OrderView,
            state=OrderState.EXCEPTION,
            exceptions=["unknown_sku: MUG", "low_amount: GOLD"],
            pieces=[item],
            is_accepted=False,
        )
        services.answer_with("billing.get_order", order)
        plan = sample(PlanView, is_retired=False, name="Month")
        product = sample(ProductView, plans=[plan], name="Family")
        services.answer_with("billing.list_products", Page(items=[product]))
        return order

    def post(self, browser, form_of, address, **fields):
        client = browser(Role.PARTNER)
        page = text_of(client.get(address))
        return client.post(address, data=form_of(page) | fields)

    def test_each_exception_leads_to_what_can_be_done(self, browser, order):
        page = text_of(browser(Role.PARTNER).get(f"/orders/{ID}"))

        for wanted in (
            f"/orders/{ID}/close?exception=unknown_sku:+MUG",
            f"/orders/{ID}/ignore-sku",
            f"/orders/{ID}/accept",
            f"/orders/{ID}/pieces/{ID}",
            f"/orders/{ID}/serve?piece={ID}",
        ):
            assert wanted in page

    def test_it_is_closed_with_a_note(self, browser, services, order, form_of):
        address = f"/orders/{ID}/close?exception=unknown_sku: MUG"
        answer = self.post(
            browser, form_of, address, settlement="dismissed", note="Sent by post."
        )

        assert answer.status_code == 303
        [(_, rpc_request)] = services.calls_of("billing.close_exception")
        assert rpc_request.exception == "unknown_sku: MUG"
        assert rpc_request.note == "Sent by post."

    def test_the_user_is_chosen_by_its_name(
        self, browser, services, order, form_of, sample
    ):
        user = sample(UserView, username="ana77")
        services.answer_with("accounts.list_users", Page(items=[user]))
        address = f"/orders/{ID}/pieces/{ID}"
        self.post(browser, form_of, address, username=" ANA77 ")

        [(_, rpc_request)] = services.calls_of("billing.choose_user")
        assert rpc_request.user_id == user.id

    def test_a_name_of_nobody_is_said_at_its_field(
        self, browser, services, order, form_of
    ):
        services.answer_with("accounts.list_users", Page(items=[]))
        answer = self.post(
            browser, form_of, f"/orders/{ID}/pieces/{ID}", username="ana78"
        )

        assert answer.status_code == 422
        assert "There is no user with this name." in visible_text(answer)
        assert services.calls_of("billing.choose_user") == []

    def test_a_piece_is_served_by_hand(self, browser, services, order, form_of):
        address = f"/orders/{ID}/serve?piece={ID}"
        self.post(browser, form_of, address, plan_id=ID, amount="4.50")

        [(_, rpc_request)] = services.calls_of("billing.serve_order")
        assert str(rpc_request.seat_id) == str(rpc_request.plan_id) == ID
        assert rpc_request.amount == Money.of("4.50 EUR")

    def test_the_payload_stands_beside_the_form(self, browser, services, order, sample):
        step = sample(OrderStep, what="delivered", delivery_id=UUID(ID), amount=None)
        services.answer_with("billing.get_order", replace(order, history=[step]))
        body = '{"total": "as it came"}'
        services.answer_with(
            "billing.get_shop_delivery", sample(ShopDeliveryView, body=body)
        )

        page = text_of(browser(Role.PARTNER).get(f"/orders/{ID}/serve"))
        assert "as it came" in page

    def test_what_was_settled_is_told(self, browser, services, sample):
        closed = sample(
            ClosedException,
            exception="refund_unclear: 5.00 EUR (88)",
            settlement=ExceptionSettlement.BY_HAND,
            note="Stopped Kids",
            closed_by="anna",
        )
        services.answer_with("billing.get_order", sample(OrderView, closed=[closed]))

        page = visible_text(browser(Role.PARTNER).get(f"/orders/{ID}"))
        assert (
            "Resolved manually : Stopped Kids" in page
            or "Resolved manually: Stopped" in page
        )
        assert "anna" in page

    def test_an_unreadable_delivery_is_served_from_what_can_be_read(
        self, browser, services, order, sample, form_of
    ):
        body = '{"id": 5012, "total": "14.99", "billing": {"email": "a@b.example"}}'
        delivery = sample(
            ShopDeliveryView, verdict=DeliveryVerdict.PARKED, body=body, problem="x: y"
        )
        services.answer_with("billing.get_shop_delivery", delivery)
        services.answer_with("billing.get_shop", sample(ShopView, currency="EUR"))
        client = browser(Role.PARTNER)
        address = f"/shop-deliveries/{delivery.id}/serve"
        assert address in text_of(client.get(f"/shop-deliveries/{delivery.id}"))
        page = text_of(client.get(address))
        assert 'value="5012"' in page
        assert "&#34;id&#34;: 5012" in page
        shown = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page))
        client.post(address, data=shown | form_of(page) | {"plan_id": ID})

        [(_, rpc_request)] = services.calls_of("billing.serve_delivery")
        assert (rpc_request.external_id, rpc_request.email) == ("5012", "a@b.example")
        assert rpc_request.amount == Money.of("14.99 EUR")

    def test_a_delivery_is_closed(self, browser, services, sample, form_of):
        delivery = sample(ShopDeliveryView, verdict=DeliveryVerdict.PARKED)
        services.answer_with("billing.get_shop_delivery", delivery)
        address = f"/shop-deliveries/{delivery.id}/close"
        self.post(browser, form_of, address, note="A test.")

        [(_, rpc_request)] = services.calls_of("billing.close_delivery")
        assert rpc_request.note == "A test."

    @pytest.mark.parametrize(
        "body", ["", "[1]", "{", '{"id": {"no": 1}}', '{"billing": "x"}']
    )
    def test_a_body_that_says_nothing_begins_an_empty_form(self, body):
        assert facts_in(body) == {}


class TestConnecting:
    @pytest.fixture
    def connect(self, browser, services, sample, form_of):
        def connect(kind, secret=""):
            shop = sample(
                ShopView,
                kind=kind,
                webhook_url="https://tv.example/webhooks/x/1",
                last_delivery_at=None,
                refused_deliveries=2,
            )
            services.answer_with("billing.connect_shop", shop)
            services.answer_with("billing.get_shop", shop)
            client = browser(Role.PARTNER)
            fields = {
                "name": "Shop",
                "kind": kind.value,
                "secret": secret,
                "currency": "EUR",
                "shop_domain": "demo.example",
                "other_product": "list",
            }
            page = text_of(client.get("/shops/new"))
            answer = client.post("/shops/new", data=form_of(page) | fields)
            return text_of(answer), client

        return connect

    def test_the_whole_address_stands_beside_the_shops_own_menus(self, connect):
        page, client = connect(ShopKind.WOOCOMMERCE)

        assert 'data-copy="https://tv.example/webhooks/x/1"' in page
        assert "WooCommerce, Settings, Advanced, Webhooks" in page
        again = text_of(client.get(f"/shops/{ID}/setup"))
        assert "https://tv.example/webhooks/x/1" in again

    def test_a_secret_that_was_made_is_shown_once_and_is_the_one_sealed(
        self, connect, services, app
    ):
        from gateway.app_context import app_context_of

        page, client = connect(ShopKind.WOOCOMMERCE)

        [(_, rpc_request)] = services.calls_of("billing.connect_shop")
        secret = app_context_of(app).keyring.open(rpc_request.secret)
        assert len(secret) == 40
        assert secret in page
        assert secret not in text_of(client.get(f"/shops/{ID}/setup"))

    def test_a_secret_that_was_given_is_never_shown(self, connect):
        page, _ = connect(ShopKind.WOOCOMMERCE, secret="a-secret-of-the-shop")

        assert "a-secret-of-the-shop" not in page

    def test_shopify_is_told_where_its_own_secret_stands(self, connect):
        page, _ = connect(ShopKind.SHOPIFY)

        assert "Settings, Notifications, Webhooks" in page
        assert f"/shops/{ID}/secret" in page

    def test_it_waits_for_the_first_delivery_and_says_what_is_refused(self, connect):
        page, _ = connect(ShopKind.WOOCOMMERCE)

        assert 'hx-trigger="load delay:3s"' in page
        assert "2 were rejected" in page

    def test_the_first_delivery_shows(self, browser, services, sample):
        at = datetime(2026, 3, 3, 10, 15, tzinfo=UTC)
        shop = sample(ShopView, kind=ShopKind.WOOCOMMERCE, last_delivery_at=at)
        services.answer_with("billing.get_shop", shop)
        page = text_of(browser(Role.PARTNER).get(f"/shops/{ID}/setup"))

        assert "Received" in page
        assert "hx-trigger" not in page.split('id="first-delivery"')[1].split(">")[0]


class TestSettings:
    def test_which_orders_are_served_is_said(self, browser, services, sample, form_of):
        shop = sample(
            ShopView,
            accepts_low_amounts=False,
            tolerance_percent=10,
            paid_statuses=["shipped", "delivered"],
            ignored_skus=["mug"],
            other_product=OtherProduct.LIST,
        )
        services.answer_with("billing.get_shop", shop)
        client = browser(Role.PARTNER)
        assert "up to 10 % less" in visible_text(client.get(f"/shops/{ID}"))
        page = text_of(client.get(f"/shops/{ID}/edit"))
        assert "shipped\ndelivered</textarea>" in page.replace("\r", "")
        fields = {
            "name": "North",
            "tolerance_percent": "25",
            "paid_statuses": " picked up\r\n\r\nshipped\r\n",
            "ignored_skus": "mug\r\ncup",
            "other_product": "list",
        }
        client.post(f"/shops/{ID}/edit", data=form_of(page) | fields)

        [(_, rpc_request)] = services.calls_of("billing.update_shop")
        assert rpc_request.tolerance_percent == 25
        assert rpc_request.paid_statuses == ["picked up", "shipped"]
        assert rpc_request.ignored_skus == ["mug", "cup"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("tolerance_percent", "101"),
            ("tolerance_percent", "ten"),
            ("paid_statuses", "ship\x07ped"),
        ],
    )
    def test_what_cannot_be_set_is_said_and_kept(
        self, browser, services, form_of, field, value
    ):
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/shops/{ID}/edit"))
        sent = {"name": "North", "other_product": "list", field: value}
        answer = client.post(f"/shops/{ID}/edit", data=form_of(page) | sent)

        assert answer.status_code == 422
        assert f'id="{field}-errors"' in text_of(answer)
        assert services.calls_of("billing.update_shop") == []

    def test_a_new_secret_is_sealed_and_never_shown(
        self, browser, services, form_of, app
    ):
        from gateway.app_context import app_context_of

        client = browser(Role.PARTNER)
        address = f"/shops/{ID}/secret"
        fields = form_of(text_of(client.get(address))) | {"secret": "another-secret"}
        client.post(address, data=fields)

        [(_, rpc_request)] = services.calls_of("billing.change_shop_secret")
        assert app_context_of(app).keyring.open(rpc_request.secret) == "another-secret"

    def test_the_old_secret_shows_its_end_and_is_ended_by_a_button(
        self, browser, services, sample, form_of
    ):
        ends_at = datetime(2026, 3, 3, 10, 15, tzinfo=UTC)
        shop = sample(ShopView, previous_secret_ends_at=ends_at)
        services.answer_with("billing.get_shop", shop)
        client = browser(Role.PARTNER)
        address = f"/shops/{shop.id}/previous-secret"
        page = text_of(client.get(f"/shops/{shop.id}"))
        assert "2026-03-03T10:15:00+00:00" in page
        assert address in page

        client.post(address, data=form_of(text_of(client.get(address)), address))

        [(_, rpc_request)] = services.calls_of("billing.end_previous_secret")
        assert rpc_request.shop_id == shop.id

    def test_without_an_old_secret_there_is_nothing_to_end(
        self, browser, services, sample
    ):
        services.answer_with(
            "billing.get_shop", sample(ShopView, previous_secret_ends_at=None)
        )
        page = text_of(browser(Role.PARTNER).get(f"/shops/{ID}"))

        assert "previous-secret" not in page

    @pytest.mark.parametrize("is_active", [True, False])
    def test_the_switch_asks_and_turns_what_is(
        self, browser, services, sample, form_of, is_active
    ):
        services.answer_with("billing.get_shop", sample(ShopView, is_active=is_active))
        client = browser(Role.PARTNER)
        address = f"/shops/{ID}/state"
        page = text_of(client.get(address))
        assert services.calls_of("billing.switch_shop") == []
        client.post(address, data=form_of(page))

        [(_, rpc_request)] = services.calls_of("billing.switch_shop")
        assert rpc_request.is_active is not is_active


class TestFetchingOrders:
    @pytest.mark.parametrize("kind", ShopKind)
    def test_its_keys_are_sealed_and_never_shown(
        self, browser, services, sample, form_of, app, kind
    ):
        from gateway.app_context import app_context_of

        shop = sample(ShopView, kind=kind, is_asked=False)
        services.answer_with("billing.get_shop", shop)
        client = browser(Role.PARTNER)
        address = f"/shops/{ID}/access"
        assert address in text_of(client.get(f"/shops/{ID}"))
        page = text_of(client.get(address))
        assert ('name="consumer_key"' in page) == (kind is ShopKind.WOOCOMMERCE)
        fields = {
            "consumer_key": "ck_1",
            "secret": "cs_1",
            "address": "https://shop.example/a",
        }
        client.post(address, data=form_of(page, address) | fields)

        [(_, rpc_request)] = services.calls_of("billing.set_shop_access")
        keyring = app_context_of(app).keyring
        assert keyring.open(rpc_request.secret) == "cs_1"
        opened = (
            keyring.open(rpc_request.consumer_key) if rpc_request.consumer_key else None
        )
        assert opened == ("ck_1" if kind is ShopKind.WOOCOMMERCE else None)
        assert rpc_request.address == "https://shop.example/a"

    def test_why_it_does_not_answer_is_told_in_words(
        self, browser, services, sample, form_of
    ):
        shop = sample(ShopView, is_asked=True, asking_problem="key_refused: 401")
        services.answer_with("billing.get_shop", shop)
        client = browser(Role.PARTNER)
        page = visible_text(client.get(f"/shops/{ID}"))
        assert "The shop rejects the API keys." in page
        assert "key_refused: 401" in page
        address = f"/shops/{ID}/access/end"
        client.post(address, data=form_of(text_of(client.get(address)), address))
        assert len(services.calls_of("billing.end_shop_access")) == 1
        assert "/access" not in text_of(browser(Role.SUPPORT).get(f"/shops/{ID}"))

    def test_programs_give_keys_that_travel_sealed(self, services, app, api):
        from gateway.app_context import app_context_of

        body = {"secret": "cs_1", "consumer_key": "ck_1"}
        answer = api("POST", f"/shops/{ID}/access", json=body)

        assert answer.status_code == 200
        [(_, rpc_request)] = services.calls_of("billing.set_shop_access")
        assert app_context_of(app).keyring.open(rpc_request.consumer_key) == "ck_1"
        assert rpc_request.secret != "cs_1"


class TestCatalogue:
    @pytest.fixture
    def use(self, services, sample):
        plan = sample(PlanView, is_retired=False, name="Month", days=0, months=1)
        use = sample(PlanUse, plan=plan, product_name="Family", running=12, renewing=5)
        services.answer_with("billing.get_plan_use", use)
        return use

    def test_retiring_says_who_goes_with_it(self, browser, use):
        page = visible_text(browser(Role.PARTNER).get(f"/plans/{ID}/retire"))

        assert "12 active subscriptions continue" in page
        assert "5 of them renew automatically" in page

    def test_a_price_is_changed_in_the_plans_currency(
        self, browser, services, use, form_of
    ):
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/plans/{ID}/edit"))
        assert 'value="9.00"' in page
        fields = form_of(page) | {"name": "Month", "amount": "12.50", "sku": "GOLD-1M"}
        client.post(f"/plans/{ID}/edit", data=fields)

        [(_, rpc_request)] = services.calls_of("billing.change_plan")
        assert rpc_request.price == Money.of("12.50 EUR")
        assert rpc_request.sku == "GOLD-1M"

    def test_a_fault_keeps_what_was_entered(self, browser, use, form_of, services):
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/plans/{ID}/edit"))
        fields = form_of(page) | {"name": "Other name", "amount": "9 or so"}
        answer = client.post(f"/plans/{ID}/edit", data=fields)

        assert answer.status_code == 422
        assert 'value="Other name"' in text_of(answer)
        assert "Enter an amount such as 9.00." in visible_text(answer)
        assert services.calls_of("billing.change_plan") == []

    @pytest.mark.feature("PR-01")
    def test_a_products_kind_is_not_offered_again(
        self, browser, services, sample, form_of
    ):
        services.answer_with("billing.get_product", sample(ProductView, name="Family"))
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/products/{ID}/edit"))
        assert 'name="is_trial"' not in page
        fields = {"name": "Home", "devices": "3", "addresses": "1"}
        client.post(f"/products/{ID}/edit", data=form_of(page) | fields)

        [(_, rpc_request)] = services.calls_of("billing.update_product")
        assert (rpc_request.name, rpc_request.devices) == ("Home", 3)

    def test_the_operator_chooses_of_the_products_partner_alone(
        self, browser, services
    ):
        browser(Role.OPERATOR).get(f"/products/{ID}/edit")

        [(_, rpc_request)] = services.calls_of("playlists.list_packages")
        assert str(rpc_request.partner_id) == ID
        assert services.calls_of("accounts.list_accounts") == []

    def test_ticks_that_cannot_be_shown_are_not_asked_for(self, browser, services):
        services.answer_with("playlists.list_packages", Unavailable())
        client = browser(Role.PARTNER)

        assert client.get(f"/products/{ID}/edit").status_code == 503
        assert client.get(f"/products/{ID}").status_code == 200
