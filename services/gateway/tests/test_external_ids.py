"""Ids of other systems, wherever the API takes an id."""

from uuid import UUID

import pytest

from lineup.context import Role
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.billing.catalog import ProductView
from lineup.contracts.paging import Page

pytestmark = pytest.mark.feature("CU-34")

ID = "019d0000-0000-7000-8000-000000000001"


@pytest.fixture
def known(services, sample):
    """The customer 4711 and the product gold/1."""
    customer = sample(CustomerView, id=UUID(ID))
    product = sample(ProductView, id=UUID(ID))
    services.answer_with(
        "accounts.list_customers",
        lambda _, rpc_request: Page(
            items=[customer] if rpc_request.external_id == "4711" else []
        ),
    )
    services.answer_with(
        "billing.list_products",
        lambda _, rpc_request: Page(
            items=[product] if rpc_request.external_id == "gold 1" else []
        ),
    )


@pytest.mark.parametrize(
    ("method", "path", "verb", "field"),
    [
        ("GET", "/customers/ext:4711", "accounts.get_customer", "customer_id"),
        ("DELETE", "/customers/ext:4711", "accounts.delete_customer", "customer_id"),
        ("GET", "/users?customer_id=ext:4711", "accounts.list_users", "customer_id"),
        ("GET", "/products/ext:gold%201", "billing.get_product", "product_id"),
        (
            "GET",
            "/subscriptions?product_id=ext:gold%201",
            "billing.list_subscriptions",
            "product_id",
        ),
    ],
)
def test_it_acts_on_the_one_that_bears_it(
    api, services, known, method, path, verb, field
):
    assert api(method, path).status_code < 300
    rpc_request = services.calls_of(verb)[-1][1]
    assert str(getattr(rpc_request, field)) == ID


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/customers/ext:4712", "customer_not_found"),
        ("/products/ext:silver", "product_not_found"),
        ("/users?customer_id=ext:4712", "customer_not_found"),
    ],
)
def test_one_that_nobody_bears_is_not_found(api, services, known, path, code):
    answer = api("GET", path)
    assert (answer.status_code, answer.get_json()["code"]) == (404, code)


def test_an_operator_who_sees_several_is_told(api, services, sample):
    several = [sample(CustomerView), sample(CustomerView)]
    services.answer_with("accounts.list_customers", Page(items=several))
    answer = api("GET", "/customers/ext:4711", Role.OPERATOR)
    assert answer.get_json()["code"] == "external_id_ambiguous"


@pytest.mark.parametrize("path", ["/customers/ext:", "/users/ext:4711", "/customers/x"])
def test_what_is_no_id_has_no_page(api, services, known, path):
    assert api("GET", path).status_code == 404
