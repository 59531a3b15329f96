"""What a form of the panel has written is on the page that is shown next.

Each form is sent while no copy of what its service owns can be brought up to date. The
copies are let go only when the next page has been asked for: it waits for them.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psycopg2
import pytest
from factories import create_tenant
from panel import Panel
from running import until

HELD_SECONDS = 0.6
COPIES = {
    "accounts": ["subscription_copies"],
    "billing": ["account_copy", "customer_copy", "user_copy", "package_copy"],
    "notifications": ["account_copy", "customer_copy"],
}
"""The tables in which services keep what others own."""


class Copies:
    """Holds every copy as it is, for as long as a test says."""

    def __init__(self, lineup):
        self._addresses = {name: address_of(lineup, name) for name in COPIES}

    @contextmanager
    def held(self):
        """Nobody writes a copy in here; reading them goes on."""
        with ExitStack() as stack:
            for service, tables in COPIES.items():
                connection = psycopg2.connect(self._addresses[service])
                stack.callback(connection.close)
                with connection.cursor() as cursor:
                    cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE MODE")
            yield


def address_of(lineup, service):
    settings = lineup.command("environment", service).splitlines()
    [line] = [line for line in settings if line.startswith("DATABASE_URI=")]
    return line.partition("=")[2]


@pytest.fixture(scope="module")
def tenant(lineup):
    return create_tenant(lineup)


@pytest.fixture(scope="module")
def copies(lineup):
    return Copies(lineup)


@pytest.fixture(scope="module")
def partner(tenant):
    return Panel(tenant.lineup, tenant.username, tenant.password)


@pytest.fixture(scope="module")
def plan(tenant):
    return tenant.plan("9.00", months=1)


@pytest.fixture
def person(tenant):
    """A customer with money and a user, and how it signs in."""
    login = {"username": f"c-{secrets.token_hex(4)}", "password": "Long-enough-1"}
    customer = tenant.customer("30.00", login=login)
    return customer, tenant.user(customer)["id"], login


@pytest.fixture
def after(copies):
    """`after(panel, path, …)` sends a form and gives the words of the page shown next.

    `at` asks for another page than the one the form leads to.
    """

    def after(panel, path, *, form="", at="", **fields):
        with ThreadPoolExecutor(1) as pool:
            with copies.held():
                leads_to = panel.send(path, form, **fields)
                pending = pool.submit(panel.page, at or leads_to)
                with pytest.raises(TimeoutError):
                    pending.result(HELD_SECONDS)
            return pending.result()

    return after


@pytest.fixture(params=["by staff", "by the customer"])
def either(request, partner, person, lineup):
    """Whoever may do it: staff or the customer itself, with its users' page."""
    customer, user, login = person
    if request.param == "by staff":
        return partner, customer, user, f"/customers/{customer}/users"
    return Panel(lineup, **login), customer, user, "/my"


def test_a_purchase(either, after, plan):
    panel, _, user, _ = either
    words = after(panel, f"/users/{user}/buy?plan_id={plan}", form=f"/users/{user}/buy")

    assert "has Family until" in words
    assert "Active" in words
    assert "Expired" not in words
    assert "Pending" not in words
    assert "Renew" in words


def test_a_stop(either, after, plan, tenant):
    panel, _, user, users = either
    bought = tenant.buy(user, plan)["id"]
    until_shown(panel, users, "Active")

    words = after(panel, f"/subscriptions/{bought}/stop")
    assert "was refunded to the balance" in words
    assert "Stopped" in words
    assert "Active" not in words.replace("Active users", "")


def test_a_new_user_on_the_page_of_renewals(either, after):
    panel, customer, _, users = either
    own = users == "/my"
    renewal = "/my/renewal" if own else f"/customers/{customer}/renewal"
    words = after(panel, f"/customers/{customer}/users/new", name="Attic", at=renewal)
    assert "Attic" in words


def test_a_new_name_of_a_user(either, after):
    panel, customer, user, users = either
    own = users == "/my"
    renewal = "/my/renewal" if own else f"/customers/{customer}/renewal"
    words = after(panel, f"/users/{user}/rename", name="Cellar", at=renewal)
    assert "Cellar" in words
    assert "Living room" not in words


def test_a_user_that_was_deleted(either, after):
    panel, customer, user, users = either
    own = users == "/my"
    renewal = "/my/renewal" if own else f"/customers/{customer}/renewal"
    words = after(panel, f"/users/{user}/delete", at=renewal)
    assert "No users yet" in words


def test_a_new_customer_has_its_money_pages(partner, after):
    words = after(
        partner, "/customers/new", first_name="Ada", last_name="New", at="/wallets"
    )
    assert "Ada New" in words


def test_a_new_name_of_a_customer(partner, person, after):
    path = f"/customers/{person[0]}/edit"
    words = after(partner, path, last_name="Renamed", at="/wallets")
    assert "C Renamed" in words


def test_a_renamed_package_on_its_product(partner, tenant, after):
    product, package = tenant.ids["product_id"], tenant.ids["package_id"]
    name = f"Package {secrets.token_hex(3)}"
    path = f"/packages/{package}/name"
    words = after(partner, path, name=name, at=f"/products/{product}")
    assert name in words


def until_shown(panel, path, words):
    """The page has the words; what was written by another session may take a moment."""
    until(lambda: words in panel.page(path), words)
