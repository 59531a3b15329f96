"""What one call has written the next one finds, whichever service it goes to.

Each pair is two calls right after each other, several times over: the second needs a copy
of what the first has made, changed or ended elsewhere.
"""

import secrets

import pytest
from factories import create_tenant, euros

TIMES = 5


@pytest.fixture(scope="module")
def tenant(lineup):
    return create_tenant(lineup)


@pytest.fixture(scope="module")
def operator(lineup):
    return lineup.sign_in(
        lineup.demo["operator_username"], lineup.demo["operator_password"]
    )


@pytest.fixture(scope="module")
def plan(tenant):
    return tenant.plan("9.00", days=30)


def a_login():
    return {"username": f"w-{secrets.token_hex(5)}", "password": "Long-enough-1"}


def a_user(tenant, balance=""):
    """A user of a new customer; with money on the balance where an amount is named."""
    return tenant.user(tenant.customer(balance))


def body_of(answer, status=None):
    """An answer's body; fails when it was refused, or has not that status."""
    wanted = answer.ok if status is None else answer.status_code == status
    assert wanted, (answer.request.method, answer.url, answer.text)
    return answer.json() if answer.content else None


def a_dealer(tenant):
    return tenant.make("/accounts", kind="dealer", name="Stall", login=a_login())


def a_running(tenant, plan):
    """A user that runs, its customer, and its subscription."""
    user = a_user(tenant, "9.00")
    return user, user["customer_id"], tenant.buy(user["id"], plan)["id"]


class TestACustomer:
    @pytest.mark.parametrize("path", ["wallet", "entries", "statement", "renewal"])
    def test_has_its_money_pages(self, tenant, path):
        for _ in range(TIMES):
            body_of(tenant.api("GET", f"/customers/{tenant.customer()}/{path}"))

    def test_is_topped_up(self, tenant):
        for _ in range(TIMES):
            customer = tenant.customer("5.00")
            assert tenant.balance(customer) == "5.00"

    def test_gets_a_message_of_its_own_and_signs_in(self, tenant, lineup):
        for _ in range(TIMES):
            login = a_login()
            tenant.customer(login=login)
            own = lineup.sign_in(login["username"], login["password"])
            body_of(own("GET", "/users"))

    def test_that_moved_is_seen_by_its_new_seller(self, tenant, lineup):
        for _ in range(TIMES):
            login = a_login()
            dealer = tenant.make("/accounts", kind="dealer", name="Stall", login=login)
            own = lineup.sign_in(login["username"], login["password"])
            customer = tenant.customer("5.00")
            target = {"to_account_id": dealer["id"]}
            body_of(tenant.api("PUT", f"/customers/{customer}/seller", json=target))
            wallet = body_of(own("GET", f"/customers/{customer}/wallet"))
            assert wallet["balance"]["amount"] == "5.00"

    def test_that_was_deleted_takes_no_money(self, tenant):
        for _ in range(TIMES):
            customer = tenant.customer()
            body_of(tenant.api("DELETE", f"/customers/{customer}"), 204)
            amount = {"amount": euros("5.00")}
            path = f"/customers/{customer}/top-ups"
            body = body_of(tenant.api("POST", path, json=amount), 409)
            assert body["code"] == "customer_deleted"

    def test_that_was_paid_out_is_deleted(self, tenant):
        for _ in range(TIMES):
            customer = tenant.customer("5.00")
            refused = body_of(tenant.api("DELETE", f"/customers/{customer}"), 409)
            assert refused["code"] == "balance_left"
            tenant.make(f"/customers/{customer}/payouts", note="by bank")
            body_of(tenant.api("DELETE", f"/customers/{customer}"), 204)


class TestAUser:
    def test_buys(self, tenant, plan):
        for _ in range(TIMES):
            a_running(tenant, plan)

    def test_is_told_what_buying_gives(self, tenant, plan):
        for _ in range(TIMES):
            path = f"/users/{a_user(tenant)['id']}/purchase"
            body_of(tenant.api("GET", path, params={"plan_id": plan}))

    def test_is_switched_to_renew(self, tenant):
        for _ in range(TIMES):
            path = f"/users/{a_user(tenant)['id']}/renewal"
            body_of(tenant.api("PUT", path, json={"renews": True}))
            assert body_of(tenant.api("GET", path))["renews"] is True

    def test_that_was_stopped_is_deleted(self, tenant, plan):
        for _ in range(TIMES):
            user, _, subscription = a_running(tenant, plan)
            refused = body_of(tenant.api("DELETE", f"/users/{user['id']}"), 409)
            assert refused["code"] == "subscription_active"
            body_of(tenant.api("POST", f"/subscriptions/{subscription}/stop"))
            body_of(tenant.api("DELETE", f"/users/{user['id']}"), 204)

    def test_that_was_stopped_goes_with_its_customer(self, tenant, plan):
        for _ in range(TIMES):
            _, customer, subscription = a_running(tenant, plan)
            refused = body_of(tenant.api("DELETE", f"/customers/{customer}"), 409)
            assert refused["code"] == "subscription_active"
            body_of(tenant.api("POST", f"/subscriptions/{subscription}/stop"))
            tenant.make(f"/customers/{customer}/payouts")
            body_of(tenant.api("DELETE", f"/customers/{customer}"), 204)


class TestAPackage:
    def package(self, tenant):
        return tenant.make("/packages", name=f"Package {secrets.token_hex(4)}")["id"]

    def product(self, tenant):
        facts = {"name": "Product", "package_ids": [self.package(tenant)]}
        return tenant.make("/products", **facts)

    def test_is_sold(self, tenant):
        for _ in range(TIMES):
            self.product(tenant)

    def test_that_nobody_has_any_longer_is_deleted(self, tenant):
        for _ in range(TIMES):
            product = self.product(tenant)
            length = {"name": "Free", "price": euros("0.00"), "days": 1}
            plan = tenant.make(f"/products/{product['id']}/plans", **length)
            bought = tenant.buy(a_user(tenant)["id"], plan["id"])
            body_of(tenant.api("POST", f"/subscriptions/{bought['id']}/stop"))
            [package] = product["package_ids"]
            body_of(tenant.api("DELETE", f"/packages/{package}"), 204)


class TestASeller:
    @pytest.mark.parametrize("path", ["wallets", "subscriptions", "sales/figures"])
    def test_has_its_lists(self, tenant, path):
        for _ in range(TIMES):
            account = {"account_id": a_dealer(tenant)["id"]}
            body_of(tenant.api("GET", f"/{path}", params=account))

    def test_is_deleted_when_its_customers_are_paid_out(self, tenant):
        for _ in range(TIMES):
            dealer = a_dealer(tenant)
            customer = tenant.customer("5.00", seller_id=dealer["id"])
            path = f"/accounts/{dealer['id']}"
            typed = {"confirmation": dealer["username"]}
            refused = body_of(tenant.api("DELETE", path, params=typed), 409)
            assert refused["code"] == "balance_left"
            tenant.make(f"/customers/{customer}/payouts")
            body_of(tenant.api("DELETE", path, params=typed), 202)


class TestAPartner:
    @pytest.fixture
    def made(self, operator, lineup):
        """`made()` is the API as a new partner, and its id."""

        def made():
            login = a_login()
            body = {"kind": "partner", "name": "New", "login": login}
            partner = body_of(operator("POST", "/accounts", json=body))
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
            body_of(made()[0]("POST", path, json=body))
            body_of(operator("POST", path, json={**body, "partner_id": made()[1]}))

    def test_has_prices_in_its_new_currency_and_keeps_that(self, made):
        for _ in range(TIMES):
            own, partner_id = made()
            account = f"/accounts/{partner_id}"
            body_of(own("PATCH", account, json={"currency": "JPY"}))
            product = body_of(
                own("POST", "/products", json={"name": "P", "package_ids": []})
            )
            price = {"amount": "1200", "currency": "JPY"}
            plan = {"name": "Month", "price": price, "months": 1}
            plans = f"/products/{product['id']}/plans"
            assert body_of(own("POST", plans, json=plan))["price"] == price
            refused = body_of(own("PATCH", account, json={"currency": "EUR"}), 409)
            assert refused["code"] == "currency_in_use"
