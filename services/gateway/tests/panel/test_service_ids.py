"""Signing in with the id of the business that is meant."""

import pytest
from answers import sent, text_of, visible_text

from lineup.context import Role
from lineup.contracts.accounts.tree import AccountKind, AccountView
from lineup.verbs import Done

pytestmark = pytest.mark.feature("AH-38")
ENTERED = {"username": "partner", "password": "right"}
ID = "019d0000-0000-7000-8000-000000000001"


def service_of(services, verb):
    return services.calls_of(verb)[-1][1].service


def test_the_page_asks_for_it_only_where_its_address_says_so(client):
    page = text_of(client.get("/sign-in"))
    assert 'name="service"' not in page
    assert 'href="/sign-in?service="' in page
    page = text_of(client.get("/sign-in?service=north-tv"))
    assert 'value="north-tv"' in page
    assert 'href="/forgot-password?service=north-tv"' in page


def test_signing_in_says_which_business_is_meant(client, form_of, services):
    sent(client, form_of, "/sign-in", **ENTERED)
    assert service_of(services, "accounts.sign_in") == ""
    client.post("/sign-out")
    sent(client, form_of, "/sign-in?service=north-tv", **ENTERED)
    assert service_of(services, "accounts.sign_in") == "north-tv"


def test_a_reset_link_says_so_too_and_leads_back(client, form_of, services):
    services.answer_with("accounts.request_password_reset", Done())
    address = "/forgot-password?service=north-tv"
    answer = sent(client, form_of, address, username="anna")
    assert answer.location == "/sign-in?service=north-tv"
    assert service_of(services, "accounts.request_password_reset") == "north-tv"


def test_a_partner_s_page_has_it_and_no_seller_s(browser, form_of, services, sample):
    given = {"kind": AccountKind.PARTNER, "service_id": "north-tv", "may_edit": True}
    services.answer_with("accounts.get_account", sample(AccountView, **given))
    client = browser(Role.OPERATOR)
    assert "Service ID north-tv" in visible_text(client.get(f"/accounts/{ID}"))
    page = text_of(client.get(f"/accounts/{ID}/edit"))
    assert 'value="north-tv"' in page
    given["kind"] = AccountKind.DEALER
    services.answer_with("accounts.get_account", sample(AccountView, **given))
    assert "service_id" not in text_of(client.get(f"/accounts/{ID}/edit"))
