"""Pages about API keys, and from where sessions and keys may be used."""

from dataclasses import replace

import pytest
from answers import text_of

from lineup.context import Permission, Role
from lineup.contracts.accounts.api_keys import AccountAccess, ApiKeyView, NewApiKey
from lineup.contracts.changes import UNSET
from lineup.contracts.paging import Page
from lineup.errors import Forbidden, Invalid

ID = "019d0000-0000-7000-8000-000000000001"


@pytest.fixture
def keys(services, sample):
    view = sample(ApiKeyView, name="Webshop", permissions=[Permission.SELL])
    services.answer_with("accounts.list_api_keys", Page(items=[view]))
    made = NewApiKey(token="lk_only-once", key=view)
    services.answer_with("accounts.create_api_key", made)
    services.answer_with("accounts.rotate_api_key", made)
    return services


@pytest.mark.feature("AP-01")
def test_a_key_is_made_in_the_panel_and_shown_once(browser, form_of, keys):
    client = browser(Role.PARTNER)
    path = "/settings/api-keys/new"
    hidden = form_of(text_of(client.get(path)))
    filled = {"name": "Webshop", "days": "30", "is_limited": "y"}
    limits = {"permissions": ["sell"], "networks": "192.0.2.7\n2001:db8::/32"}

    answer = client.post(path, data=hidden | filled | limits)

    assert "lk_only-once" in text_of(answer)
    assert "lk_only-once" not in text_of(client.get("/settings/api-keys"))
    [(_, rpc_request)] = keys.calls_of("accounts.create_api_key")
    assert rpc_request.permissions == [Permission.SELL]
    assert rpc_request.networks == ["192.0.2.7", "2001:db8::/32"]
    assert rpc_request.days == 30


@pytest.mark.feature("AP-01")
def test_a_key_is_changed_and_what_is_left_empty_stays(
    browser, form_of, keys, services, sample
):
    client = browser(Role.PARTNER)
    view = sample(
        ApiKeyView, name="Webshop", permissions=[Permission.SELL], networks=["::1/128"]
    )
    services.answer_with("accounts.get_api_key", view)
    path = f"/settings/api-keys/{ID}/edit"
    page = text_of(client.get(path))
    assert 'value="Webshop"' in page
    assert "::1/128" in page
    filled = {"name": "Reporting", "is_limited": "y", "permissions": ["sell", "refund"]}
    answer = client.post(path, data=form_of(page) | filled | {"networks": ""})
    assert answer.location == "/settings/api-keys"
    [(_, asked)] = services.calls_of("accounts.update_api_key")
    assert (asked.name, asked.networks, asked.days) == ("Reporting", [], UNSET)
    assert asked.permissions == [Permission.SELL, Permission.REFUND]
    client.post(path, data=form_of(page) | {"name": "Reporting", "days": "9"})
    [*_, (_, asked)] = services.calls_of("accounts.update_api_key")
    assert (asked.permissions, asked.days) == (None, 9)


@pytest.mark.feature("AP-01")
def test_a_wrong_network_is_told_at_its_field(browser, form_of, keys):
    client = browser(Role.PARTNER)
    path = "/settings/api-keys/new"
    hidden = form_of(text_of(client.get(path)))
    words = {"networks.0": ["Enter an IP address or a network."]}
    keys.answer_with("accounts.create_api_key", Invalid(fields=words))
    filled = {"name": "Webshop", "days": "30", "networks": "somewhere"}
    answer = client.post(path, data=hidden | filled)
    assert answer.status_code == 422
    assert "Enter an IP address or a network" in text_of(answer)


@pytest.mark.feature("AP-01")
def test_a_key_is_rotated_and_revoked(browser, form_of, keys):
    client = browser(Role.PARTNER)
    path = f"/settings/api-keys/{ID}/rotate"
    hidden = form_of(text_of(client.get(path)))
    answer = client.post(path, data=hidden | {"overlap_hours": "48"})
    assert "lk_only-once" in text_of(answer)
    [(_, rpc_request)] = keys.calls_of("accounts.rotate_api_key")
    assert rpc_request.overlap_hours == 48
    path = f"/settings/api-keys/{ID}/revoke"
    answer = client.post(path, data=form_of(text_of(client.get(path))))
    assert answer.location == "/settings/api-keys"
    assert len(keys.calls_of("accounts.revoke_api_key")) == 1


@pytest.fixture
def elsewhere(services):
    """The partner may come from a network that tests do not come from."""
    actor = services.roles["token-of-partner"]
    limited = replace(actor, networks=("192.0.2.0/24",))
    services.roles["token-of-partner"] = limited
    return limited


@pytest.mark.feature("AP-01")
def test_the_api_refuses_other_addresses_with_a_code(api, elsewhere):
    answer = api("GET", "/customers")
    assert (answer.status_code, answer.get_json()["code"]) == (
        403,
        "address_not_allowed",
    )
    there = {"environ_base": {"REMOTE_ADDR": "192.0.2.9"}}
    assert api("GET", "/customers", **there).status_code == 200


@pytest.mark.feature("AH-36")
def test_the_panel_refuses_other_addresses(browser, elsewhere):
    client = browser(Role.PARTNER)
    answer = client.get("/customers")
    assert answer.status_code == 403
    assert "Access from your IP address is not allowed" in text_of(answer)
    there = {"REMOTE_ADDR": "192.0.2.9"}
    assert client.get("/customers", environ_base=there).status_code == 200


@pytest.mark.feature("AH-35")
def test_a_token_of_an_account_without_the_api_is_refused(api, services):
    refusal = Forbidden("API access is disabled.", code="api_disabled")
    services.answer_with("accounts.identify", refusal)
    answer = api("GET", "/customers")
    assert (answer.status_code, answer.get_json()["code"]) == (403, "api_disabled")


@pytest.mark.feature("AH-36")
def test_an_accounts_access_is_changed_on_its_page(browser, form_of, services, sample):
    present = sample(AccountAccess, networks=["192.0.2.0/24"], api_is_enabled=True)
    services.answer_with("accounts.get_account_access", present)
    client = browser(Role.PARTNER)
    path = f"/accounts/{ID}/access"
    page = text_of(client.get(path))
    assert "192.0.2.0/24" in page
    client.post(path, data=form_of(page) | {"networks": "198.51.100.0/24"})
    [(_, rpc_request)] = services.calls_of("accounts.update_account_access")
    assert rpc_request.networks == ["198.51.100.0/24"]
    assert rpc_request.api_is_enabled is False
