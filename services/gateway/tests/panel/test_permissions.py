"""The panel obeys the permissions that the verbs declare, and hides what is refused."""

import inspect
import types
from dataclasses import replace

import pytest
from answers import text_of

from gateway.panel.guard import PAGES
from lineup.access import PermissionMissing
from lineup.context import Permission, Role
from lineup.contracts.accounts.permissions import PermissionSetView
from lineup.contracts.paging import Page
from lineup.verbs import VERBS, Kind

pytestmark = pytest.mark.feature("AH-31")
ID = "019d0000-0000-7000-8000-000000000001"

SEVERAL = {
    "gateway.account.settings.settings",
    "gateway.admin.sales.sell.first_line",
    "gateway.admin.sales.sell.sell",
    "gateway.portal.users.delete_user",
}
"""Pages that ask for several things: the service refuses each by itself."""


def names_in(code):
    inner = (one for one in code.co_consts if isinstance(one, types.CodeType))
    return set(code.co_names).union(*map(names_in, inner))


def writes_of(view):
    """The verbs that a page's view names, or the forms that it shows."""
    view = inspect.unwrap(view)
    named = [view.__globals__.get(name) for name in names_in(view.__code__)]
    classes = {one for one in named if isinstance(one, type)}
    requests = classes | {getattr(one, "asks", None) for one in classes}
    found = (VERBS[one] for one in requests if one in VERBS)
    return [verb for verb in found if verb.kind is Kind.WRITE and verb.access.needs]


def test_every_page_needs_what_its_form_asks_for(app):
    checked, wrong = 0, {}
    for view in app.view_functions.values():
        name = f"{view.__module__}.{view.__name__}"
        needed = {verb.access.needs for verb in writes_of(view)}
        if name not in PAGES or not needed or name in SEVERAL:
            continue
        checked += 1
        if PAGES[name].needs not in needed:
            wrong[name] = (PAGES[name].needs, needed)
    assert wrong == {}
    assert checked > 60


@pytest.fixture
def allow(services):
    """`allow(Permission.SELL)` limits the staff to this."""

    def allow(*permissions):
        actor = services.roles["token-of-staff"]
        services.roles["token-of-staff"] = replace(actor, permissions=permissions)
        return services

    return allow


def test_a_page_without_its_permission_is_not_there_for_staff(browser, allow, form_of):
    allow(Permission.CUSTOMERS)
    client = browser(Role.STAFF)
    assert client.get("/customers/new").status_code == 200
    hidden = form_of(text_of(client.get("/customers/new")))
    for path in (f"/customers/{ID}/top-up", f"/users/{ID}/stop", "/wallets"):
        assert client.get(path).status_code == 403, path
    answer = client.post(f"/users/{ID}/stop", data=hidden)
    assert answer.status_code == 403


def test_what_is_refused_is_not_shown(browser, allow):
    allow(Permission.SEE_MONEY)
    client = browser(Role.STAFF)
    page = text_of(client.get("/customers"))
    assert "/customers/new" not in page
    assert 'href="/sell"' not in page
    allow(Permission.CUSTOMERS, Permission.SELL)
    client = browser(Role.STAFF)
    page = text_of(client.get("/customers"))
    assert "/customers/new" in page
    assert 'href="/sell"' in page


def test_a_customer_is_shown_without_what_may_not_be_seen(browser, allow):
    services = allow()
    for verb in ("get_wallet", "list_entries", "list_sales", "get_statement"):
        services.answer_with(f"billing.{verb}", PermissionMissing())
    answer = browser(Role.STAFF).get(f"/customers/{ID}")
    assert answer.status_code == 200
    assert "player-password" not in text_of(answer)
    assert services.calls_of("accounts.get_player_settings") == []


def test_the_api_refuses_with_a_code_and_says_what_one_may(api, allow):
    services = allow(Permission.SELL)
    answer = api("POST", f"/subscriptions/{ID}/stop", Role.STAFF)
    assert answer.status_code == 403
    problem = answer.get_json()
    assert problem["code"] == "permission_missing"
    assert problem["details"] == {"permission": "refund"}
    assert services.calls_of("billing.stop_subscription") == []
    assert api("GET", "/me", Role.STAFF).get_json()["permissions"] == ["sell"]


class TestSets:
    @pytest.fixture
    def desk(self, services, sample):
        view = sample(
            PermissionSetView,
            name="Desk",
            permissions=[Permission.SELL, Permission.REFUND],
        )
        services.answer_with("accounts.get_permission_set", view)
        services.answer_with("accounts.list_permission_sets", Page(items=[view]))
        return services

    def test_they_are_told_in_words(self, browser, desk):
        page = text_of(browser(Role.PARTNER).get("/settings/permissions"))
        assert "Stop subscriptions with a refund, and pay money out" in page
        assert browser(Role.STAFF).get("/settings/permissions").status_code == 403

    def test_one_is_made_changed_and_deleted(self, browser, form_of, desk):
        client = browser(Role.PARTNER)
        for path, verb in (
            ("/settings/permissions/new", "create_permission_set"),
            (f"/settings/permissions/{ID}/edit", "update_permission_set"),
            (f"/settings/permissions/{ID}/delete", "delete_permission_set"),
        ):
            hidden = form_of(text_of(client.get(path)))
            filled = {"name": "Desk", "permissions": ["sell", "import"]}
            answer = client.post(path, data=hidden | filled)
            assert answer.location == "/settings/permissions", text_of(answer)
            [(_, rpc_request)] = desk.calls_of(f"accounts.{verb}")
            if verb != "delete_permission_set":
                assert rpc_request.permissions == [Permission.SELL, Permission.IMPORT]

    def test_a_login_is_given_one(self, browser, form_of, desk, sample, services):
        from lineup.contracts.accounts.logins import LoginView

        login = sample(LoginView, role=Role.STAFF, permission_set_id=None, email="")
        services.answer_with("accounts.get_login", login)
        client = browser(Role.PARTNER)
        path = f"/accounts/{ID}/logins/{ID}/edit"
        hidden = form_of(text_of(client.get(path)))
        client.post(path, data=hidden | {"permission_set_id": ID})
        client.post(path, data=hidden | {"permission_set_id": "", "key": "another"})
        first, second = [
            one.permission_set_id for _, one in desk.calls_of("accounts.update_login")
        ]
        assert (str(first), second) == (ID, None)
