"""The users that an account has itself."""

from uuid import UUID

import pytest

from lineup.context import Role
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.accounts.membership import OpenOwnCustomer
from lineup.contracts.accounts.tree import AccountKind, AccountView
from lineup.contracts.paging import Page

OTHER = UUID("019d0000-0000-7000-8000-000000000002")


@pytest.fixture
def own(services, sample):
    customer = sample(CustomerView, id=OTHER, is_own=True)
    services.answer_with("accounts.open_own_customer", customer)
    services.answer_with("accounts.list_customers", Page(items=[]))
    return customer


@pytest.mark.feature("AH-26")
@pytest.mark.parametrize("path", ["/own-users", f"/accounts/{OTHER}/own-users"])
def test_they_are_begun_with_once_and_found_from_then_on(
    browser, form_of, services, own, path
):
    client = browser(Role.RESELLER)
    hidden = form_of(client.get(path).get_data(as_text=True))
    assert services.calls_of("accounts.open_own_customer") == []

    answer = client.post(path, data=hidden)
    assert answer.location == f"/customers/{own.id}/users"
    [(_, asked)] = services.calls_of("accounts.open_own_customer")
    assert isinstance(asked, OpenOwnCustomer)

    services.answer_with("accounts.list_customers", Page(items=[own]))
    assert client.get(path).location == f"/customers/{own.id}/users"


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PARTNER, 200),
        (Role.RESELLER_COMPANY, 403),
        (Role.OPERATOR, 403),
        (Role.SUPPORT, 403),
        (Role.CUSTOMER, 403),
    ],
)
def test_who_has_no_account_to_have_users_has_no_such_page(browser, own, role, status):
    assert browser(role).get("/own-users").status_code == status


@pytest.mark.parametrize("kind", AccountKind)
def test_the_page_of_an_account_leads_to_them_where_it_can_have_them(
    browser, services, sample, kind
):
    account = sample(AccountView, id=OTHER, kind=kind)
    services.answer_with("accounts.get_account", account)
    page = browser(Role.OPERATOR).get(f"/accounts/{OTHER}").get_data(as_text=True)
    can_have_them = kind in {"partner", "reseller", "dealer"}
    assert (f"/accounts/{OTHER}/own-users" in page) is can_have_them


def test_what_stands_for_an_account_is_neither_moved_nor_deleted(
    browser, services, own
):
    services.answer_with("accounts.get_customer", own)
    page = browser(Role.PARTNER).get(f"/customers/{own.id}").get_data(as_text=True)
    assert "Own users of" in page
    for path in ("move", "delete"):
        assert f"/customers/{own.id}/{path}" not in page


@pytest.mark.feature("AH-21")
def test_a_customers_page_leads_to_making_it_a_dealer(
    browser, form_of, services, sample
):
    customer = sample(CustomerView, id=OTHER, is_own=False, is_active=True)
    services.answer_with("accounts.get_customer", customer)
    client, path = browser(Role.PARTNER), f"/customers/{OTHER}/promote"
    assert path in client.get(f"/customers/{OTHER}").get_data(as_text=True)

    hidden = form_of(client.get(path).get_data(as_text=True))
    answer = client.post(path, data=hidden)

    assert answer.status_code == 303
    assert answer.location.startswith("/accounts/")
    [(_, asked)] = services.calls_of("accounts.promote_customer")
    assert (asked.customer_id, asked.must_change_password) == (OTHER, False)
