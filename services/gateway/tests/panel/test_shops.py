"""Pages about products, shops and orders: what is wrong, and what to do about it."""

import re
from html import unescape

import pytest

from gateway.admin.exceptions import DELIVERIES, ORDERS
from lineup.context import Role
from lineup.contracts.billing import (
    DeliveryVerdict,
    OrderState,
    OrderView,
    PlanUse,
    PlanView,
    ProductView,
    ShopDeliveryView,
    ShopView,
)
from lineup.contracts.paging import Page
from lineup.errors import Unavailable
from lineup.money import Money

ID = "019d0000-0000-7000-8000-000000000001"


def text_of(answer):
    return answer.get_data(as_text=True)


def words_of(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text_of(answer))))


class TestLog:
    @pytest.fixture
    def parked(self, services, sample):
        delivery = sample(
            ShopDeliveryView,
            verdict=DeliveryVerdict.PARKED,
            problem="wrong_shop: staging.example",
            body='{"buyer": "<b>anna@example.com</b>"}',
        )
        services.tell("billing.list_shop_deliveries", Page(items=[delivery]))
        services.tell("billing.get_shop_delivery", delivery)
        return delivery

    def test_it_says_what_is_wrong_in_words(self, browser, parked):
        page = words_of(browser(Role.PARTNER).get(f"/shops/{ID}"))

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

    def test_a_replay_that_is_parked_again_says_why(
        self, browser, services, parked, form_of
    ):
        services.tell("billing.replay_delivery", parked)
        client = browser(Role.PARTNER)
        address = f"/shop-deliveries/{parked.id}/replay"
        page = text_of(client.get(f"/shop-deliveries/{parked.id}"))
        answer = client.post(address, data=form_of(page, address))

        shown = words_of(client.get(answer.location))
        assert f"It is parked still: {DELIVERIES['wrong_shop'][0]}" in shown


class TestOrders:
    @pytest.fixture
    def broken(self, services, sample):
        order = sample(
            OrderView,
            state=OrderState.EXCEPTION,
            exceptions=["unknown_sku: GOLD & MORE", "low_amount: X"],
        )
        services.tell("billing.get_order", order)
        services.tell("billing.list_orders", Page(items=[order]))
        return order

    def test_an_unknown_sku_leads_to_a_plan_with_it(self, browser, services, broken):
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/orders/{ID}"))
        [address] = re.findall(r'href="(/plans/new[^"]+)"', page)

        form = text_of(client.get(address.replace("&amp;", "&")))
        assert 'value="GOLD &amp; MORE"' in form
        assert 'value="EUR"' in form

    def test_the_list_says_what_is_wrong(self, browser, broken):
        page = words_of(browser(Role.SUPPORT).get("/orders?state=exception"))

        assert ORDERS["unknown_sku"][0] in page
        assert ORDERS["low_amount"][0] in page

    def test_support_sees_what_is_wrong_and_acts_on_nothing(self, browser, broken):
        page = text_of(browser(Role.SUPPORT).get(f"/orders/{ID}"))

        assert ORDERS["unknown_sku"][0] in page
        assert "/replay" not in page
        assert "/plans/new" not in page


class TestSettings:
    def test_a_new_secret_is_sealed_and_never_shown(
        self, browser, services, form_of, app
    ):
        from gateway.ground import ground_of

        client = browser(Role.PARTNER)
        address = f"/shops/{ID}/secret"
        said = form_of(text_of(client.get(address))) | {"secret": "another-secret"}
        client.post(address, data=said)

        [(_, asked)] = services.calls_of("billing.change_shop_secret")
        assert ground_of(app).keyring.open(asked.secret) == "another-secret"

    @pytest.mark.parametrize("is_active", [True, False])
    def test_the_switch_asks_and_turns_what_is(
        self, browser, services, sample, form_of, is_active
    ):
        services.tell("billing.get_shop", sample(ShopView, is_active=is_active))
        client = browser(Role.PARTNER)
        address = f"/shops/{ID}/status"
        page = text_of(client.get(address))
        assert services.calls_of("billing.switch_shop") == []
        client.post(address, data=form_of(page))

        [(_, asked)] = services.calls_of("billing.switch_shop")
        assert asked.is_active is not is_active


class TestCatalogue:
    @pytest.fixture
    def use(self, services, sample):
        plan = sample(PlanView, is_retired=False, name="Month", days=0, months=1)
        use = sample(PlanUse, plan=plan, product_name="Family", running=12, renewing=5)
        services.tell("billing.get_plan_use", use)
        return use

    def test_retiring_says_who_goes_with_it(self, browser, use):
        page = words_of(browser(Role.PARTNER).get(f"/plans/{ID}/retire"))

        assert "12 run by it and run on" in page
        assert "5 of them would have renewed" in page

    def test_a_price_is_changed_in_the_plans_currency(
        self, browser, services, use, form_of
    ):
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/plans/{ID}/edit"))
        assert 'value="9.00"' in page
        said = form_of(page) | {"name": "Month", "amount": "12.50"}
        client.post(f"/plans/{ID}/edit", data=said)

        [(_, asked)] = services.calls_of("billing.change_plan")
        assert asked.price == Money.of("12.50 EUR")

    def test_a_fault_keeps_what_was_entered(self, browser, use, form_of, services):
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/plans/{ID}/edit"))
        said = form_of(page) | {"name": "Other name", "amount": "9,00"}
        answer = client.post(f"/plans/{ID}/edit", data=said)

        assert answer.status_code == 422
        assert 'value="Other name"' in text_of(answer)
        assert "Write it like 9.00." in words_of(answer)
        assert services.calls_of("billing.change_plan") == []

    def test_a_products_kind_is_not_offered_again(
        self, browser, services, sample, form_of
    ):
        services.tell("billing.get_product", sample(ProductView, name="Family"))
        client = browser(Role.PARTNER)
        page = text_of(client.get(f"/products/{ID}/edit"))
        assert 'name="is_trial"' not in page
        said = {"name": "Home", "devices": "3", "addresses": "1"}
        client.post(f"/products/{ID}/edit", data=form_of(page) | said)

        [(_, asked)] = services.calls_of("billing.update_product")
        assert (asked.name, asked.devices) == ("Home", 3)

    def test_the_operator_chooses_of_the_products_partner_alone(
        self, browser, services
    ):
        browser(Role.OPERATOR).get(f"/products/{ID}/edit")

        [(_, asked)] = services.calls_of("playlists.list_packages")
        assert str(asked.partner_id) == ID
        assert services.calls_of("accounts.list_accounts") == []

    def test_ticks_that_cannot_be_shown_are_not_asked_for(self, browser, services):
        services.tell("playlists.list_packages", Unavailable())
        client = browser(Role.PARTNER)

        assert client.get(f"/products/{ID}/edit").status_code == 503
        assert client.get(f"/products/{ID}").status_code == 200
