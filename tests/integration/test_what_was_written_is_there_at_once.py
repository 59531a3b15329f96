"""What one call has written the next one finds, whichever service it goes to.

Each pair is two calls right after each other, several times over: the second needs a copy
of what the first has made, changed or ended elsewhere.
"""

import secrets

import pytest
from worlds import a_world, euros

TIMES = 5


@pytest.fixture(scope="module")
def world(lineup):
    return a_world(lineup)


@pytest.fixture(scope="module")
def operator(lineup):
    return lineup.sign_in(
        lineup.demo["operator_username"], lineup.demo["operator_password"]
    )


@pytest.fixture(scope="module")
def plan(world):
    return world.plan("9.00", days=30)


def a_login():
    return {"username": f"w-{secrets.token_hex(5)}", "password": "Long-enough-1"}


def a_user(world, balance=""):
    """A user of a new customer; with money on the balance where an amount is named."""
    return world.user(world.customer(balance))


def said(answer, status=None):
    """An answer's body; fails when it was refused, or has not that status."""
    wanted = answer.ok if status is None else answer.status_code == status
    assert wanted, (answer.request.method, answer.url, answer.text)
    return answer.json() if answer.content else None


def a_dealer(world):
    return world.make("/accounts", kind="dealer", name="Stall", login=a_login())


def a_running(world, plan):
    """A user that runs, its customer, and its subscription."""
    user = a_user(world, "9.00")
    return user, user["customer_id"], world.buy(user["id"], plan)["id"]


class TestACustomer:
    @pytest.mark.parametrize("path", ["wallet", "entries", "statement", "renewal"])
    def test_has_its_money_pages(self, world, path):
        for _ in range(TIMES):
            said(world.api("GET", f"/customers/{world.customer()}/{path}"))

    def test_is_topped_up(self, world):
        for _ in range(TIMES):
            customer = world.customer("5.00")
            assert world.balance(customer) == "5.00"

    def test_gets_a_message_of_its_own_and_signs_in(self, world, lineup):
        for _ in range(TIMES):
            login = a_login()
            world.customer(login=login)
            own = lineup.sign_in(login["username"], login["password"])
            said(own("GET", "/users"))

    def test_that_moved_is_seen_by_its_new_seller(self, world, lineup):
        for _ in range(TIMES):
            login = a_login()
            dealer = world.make("/accounts", kind="dealer", name="Stall", login=login)
            own = lineup.sign_in(login["username"], login["password"])
            customer = world.customer("5.00")
            target = {"to_account_id": dealer["id"]}
            said(world.api("PUT", f"/customers/{customer}/seller", json=target))
            wallet = said(own("GET", f"/customers/{customer}/wallet"))
            assert wallet["balance"]["amount"] == "5.00"

    def test_that_was_deleted_takes_no_money(self, world):
        for _ in range(TIMES):
            customer = world.customer()
            said(world.api("DELETE", f"/customers/{customer}"), 204)
            amount = {"amount": euros("5.00")}
            path = f"/customers/{customer}/top-ups"
            told = said(world.api("POST", path, json=amount), 409)
            assert told["code"] == "customer_deleted"

    def test_that_was_paid_out_is_deleted(self, world):
        for _ in range(TIMES):
            customer = world.customer("5.00")
            refused = said(world.api("DELETE", f"/customers/{customer}"), 409)
            assert refused["code"] == "balance_left"
            world.make(f"/customers/{customer}/payouts", note="by bank")
            said(world.api("DELETE", f"/customers/{customer}"), 204)


class TestAUser:
    def test_buys(self, world, plan):
        for _ in range(TIMES):
            a_running(world, plan)

    def test_is_told_what_buying_gives(self, world, plan):
        for _ in range(TIMES):
            path = f"/users/{a_user(world)['id']}/purchase"
            said(world.api("GET", path, params={"plan_id": plan}))

    def test_is_switched_to_renew(self, world):
        for _ in range(TIMES):
            path = f"/users/{a_user(world)['id']}/renewal"
            said(world.api("PUT", path, json={"renews": True}))
            assert said(world.api("GET", path))["renews"] is True

    def test_that_was_stopped_is_deleted(self, world, plan):
        for _ in range(TIMES):
            user, _, subscription = a_running(world, plan)
            refused = said(world.api("DELETE", f"/users/{user['id']}"), 409)
            assert refused["code"] == "subscription_active"
            said(world.api("POST", f"/subscriptions/{subscription}/stop"))
            said(world.api("DELETE", f"/users/{user['id']}"), 204)

    def test_that_was_stopped_goes_with_its_customer(self, world, plan):
        for _ in range(TIMES):
            _, customer, subscription = a_running(world, plan)
            refused = said(world.api("DELETE", f"/customers/{customer}"), 409)
            assert refused["code"] == "subscription_active"
            said(world.api("POST", f"/subscriptions/{subscription}/stop"))
            world.make(f"/customers/{customer}/payouts")
            said(world.api("DELETE", f"/customers/{customer}"), 204)


class TestAPackage:
    def package(self, world):
        return world.make("/packages", name=f"Package {secrets.token_hex(4)}")["id"]

    def product(self, world):
        facts = {"name": "Product", "package_ids": [self.package(world)]}
        return world.make("/products", **facts)

    def test_is_sold(self, world):
        for _ in range(TIMES):
            self.product(world)

    def test_that_nobody_has_any_longer_is_deleted(self, world):
        for _ in range(TIMES):
            product = self.product(world)
            length = {"name": "Free", "price": euros("0.00"), "days": 1}
            plan = world.make(f"/products/{product['id']}/plans", **length)
            bought = world.buy(a_user(world)["id"], plan["id"])
            said(world.api("POST", f"/subscriptions/{bought['id']}/stop"))
            [package] = product["package_ids"]
            said(world.api("DELETE", f"/packages/{package}"), 204)


class TestASeller:
    @pytest.mark.parametrize("path", ["wallets", "subscriptions", "sales/figures"])
    def test_has_its_lists(self, world, path):
        for _ in range(TIMES):
            account = {"account_id": a_dealer(world)["id"]}
            said(world.api("GET", f"/{path}", params=account))

    def test_is_deleted_when_its_customers_are_paid_out(self, world):
        for _ in range(TIMES):
            dealer = a_dealer(world)
            customer = world.customer("5.00", seller_id=dealer["id"])
            path = f"/accounts/{dealer['id']}"
            typed = {"confirmation": dealer["username"]}
            refused = said(world.api("DELETE", path, params=typed), 409)
            assert refused["code"] == "balance_left"
            world.make(f"/customers/{customer}/payouts")
            said(world.api("DELETE", path, params=typed), 202)


class TestAPartner:
    @pytest.fixture
    def made(self, operator, lineup):
        """`made()` is the API as a new partner, and its id."""

        def made():
            login = a_login()
            body = {"kind": "partner", "name": "New", "login": login}
            partner = said(operator("POST", "/accounts", json=body))
            own = lineup.sign_in(login["username"], login["password"])
            return own, partner["id"]

        return made

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/products", {"name": "Product", "package_ids": []}),
            ("/packages", {"name": "All"}),
            (
                "/shops",
                {
                    "kind": "woocommerce",
                    "name": "Shop",
                    "secret": "long-enough-secret",
                    "currency": "EUR",
                },
            ),
            ("/mail-transport/test", {"receiver": "anna@example.net"}),
        ],
    )
    def test_makes_its_first(self, made, operator, path, body):
        for _ in range(TIMES):
            said(made()[0]("POST", path, json=body))
            said(operator("POST", path, json={**body, "partner_id": made()[1]}))

    def test_has_prices_in_its_new_currency_and_keeps_that(self, made):
        for _ in range(TIMES):
            own, partner_id = made()
            account = f"/accounts/{partner_id}"
            said(own("PATCH", account, json={"currency": "JPY"}))
            product = said(
                own("POST", "/products", json={"name": "P", "package_ids": []})
            )
            price = {"amount": "1200", "currency": "JPY"}
            plan = {"name": "Month", "price": price, "months": 1}
            plans = f"/products/{product['id']}/plans"
            assert said(own("POST", plans, json=plan))["price"] == price
            refused = said(own("PATCH", account, json={"currency": "EUR"}), 409)
            assert refused["code"] == "currency_in_use"
