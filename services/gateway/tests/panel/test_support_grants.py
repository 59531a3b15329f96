"""Support access: given, seen and ended by partners; used by support."""

from uuid import UUID

import pytest
from answers import text_of

from lineup.context import Role
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.accounts.refusals import SupportNotGranted
from lineup.contracts.accounts.support_grants import SupportGrantView, SupportVisit
from lineup.contracts.accounts.tree import AccountKind, AccountView
from lineup.contracts.paging import Page
from lineup.errors import Invalid

pytestmark = pytest.mark.feature("AH-29")
ID = "019d0000-0000-7000-8000-000000000001"


def test_a_partner_gives_access_sees_who_used_it_and_ends_it(
    browser, services, form_of, sample
):
    client = browser(Role.PARTNER)
    path = "/settings/support/new"
    hidden = form_of(text_of(client.get(path)))
    answer = client.post(path, data=hidden | {"hours": "72"})
    assert answer.location == "/settings/support"
    [(_, asked)] = services.calls_of("accounts.create_support_grant")
    assert asked.hours == 72

    used = sample(SupportVisit, username="sue", account="north")
    view = sample(SupportGrantView, visits=[used], is_open=True)
    services.answer_with("accounts.list_support_grants", Page(items=[view]))
    page = text_of(client.get("/settings/support"))
    assert "sue, as north" in page
    end = f"/settings/support/{view.id}/end"
    assert end in page
    client.post(end, data=form_of(text_of(client.get(end))))
    [(_, asked)] = services.calls_of("accounts.end_support_grant")
    assert asked.grant_id == view.id


def test_what_was_refused_is_told(browser, services, form_of):
    client = browser(Role.PARTNER)
    path = "/settings/support/new"
    hidden = form_of(text_of(client.get(path)))
    assert client.post(path, data=hidden | {"hours": "5"}).status_code == 422
    wrong = Invalid(fields={"hours": ["Too long."]})
    services.answer_with("accounts.create_support_grant", wrong)
    answer = client.post(path, data=hidden | {"hours": "24"})
    assert "Too long." in text_of(answer)


def test_support_without_one_is_told_403(browser, services, form_of, api, sample):
    partner = sample(AccountView, kind=AccountKind.PARTNER)
    services.answer_with("accounts.get_account", partner)
    services.answer_with("accounts.enter_account", SupportNotGranted())
    client = browser(Role.SUPPORT)
    enter = f"/accounts/{partner.id}/enter"
    elsewhere = form_of(text_of(client.get("/customers")), "/sign-out")
    answer = client.post(enter, data=elsewhere)
    assert answer.status_code == 403
    assert "has not given support access" in text_of(answer)
    answer = api("POST", f"/accounts/{ID}/visits", Role.SUPPORT)
    assert (answer.status_code, answer.json["code"]) == (403, "support_not_granted")


@pytest.mark.feature("AH-28", "AH-29")
@pytest.mark.parametrize("is_active", [True, False])
def test_support_logs_in_as_a_customer_from_its_page(
    browser, services, sample, is_active
):
    customer = sample(CustomerView, id=UUID(ID), is_active=is_active)
    services.answer_with("accounts.get_customer", customer)
    page = text_of(browser(Role.SUPPORT).get(f"/customers/{ID}"))
    assert (f'action="/accounts/{ID}/enter"' in page) is is_active
    assert "Reset password" not in page
