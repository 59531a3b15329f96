"""The published description is the API: the same routes, nothing else (AP-34)."""

import re

import pytest

from gateway.api.doors import PREFIX, ROLES

DESCRIBING = {"openapi_json", "list_errors", "try_out", "asset"}
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def specification(client):
    return client.get("/api/v1/openapi.json").get_json()


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


def test_the_routes_are_those_described(app, specification):
    assert set(operations(specification)) == routes(app)
    assert len(routes(app)) > 50


def test_every_door_but_sign_in_wants_a_token(specification):
    open_doors = {
        door
        for door, operation in operations(specification).items()
        if not operation["security"]
    }

    assert open_doors == {("POST", "/api/v1/tokens")}
    assert sum(not roles for roles in ROLES.values()) == 1


def test_every_post_takes_an_idempotency_key(specification):
    for (method, path), operation in operations(specification).items():
        names = {p["name"] for p in operation.get("parameters", []) if "name" in p}
        assert ("Idempotency-Key" in names) == (method == "POST"), path


def test_every_door_says_what_it_does_and_for_whom(specification):
    for door, operation in operations(specification).items():
        assert operation["summary"], door
        assert "For: " in operation["description"], door


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
    held = {
        (name, field)
        for name in answered
        for field in schemas[name].get("properties", {})
        if field in {"scope", "password", "secret", "token"}
    }

    assert held == {("Token", "token")}


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
