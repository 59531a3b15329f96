"""Pages of the second factor: asked for at sign-in, set up, required, taken away."""

import base64
import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from answers import text_of

from gateway.app_context import app_context_of
from gateway.second_factor_keys import app_key, new_secret
from lineup.context import Pending, Role
from lineup.contracts.accounts.logins import LoginView
from lineup.contracts.accounts.refusals import CodeWrong
from lineup.contracts.accounts.second_factor import RecoveryCodes, SecondFactorView
from lineup.contracts.paging import Page
from lineup.errors import TooMany
from lineup.verbs import Done

pytestmark = pytest.mark.feature("AH-33")
OTHER = "019d0000-0000-7000-8000-000000000002"
OFF = SecondFactorView(is_on=False, is_required=False, recovery_codes=0, since=None)
CODES = RecoveryCodes(codes=["kx7m-pd3n-wh8t-zv5j", "abcd-efgh-jkmn-pqrs"])


@pytest.fixture
def becomes(services, app):
    """`becomes(Pending.SECOND_FACTOR)`: the partner must do that first."""

    def becomes(pending):
        theirs = services.roles["token-of-partner"]
        services.roles["token-of-partner"] = replace(theirs, pending=pending)
        app_context_of(app).identities.evict_all()

    return becomes


@pytest.fixture
def send(form_of):
    """Fill in the form of a page."""

    def send(client, path, **values):
        hidden = form_of(text_of(client.get(path)), path)
        return client.post(path, data=hidden | values)

    return send


class TestSigningIn:
    def test_the_code_comes_after_the_password_and_before_all_else(
        self, client, form_of, services, becomes, send
    ):
        becomes(Pending.SECOND_FACTOR)
        hidden = form_of(text_of(client.get("/sign-in?next=/customers")))
        typed = {"username": "partner", "password": "right"}
        answer = client.post("/sign-in?next=/customers", data=hidden | typed)
        page = "/sign-in/code?next=/customers"
        assert answer.location == page
        for elsewhere in (
            "/customers",
            "/settings/password",
            "/settings/second-factor",
        ):
            assert client.get(elsewhere).location == "/sign-in/code"
        assert "Customers" not in text_of(client.get(page))

        services.answer_with("accounts.confirm_sign_in", Done())
        answer = send(client, page, code="123 456")
        [(_, asked)] = services.calls_of("accounts.confirm_sign_in")
        assert (asked.token, asked.code) == ("token-of-partner", "123 456")
        assert answer.location == "/customers"

    def test_a_wrong_code_is_told_at_its_field(self, browser, services, becomes, send):
        becomes(Pending.SECOND_FACTOR)
        client = browser(Role.PARTNER)
        refusal = CodeWrong(fields={"code": [CodeWrong.__doc__]})
        services.answer_with("accounts.confirm_sign_in", refusal)
        answer = send(client, "/sign-in/code", code="000000")
        assert answer.status_code == 422
        assert "already used" in text_of(answer)
        slow = TooMany(details={"retry_after": 4})
        services.answer_with("accounts.confirm_sign_in", slow)
        assert send(client, "/sign-in/code", code="000000").status_code == 429

    def test_it_leads_nowhere_else(self, browser, services, becomes, send):
        becomes(Pending.SECOND_FACTOR)
        client = browser(Role.PARTNER)
        services.answer_with("accounts.confirm_sign_in", Done())
        path = "/sign-in/code?next=//evil.example"
        assert send(client, path, code="123456").location == "/dashboard"

    def test_who_has_not_paid_is_led_to_where_that_is_done(
        self, browser, services, becomes, send
    ):
        becomes(Pending.SECOND_FACTOR)
        actor = services.roles["token-of-partner"]
        services.roles["token-of-partner"] = replace(actor, is_locked=True)
        services.answer_with("accounts.confirm_sign_in", Done())
        path = "/sign-in/code?next=/customers"
        answer = send(browser(Role.PARTNER), path, code="123456")
        assert answer.location == "/package"

    def test_by_api_the_code_comes_with_the_password(self, api, services):
        body = {"username": "partner", "password": "right", "code": "123456"}
        assert api("POST", "/tokens", None, json=body).status_code == 201
        [(_, asked)] = services.calls_of("accounts.sign_in")
        assert (asked.code, asked.wants_token) == ("123456", True)

    @pytest.mark.parametrize(
        ("pending", "code"),
        [
            (Pending.SECOND_FACTOR, "second_factor_required"),
            (Pending.SECOND_FACTOR_SETUP, "second_factor_setup_required"),
        ],
    )
    def test_by_api_nothing_goes_before_it(self, api, becomes, pending, code):
        becomes(pending)
        answer = api("GET", "/customers")
        assert (answer.status_code, answer.json["code"]) == (403, code)
        assert api("GET", "/me").json["pending"] == pending


class TestSettingUp:
    def test_the_picture_and_the_text_are_one_key_and_nothing_is_asked_elsewhere(self):
        one = app_key(new_secret(), "nora@north", "Nova & Co")
        parts = urlsplit(one.uri)
        query = parse_qs(parts.query)
        assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
        assert parts.path == "/Nova%20%26%20Co%3Anora%40north"
        assert query == {"secret": [one.secret], "issuer": ["Nova & Co"]}
        assert len(base64.b32decode(one.secret)) == 20
        assert new_secret() != new_secret()

    def test_it_is_set_up_and_recovery_codes_are_shown_once(
        self, browser, services, becomes, send, app
    ):
        becomes(Pending.SECOND_FACTOR_SETUP)
        client = browser(Role.PARTNER)
        path = "/settings/second-factor/set-up"
        assert client.get("/customers").location == path
        page = text_of(client.get(path))
        secret = re.search(r'name="secret"[^>]*value="(\w{32})"', page)[1]
        assert page.count(secret) > 1
        assert "data:image/svg+xml" in page

        refusal = CodeWrong(fields={"code": [CodeWrong.__doc__]})
        services.answer_with("accounts.enable_second_factor", refusal)
        filled = {"secret": secret, "code": "000000", "password": "right"}
        again = send(client, path, **filled)
        assert again.status_code == 422
        assert secret in text_of(again)

        services.answer_with("accounts.enable_second_factor", CODES)
        shown = text_of(send(client, path, **filled))
        assert all(f"<li><code>{one}</code></li>" in shown for one in CODES.codes)
        [*_, (_, asked)] = services.calls_of("accounts.enable_second_factor")
        assert app_context_of(app).keyring.open(asked.secret) == secret
        assert (asked.password, asked.token) == ("right", "token-of-partner")

    @pytest.mark.parametrize("forged", ["", "A" * 33, "\U0001f600" * 200, "w" * 5000])
    def test_a_key_that_is_none_is_replaced(self, browser, services, send, forged):
        refusal = CodeWrong(fields={"code": [CodeWrong.__doc__]})
        services.answer_with("accounts.enable_second_factor", refusal)
        typed = {"secret": forged, "code": "000000", "password": "right"}
        path = "/settings/second-factor/set-up"
        page = text_of(send(browser(Role.PARTNER), path, **typed))
        [shown] = re.findall(r'name="secret"[^>]*value="(\w*)"', page)
        assert len(base64.b32decode(shown)) == 20

    def test_it_is_set_up_by_api_with_the_token_that_asks(self, api, services, app):
        key = api("GET", "/me/second-factor/key").json
        assert key["secret"] in key["uri"]
        services.answer_with("accounts.enable_second_factor", CODES)
        body = {"password": "right", "secret": key["secret"], "code": "123456"}
        answer = api("POST", "/me/second-factor", json=body)
        assert answer.json["codes"] == CODES.codes
        [(_, asked)] = services.calls_of("accounts.enable_second_factor")
        assert asked.token == "token-of-partner"
        assert app_context_of(app).keyring.open(asked.secret) == key["secret"]

    @pytest.mark.parametrize(
        ("page", "verb", "reply"),
        [
            ("recovery-codes", "renew_recovery_codes", CODES),
            ("disable", "disable_second_factor", Done()),
        ],
    )
    def test_changing_it_takes_password_and_code(
        self, browser, services, send, page, verb, reply
    ):
        client = browser(Role.CUSTOMER)
        services.answer_with(f"accounts.{verb}", reply)
        path = f"/settings/second-factor/{page}"
        assert send(client, path, password="right").status_code == 422
        send(client, path, password="right", code="123456")
        [(_, asked)] = services.calls_of(f"accounts.{verb}")
        assert (asked.password, asked.code) == ("right", "123456")


class TestOthers:
    @pytest.mark.parametrize("role", [Role.PARTNER, Role.OPERATOR])
    def test_it_is_required_and_no_longer(self, browser, services, form_of, role):
        client = browser(role)
        path, target = "/settings/second-factor", "/settings/second-factor/requirement"
        for is_required in (True, False):
            view = replace(OFF, is_required=not is_required)
            services.answer_with("accounts.get_second_factor", view)
            services.answer_with(
                "accounts.require_second_factor", replace(OFF, is_required=is_required)
            )
            hidden = form_of(text_of(client.get(path)), target)
            client.post(target, data=hidden)
            [*_, (_, asked)] = services.calls_of("accounts.require_second_factor")
            assert asked.is_required is is_required

    def test_staff_does_not_say_who_must_have_one(self, browser, services):
        services.answer_with("accounts.get_second_factor", OFF)
        page = text_of(browser(Role.STAFF).get("/settings/second-factor"))
        assert "Your staff" not in page

    def test_who_manages_a_login_that_lost_it_disables_it(
        self, browser, services, send, sample
    ):
        client = browser(Role.PARTNER)
        view = sample(
            LoginView, id=UUID(OTHER), username="nora", has_second_factor=True
        )
        services.answer_with("accounts.list_logins", Page(items=[view]))
        services.answer_with("accounts.get_login", view)
        listed = unescape(text_of(client.get("/settings/logins")))
        path = re.search(r'href="([^"]*/second-factor/disable)"', listed)[1]
        assert "nora" in text_of(client.get(path))
        send(client, path)
        [(_, asked)] = services.calls_of("accounts.remove_second_factor")
        assert asked.login_id == view.id
