"""Every error has one form and a code from the published list (AP-06)."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from gateway.api.codes import CODES, STATUS_OF, Code, published
from lineup.context import Role
from lineup.contracts.billing import refusals as billing_refusals
from lineup.errors import (
    KINDS,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PaymentRequired,
    Refusal,
    TooMany,
    Unavailable,
)

ROOT = Path(__file__).resolve().parents[3]
ID = "019d0000-0000-7000-8000-000000000001"
PURCHASE = {"user_id": ID, "plan_id": ID}


def problem(answer, status, code):
    """The answer's body, checked to be the one form with that code."""
    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert set(body) - {"details"} == {"code", "message", "fields", "request_id"}
    assert body["message"]
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert STATUS_OF[code] == status
    return body


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("GET", "/nothing-here", {}, 404, "not_found"),
        ("GET", "/customers/not-an-id", {}, 404, "not_found"),
        ("PUT", "/customers", {}, 405, "method_not_allowed"),
        ("POST", "/subscriptions", {"data": "a=b"}, 415, "unsupported_media_type"),
        (
            "POST",
            "/subscriptions",
            {"data": "{", "content_type": "application/json"},
            400,
            "malformed_json",
        ),
        (
            "POST",
            "/subscriptions",
            {"data": "[" * 100_000, "content_type": "application/json"},
            400,
            "malformed_json",
        ),
        (
            "POST",
            "/subscriptions",
            {"data": "9" * 10_000, "content_type": "application/json"},
            400,
            "malformed_json",
        ),
        (
            "POST",
            "/subscriptions",
            {"data": "", "content_type": "application/json"},
            422,
            "invalid",
        ),
        ("POST", "/subscriptions", {"json": []}, 422, "invalid"),
        ("POST", "/subscriptions", {"json": {}}, 422, "invalid"),
        ("POST", "/subscriptions", {"json": {"x" * (1 << 20): 1}}, 413, "too_large"),
        ("GET", "/customers?limit=1000000000", {}, 422, "invalid"),
        ("GET", "/customers?after=x", {}, 422, "invalid"),
        ("POST", "/channel-imports/file", {"data": {}}, 422, "invalid"),
    ],
)
def test_what_cannot_be_read_is_told_in_the_one_form(
    api, method, path, options, status, code
):
    problem(api(method, path, **options), status, code)


@pytest.mark.feature("CU-17")
def test_every_field_at_fault_is_named_in_one_answer(api):
    body = {
        "person": {"first_name": "A\x00", "email": 5, "balance": "9.00"},
        "login": {"username": "x", "role": "operator"},
        "scope": "/",
    }

    answer = problem(api("POST", "/customers", json=body), 422, "invalid")

    assert set(answer["fields"]) == {
        "person.first_name",
        "person.last_name",
        "person.email",
        "person.balance",
        "login.username",
        "login.password",
        "login.role",
        "scope",
    }


@pytest.mark.feature("AP-06")
@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Forbidden(), 403),
        (NotFound(), 404),
        (Conflict(code="trial_used"), 409),
        (PaymentRequired(), 402),
        (Invalid(code="username_capitals", fields={"login.username": ["No."]}), 422),
        (TooMany(), 429),
        (Unavailable(), 503),
    ],
)
def test_a_refusal_of_a_service_keeps_its_code_and_fields(
    api, services, refusal, status
):
    services.answer_with("accounts.delete_user", refusal)

    body = problem(api("DELETE", f"/users/{ID}"), status, refusal.code)

    assert body["fields"] == refusal.fields
    assert body["message"] == refusal.message


def test_every_429_says_when_to_come_again(api, services):
    for refusal, seconds in (
        (TooMany(details={"retry_after": 7}), "7"),
        (TooMany(), "2"),
        (TooMany(details={"retry_after": "soon"}), "2"),
    ):
        services.answer_with("accounts.delete_user", refusal)

        answer = api("DELETE", f"/users/{ID}")

        assert (answer.status_code, answer.headers["Retry-After"]) == (429, seconds)


@pytest.mark.feature("AP-06")
def test_a_fault_tells_nothing_but_the_request_id(api, services):
    services.answer_with("accounts.get_account", Exception)

    body = problem(api("GET", f"/accounts/{ID}"), 500, "internal_error")

    assert body["message"] == "Something went wrong on our side."
    assert body["fields"] == {}


@pytest.mark.feature("OP-06")
def test_a_service_that_does_not_answer_is_504_with_retry_after(api, services):
    services.silent.add("billing")

    answer = api("GET", "/ledger/check")

    problem(answer, 504, "timeout")
    assert int(answer.headers["Retry-After"]) > 0


def test_without_a_token_everything_is_401(api, app):
    answer = api("GET", "/customers", role=None)

    problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "Bearer x y"])
def test_a_broken_authorization_is_401(api, header):
    answer = api("GET", "/me", role=None, headers={"Authorization": header})

    problem(answer, 401, "unauthenticated")


def test_a_sane_request_id_is_kept_and_another_is_replaced(api, services):
    kept = api("GET", "/products", headers={"X-Request-ID": "abc-12345"})
    made = api("GET", "/products", headers={"X-Request-ID": "a b\tc"})

    assert kept.headers["X-Request-ID"] == "abc-12345"
    assert re.fullmatch(r"[0-9a-f]{32}", made.headers["X-Request-ID"])
    first, second = (
        c.request_id for c, _ in services.calls_of("billing.list_products")
    )
    assert (first, second) == ("abc-12345", made.headers["X-Request-ID"])


def test_people_get_pages_instead(client, browser):
    answer = browser(Role.PARTNER).get("/nothing-here")

    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "not_found" in answer.get_data(as_text=True)


@pytest.mark.feature("AP-06")
def test_the_list_of_codes_is_published(client):
    body = client.get("/api/v1/errors").get_json()["items"]

    assert [one["code"] for one in body] == [code.code for code in CODES]
    assert len({code.code for code in CODES}) == len(CODES)


def test_the_readme_has_the_list_as_it_is():
    readme = (ROOT / "services/gateway/README.md").read_text()
    heading = "| code | status | meaning |\n|---|---|---|\n"

    there = readme.split(heading)[1].split("\n\n")[0]

    rows = [f"| `{c.code}` | {c.status} | {c.meaning} |" for c in CODES]
    assert there.split("\n") == rows


def test_a_refusal_that_a_service_declares_is_on_the_list(monkeypatch):
    class PlanLocked(Conflict):
        """This plan is locked."""

        code = "plan_locked"

    PlanLocked.__module__ = billing_refusals.__name__
    monkeypatch.setattr(billing_refusals, "PlanLocked", PlanLocked, raising=False)

    assert set(published()) - set(CODES) == {
        Code("plan_locked", 409, "This plan is locked.")
    }


def test_every_code_has_a_meaning_in_a_sentence():
    assert [c.code for c in CODES if not re.fullmatch(r"[A-Z].*[.…]", c.meaning)] == []


@cache
def nodes():
    """Every class and every call of all that runs, with its place in the repository."""
    return [
        (path.relative_to(ROOT), node)
        for path in sorted(ROOT.glob("s*/**/*.py"))
        if "tests" not in path.parts and "testing" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef | ast.Call)
    ]


@cache
def declared():
    """Place, class and code of every refusal that has a code of its own."""
    classes = [
        (place, node, names_of(node.bases))
        for place, node in nodes()
        if isinstance(node, ast.ClassDef)
    ]
    kinds = {kind.__name__ for kind in (*KINDS.values(), Refusal)}
    while found := {node.name for _, node, bases in classes if bases & kinds} - kinds:
        kinds |= found
    return {
        (place, node.name, code)
        for place, node, bases in classes
        if bases & kinds
        for code in codes_in(node)
    }


def names_of(bases):
    return {ast.unparse(base).split(".")[-1] for base in bases}


def codes_in(node):
    return [
        line.value.value
        for line in node.body
        if isinstance(line, ast.Assign)
        and any(getattr(target, "id", "") == "code" for target in line.targets)
        and isinstance(line.value, ast.Constant)
    ]


def test_every_refusal_of_the_platform_is_on_the_list():
    assert len(declared()) > 80
    assert {one for one in declared() if one[2] not in STATUS_OF} == set()


def test_no_two_refusals_declare_one_code():
    by_code = {}
    for place, name, code in declared():
        by_code.setdefault(code, []).append(f"{place}: {name}")

    assert {code: names for code, names in by_code.items() if len(names) > 1} == {}


def test_a_service_declares_its_refusals_in_its_contracts():
    services = ("accounts", "billing", "notifications", "playlists")
    inside = [
        f"{place}: {name}"
        for place, name, _ in sorted(declared())
        if place.parts[0] == "services" and place.parts[1] in services
    ]

    assert inside == []


def test_no_code_is_spelled_where_it_is_refused():
    spelled = [
        f"{place}:{call.lineno}"
        for place, call in nodes()
        if isinstance(call, ast.Call)
        for word in call.keywords
        if word.arg == "code" and isinstance(word.value, ast.Constant | ast.JoinedStr)
    ]

    assert spelled == []


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-03-02T10:00:00+17:09", 200),
        ("0027-02-23T17:45:14+00:00", 422),
        ("9999-12-31T23:59:59-12:00", 422),
        ("2026-03-02T10:00:00", 422),
    ],
)
def test_a_moment_is_taken_as_utc_or_refused(api, services, moment, status):
    answer = api("GET", "/deliveries/counts", query_string={"created_from": moment})

    assert answer.status_code == status, answer.get_json()
    for _, rpc_request in services.calls_of("notifications.count_deliveries"):
        assert rpc_request.created_from.isoformat() == "2026-03-01T16:51:00+00:00"
