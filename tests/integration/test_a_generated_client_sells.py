"""A client that a generator made of the specification runs a whole sale, by its types.

The generator is openapi-python-client: it warns of what it cannot put into types, and
leaves that out. Here a warning fails, and so does an operation that it left out.
"""

import importlib
import json
import subprocess
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from factories import BOUGHT, DEMO, Tenant, create_tenant, soon

GENERATING_SECONDS = 300
NAME = "generated_client"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def tenant(lineup):
    return create_tenant(lineup)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("generated")


@pytest.fixture(scope="module")
def generated(tenant, folder):
    """The package that the generator made of the specification as it is served."""
    settings = folder / "settings.json"
    options = {
        "post_hooks": [],
        "package_name_override": NAME,
        "content_type_overrides": {"application/pdf": "application/octet-stream"},
    }
    settings.write_text(json.dumps(options))
    result = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate"),
            *("--url", f"{tenant.api.address}/api/v1/openapi.json"),
            *("--config", str(settings), "--output-path", str(folder / NAME)),
            *("--meta", "none", "--fail-on-warning"),
        ],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=GENERATING_SECONDS,
    )
    assert result.returncode == 0, result.stdout
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module(NAME)


@dataclass
class Seller:
    """Whoever sells by the generated client; `models` are its types."""

    client: Any
    models: ModuleType
    places: dict[str, str]
    """The module of each operation."""

    def __call__(self, operation: str, *path: Any, **result: Any) -> Any:
        """What an operation answers, as the type that the client has for it."""
        return self.detailed(operation, *path, **result).parsed

    def detailed(self, operation: str, *path: Any, **result: Any) -> Any:
        """The same, with its status and header fields."""
        module = importlib.import_module(self.places[operation])
        return module.sync_detailed(*path, client=self.client, **result)


@pytest.fixture(scope="module")
def places(generated, folder):
    """Where the client has each operation: a module each, below its subject's."""
    found = (folder / NAME / "api").glob("*/*.py")
    return {
        path.stem: f"{NAME}.api.{path.parent.name}.{path.stem}"
        for path in found
        if path.stem != "__init__"
    }


@pytest.fixture(scope="module")
def seller(generated, places, tenant):
    """The partner, signed in by the client itself."""
    models = importlib.import_module(f"{NAME}.models")
    client_settings = {"base_url": tenant.api.address, "timeout": 30}
    body = models.Credentials(username=tenant.username, password=tenant.password)
    with generated.Client(**client_settings) as client:
        token = Seller(client, models, places)("create_token", body=body)
    assert isinstance(token, models.Token)
    assert token.me.role is models.MeRole.PARTNER
    with generated.AuthenticatedClient(token=token.token, **client_settings) as client:
        yield Seller(client, models, places)


def test_the_client_has_every_operation(tenant, places):
    paths = tenant.api.get("/openapi.json")["paths"]

    described = {
        operation["operationId"]
        for item in paths.values()
        for method, operation in item.items()
        if method in METHODS
    }
    assert set(places) == described
    assert len(described) > 140


@pytest.fixture
def plan(tenant: Tenant):
    return tenant.plan("9.00", days=30)


def test_it_runs_the_whole_sale(seller, plan):
    customer, user = made(seller, "ines.sold@example.net")
    assert seen(user, DEMO)
    paid(seller, customer, user, plan)
    sold = bought(seller, user, plan)
    assert seen(user, BOUGHT)
    renewed(seller, customer, user, plan, sold)
    back = stopped(seller, sold)
    assert seen(user, DEMO)
    deleted(seller, customer, back)


def made(seller, email):
    """A new customer and its first user, as they are told once; the list finds it."""
    models = seller.models
    person = models.Person(first_name="Ines", last_name="Sold", email=email)
    body = models.CreateCustomer(person=person, user_name="Living room")
    customer = seller("create_customer", body=body)
    assert isinstance(customer, models.NewCustomer)
    assert customer.login.password
    [user] = customer.users
    found = seller("list_customers", email=email, limit=2)
    assert [row.id for row in found.items] == [customer.id]
    return customer, user


def paid(seller, customer, user, plan):
    """Without money nothing is sold; money comes in once, however often it is sent."""
    models = seller.models
    poor = seller("create_subscription", body=purchase(models, user, plan))
    assert isinstance(poor, models.Problem)
    assert poor.code == "insufficient_balance"
    amount = models.Money(amount="20.00", currency="EUR")
    body = models.TopUpBody(amount=amount, note="paid in cash")
    key = f"cash-of-{customer.id}"
    booked, again = (
        seller("top_up_wallet", customer.id, body=body, idempotency_key=key)
        for _ in range(2)
    )
    assert isinstance(booked, models.EntryView)
    assert again == booked
    assert booked.balance_after == amount


def bought(seller, user, plan):
    """A month, as it was quoted."""
    models = seller.models
    quote = seller("quote_subscription", user.id, plan_id=plan)
    sold = seller("create_subscription", body=purchase(models, user, plan))
    assert isinstance(sold, models.SubscriptionView)
    assert sold.state is models.SubscriptionViewState.RUNNING
    assert sold.ends_at >= quote.ends_at
    assert quote.balance_after == seller("get_wallet", user.customer_id).balance
    return sold


def renewed(seller, customer, user, plan, sold):
    """The switch counts, and a second month lengthens the same subscription."""
    models = seller.models
    body = models.SwitchRenewalWhole(renews=True)
    assert seller("set_user_renewal", user.id, body=body).renews
    [line] = seller("get_customer_renewals", customer.id).lines
    assert (line.subscription_id, line.is_due) == (sold.id, True)
    longer = seller("create_subscription", body=purchase(models, user, plan))
    assert (longer.id, longer.renews) == (sold.id, True)
    assert longer.ends_at > sold.ends_at


def stopped(seller, sold):
    """What stopping gave back: what is left of it, on the balance."""
    body = seller.models.StopSubscriptionBody(reason="moved away")
    receipt = seller("stop_subscription", sold.id, body=body)
    assert isinstance(receipt, seller.models.StopReceipt)
    now = seller("get_subscription", sold.id)
    assert now.state is seller.models.SubscriptionViewState.STOPPED
    return receipt.refunded


def deleted(seller, customer, back):
    """A customer goes when its money has gone."""
    models = seller.models
    refused = seller("delete_customer", customer.id)
    assert refused.code == "balance_left"
    balance = seller("get_wallet", customer.id).balance
    assert float(balance.amount) == pytest.approx(2 + float(back.amount))
    booked = seller("pay_out_wallet", customer.id, body=models.PayOutBody(amount=None))
    assert booked.amount.amount == f"-{balance.amount}"
    assert seller.detailed("delete_customer", customer.id).status_code == 204
    assert seller("get_customer", customer.id).code == "customer_not_found"


def test_it_changes_what_nobody_changed_meanwhile(seller):
    models = seller.models
    customer, user = made(seller, "ben.sold@example.net")
    tag = seller.detailed("get_customer", customer.id).headers["ETag"]
    person = models.PersonChangePatch(city="Delft")
    change = models.UpdateCustomerPatch(person=person)

    changed = seller("update_customer", customer.id, body=change, if_match=tag)
    assert (changed.person.city, changed.person.last_name) == ("Delft", "Sold")
    late = seller.detailed("update_customer", customer.id, body=change, if_match=tag)
    assert (late.status_code, late.parsed.code) == (412, "precondition_failed")
    name = models.RenameUserPatch(name="Kitchen")
    assert seller("update_user", user.id, body=name).name == "Kitchen"


def purchase(models, user, plan):
    return models.Purchase(user_id=user.id, plan_id=plan)


def seen(user, channels):
    """Whether the user's playlist link shows these channels, soon."""
    soon({"playlist_url": user.playlist_url}, channels)
    return True
