"""The published description is the API: the same routes, nothing else (AP-34)."""

import re
from pathlib import Path

import pytest

from gateway.api.endpoints import PREFIX, ROLES
from lineup.verbs import verbs_of

DESCRIBING = {"openapi_json", "enter", "try_out", "asset"}
README = (Path(__file__).parents[1] / "README.md").read_text()
PAGING = {"limit", "after", "before", "count_up_to", "order", "updated_since"}
USUAL = {"created_at", "updated_at"}
ADDRESSES_OF_VERBS = {
    (method, PREFIX + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule))
    for service in ("accounts", "billing", "playlists", "notifications")
    for verb in verbs_of(service)
    if verb.route
    for methods, rule in [verb.route.address.split(" ")]
    for method in methods.split("|")
}
METHODS = {"get", "post", "put", "patch", "delete"}


def operations(specification):
    return {
        (method.upper(), path): operation
        for path, item in specification["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def routes(app):
    found = set()
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.rsplit(".", 1)[-1]
        if rule.rule.startswith(PREFIX) and name not in DESCRIBING:
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            found |= {(method, path) for method in rule.methods - {"HEAD", "OPTIONS"}}
    return found


@pytest.mark.feature("AP-05")
def test_the_routes_are_those_described(app, specification):
    assert set(operations(specification)) == routes(app)
    assert len(routes(app)) > 50


def written(path):
    """A path as the README writes it."""
    return re.sub(r"\{\w+\}", "{id}", path.removeprefix(PREFIX))


def test_every_verb_with_a_route_is_open(specification):
    assert set(operations(specification)) >= ADDRESSES_OF_VERBS


def test_the_readme_names_every_address_that_no_verb_has(specification):
    rows = re.findall(r"^\| (`/.*) \| ((?:GET|POST|PUT)[^|]*) \|", README, re.MULTILINE)
    received = {}
    for addresses, methods in rows:
        paths = re.findall("`([^`]+)`", addresses)
        each = methods.split("; ")
        each = each * len(paths) if len(each) == 1 else each
        received |= {
            p: set(re.findall("[A-Z]{3,}", m)) for p, m in zip(paths, each, strict=True)
        }

    described = {}
    for method, path in operations(specification):
        if (method, path) not in ADDRESSES_OF_VERBS:
            described.setdefault(written(path), set()).add(method)
    assert received == described


def test_the_readme_names_what_every_list_is_narrowed_and_sorted_by(specification):
    rows = re.findall(r"^\| `(/\S*)` \| ([`n].*) \| ([`n].*) \|$", README, re.MULTILINE)
    received = {
        path: tuple(set(re.findall("`([^`]+)`", cell)) for cell in cells)
        for path, *cells in rows
    }

    described = {
        written(path): (names_of(operation) - PAGING, sorts_of(operation) - USUAL)
        for (method, path), operation in operations(specification).items()
        if "schemas/PageOf" in str(operation["responses"].get("200"))
    }
    assert received == described


def names_of(operation):
    return {p["name"] for p in operation["parameters"] if p["in"] == "query"}


def sorts_of(operation):
    parameters = [p for p in operation["parameters"] if p["name"] == "order"]
    names = parameters[0]["schema"]["enum"] if parameters else []
    return {name for name in names if not name.startswith("-")}


def test_every_endpoint_but_those_of_sign_in_wants_a_token(specification):
    open_endpoints = {
        endpoint
        for endpoint, operation in operations(specification).items()
        if not operation["security"]
    }

    assert open_endpoints == {
        ("POST", "/api/v1/tokens"),
        ("POST", "/api/v1/password-resets"),
        ("POST", "/api/v1/password-resets/complete"),
        ("GET", "/api/v1/errors"),
        ("GET", "/api/v1/offered-packages"),
    }
    assert sum(not roles for roles in ROLES.values()) == 5


@pytest.mark.feature("AP-07")
def test_every_post_takes_an_idempotency_key(specification):
    for (method, path), operation in operations(specification).items():
        names = {p["name"] for p in operation.get("parameters", []) if "name" in p}
        assert ("Idempotency-Key" in names) == (method == "POST"), path


def test_every_endpoint_says_what_it_does_and_for_whom(specification):
    for endpoint, operation in operations(specification).items():
        assert operation["summary"], endpoint
        assert "For: " in operation["description"], endpoint


@pytest.mark.feature("AP-06")
def test_every_error_is_the_one_form(specification):
    schema = specification["components"]["schemas"]["Problem"]
    assert set(schema["properties"]) == {
        "code",
        "message",
        "fields",
        "request_id",
        "details",
    }
    for operation in operations(specification).values():
        assert "default" in operation["responses"]


def test_every_reference_leads_somewhere(specification):
    text = str(specification)
    for kind, name in re.findall(r"#/components/(\w+)/([\w-]+)", text):
        assert name in specification["components"][kind], name


def test_no_answer_has_a_secret_or_a_scope(specification):
    schemas = specification["components"]["schemas"]
    answered = {
        match
        for operation in operations(specification).values()
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for match in re.findall(r"schemas/(\w+)", str(response))
    }
    checked = {
        (name, field)
        for name in answered
        for field in schemas[name].get("properties", {})
        if field in {"scope", "password", "secret", "token"}
    }

    assert checked == {
        ("Token", "token"),
        ("NewApiKey", "token"),
        ("AppKey", "secret"),
    }
    assert set(schemas["NewLogin"]["properties"]) == {"username", "password"}


def test_the_page_to_try_it_comes_from_our_own_host(client):
    page = client.get("/api/v1/docs")
    text = page.get_data(as_text=True)

    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert len(addresses) == 3
    for address in addresses:
        assert address.startswith("/")
        with client.get(address) as file:
            assert file.status_code == 200, address
    assert "<script>" not in text
    assert "style=" not in text
