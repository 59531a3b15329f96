"""PATCH changes what is sent, PUT demands the whole (RFC 7396): every endpoint that changes.

What there is to change is read from the specification, so that an endpoint that is added
is held to the rule without a word here.
"""

import dataclasses
import re

import pytest

from lineup.context import Role
from lineup.contracts.changes import UNSET, set_fields

ID = "019d0000-0000-7000-8000-000000000001"
MERGE_PATCH = "application/merge-patch+json"
ADDRESSED = {"partner_id"}
"""Says whose it is, where no path does."""
READS = re.compile(r"\.(identify|get_)")
ONES_OWN = {"/me/time-zone"}
PLATFORM = ("/partner-packages", "/platform-profile", "/platform-settings")


def endpoints_of_(specification, method):
    """Every endpoint of a method: its path below the prefix, and its body's schema."""
    return {
        path.removeprefix("/api/v1"): item[method]["requestBody"]["content"]
        for path, item in specification["paths"].items()
        if "requestBody" in item.get(method, ())
    }


def resolved(specification, schema):
    """A schema, wherever it is written."""
    for subschema in (schema, *schema.get("allOf", ()), *schema.get("anyOf", ())):
        if "$ref" in subschema:
            name = subschema["$ref"].rsplit("/", 1)[1]
            return specification["components"]["schemas"][name]
    return schema


def leaves(specification, schema, path=()):
    """Every field that can be changed by itself: its path and its schema."""
    for name, subschema in resolved(specification, schema)["properties"].items():
        inner = resolved(specification, subschema)
        if "properties" in inner and not inner.get("required"):
            yield from leaves(specification, inner, (*path, name))
        else:
            yield (*path, name), subschema


def a_value(specification, schema):
    """Something a field takes."""
    schema = resolved(specification, schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {"amount": "9.00", "currency": "EUR"}
    if "object" in schema["type"]:
        return {"X-Key": "a"}
    return schema["examples"][0]


def whole(specification, schema):
    """A body with every field."""
    return {
        name: whole(specification, subschema)
        if "properties" in (inner := resolved(specification, subschema))
        and "amount" not in inner["properties"]
        else a_value(specification, subschema)
        for name, subschema in resolved(specification, schema)["properties"].items()
        if name not in ADDRESSED
    }


def at(path, value):
    """A body that says one thing."""
    for name in reversed(path):
        value = {name: value}
    return value


def without(body, path):
    """A body with one field taken out."""
    name, *rest = path
    if rest:
        return {**body, name: without(body[name], rest)}
    return {other: value for other, value in body.items() if other != name}


def values_in(request):
    """What a change says beside whom it is of."""
    beside = {"upload": ""}
    changing = {one.name for one in dataclasses.fields(request) if one.default is UNSET}
    return {
        name: set_fields(value) if type(value).__name__.endswith("Change") else value
        for name, value in set_fields(request).items()
        if name in changing or not name.endswith("_id")
        if (name, value) not in beside.items()
    }


def filled(path):
    return re.sub(r"\{\w+\}", ID, path)


@pytest.fixture
def send(api, services):
    """`ask("PATCH", path, body)` is the answer and what the service was asked."""

    def send(method, path, body, **options):
        services.calls.clear()
        role = Role.CUSTOMER if path in ONES_OWN else Role.PARTNER
        role = Role.OPERATOR if path.startswith(PLATFORM) else role
        answer = api(method, filled(path), role, json=body, **options)
        changing = [
            request for verb, _, request in services.calls if not READS.search(verb)
        ]
        return answer, changing

    return send


@pytest.mark.feature("AP-05")
def test_everything_that_can_be_replaced_can_be_changed_in_part(specification):
    patched = set(endpoints_of_(specification, "patch"))
    replaced = {
        path
        for path, item in specification["paths"].items()
        if "put" in item and "get" in item
    }

    assert {path.removeprefix("/api/v1") for path in replaced} <= patched | {
        "/users/{user_id}/renewal"
    }
    assert len(patched) >= 12


def test_a_patch_requires_nothing_and_comes_as_either_type(specification, send):
    for path, content in endpoints_of_(specification, "patch").items():
        assert set(content) == {"application/json", MERGE_PATCH}, path
        schemas = [kind["schema"] for kind in content.values()]
        assert schemas[0] == schemas[1], path
        assert not resolved(specification, schemas[0]).get("required"), path
        for kind in content:
            answer, [rpc_request] = send(
                "PATCH", path, {}, headers={"Content-Type": kind}
            )
            assert (answer.status_code, values_in(rpc_request)) == (200, {}), path


def test_a_patch_says_only_what_was_sent(specification, send):
    changed = 0
    for path, content in endpoints_of_(specification, "patch").items():
        for field, schema in leaves(specification, content[MERGE_PATCH]["schema"]):
            if field[-1] in ADDRESSED:
                continue
            value = a_value(specification, schema)
            answer, [rpc_request] = send("PATCH", path, at(field, value))
            assert answer.status_code == 200, (path, field, answer.json)
            [fields] = leaves_of(values_in(rpc_request))
            assert fields in {field, ("header_changes", "X-Key")}, (path, field)
            changed += 1
    assert changed >= 60


def leaves_of(body, path=()):
    for name, value in body.items():
        if isinstance(value, dict) and value:
            yield from leaves_of(value, (*path, name))
        else:
            yield (*path, name)


def test_null_sets_back_what_may_be_null_and_is_refused_elsewhere(specification, send):
    fields = {200: 0, 422: 0}
    for path, content in endpoints_of_(specification, "patch").items():
        for field, schema in leaves(specification, content[MERGE_PATCH]["schema"]):
            if field[-1] in ADDRESSED:
                continue
            answer, rpc_request = send("PATCH", path, at(field, None))
            may = "null" in str(schema.get("type", schema.get("anyOf")))
            assert answer.status_code == (200 if may else 422), (path, field)
            assert may or list(answer.json["fields"]) == [".".join(field)]
            assert len(rpc_request) == bool(may)
            fields[answer.status_code] += 1
    assert min(fields.values()) >= 10


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/accounts/{}", {"public_url": None}, {"public_url": ""}),
        ("/accounts/{}", {"company": {"city": None}}, {"company": {"city": ""}}),
        (
            "/customers/{}",
            {"settings": {"group_id": None, "takes_messages": None}},
            {"settings": {"group_id": None, "takes_messages": True}},
        ),
        ("/customers/{}", {"pin": None}, {"pin": ""}),
        ("/channels/{}", {"details": {"group": None}}, {"details": {"group": ""}}),
        ("/channels/{}", {"package_ids": None}, {"package_ids": []}),
        ("/guide-sources/{}", {"time_zone": None}, {"time_zone": "UTC"}),
        (
            "/guide-sources/{}",
            {"headers": {"Cookie": "a=1", "X-Key": None}},
            {"header_changes": {"Cookie": "a=1", "X-Key": None}},
        ),
        (
            "/mail-transport",
            {"password": None, "port": None},
            {"password": "", "port": 25},
        ),
    ],
)
def test_null_sets_back_to_what_it_was_at_first(send, path, body, expected):
    answer, [rpc_request] = send("PATCH", path.format(ID), body)

    assert answer.status_code == 200
    assert values_in(rpc_request) == expected


def test_what_nobody_knows_is_refused(specification, send):
    for method in ("patch", "put"):
        for path in endpoints_of_(specification, method):
            answer, rpc_request = send(method.upper(), path, {"surprise": 1})
            assert answer.status_code == 422, path
            assert "surprise" in answer.json["fields"], path
            assert rpc_request == []


def test_a_put_demands_the_whole(specification, send):
    refused = 0
    for path, content in endpoints_of_(specification, "put").items():
        [schema] = [kind["schema"] for kind in content.values()]
        body = whole(specification, schema)
        answer, rpc_request = send("PUT", path, body)
        assert answer.status_code in {200, 204}, (path, answer.json)
        assert len(rpc_request) == 1, path
        for field, subschema in leaves_of_whole(specification, schema):
            if subschema.get("writeOnly") or field[-1] in ADDRESSED:
                continue
            answer, rpc_request = send("PUT", path, without(body, field))
            assert answer.status_code == 422, (path, field)
            assert list(answer.json["fields"]) == [".".join(field)]
            assert rpc_request == []
            refused += 1
    assert refused >= 60


def leaves_of_whole(specification, schema, path=()):
    """Every field of a body, and every part of it that has fields."""
    for name, subschema in resolved(specification, schema)["properties"].items():
        yield (*path, name), subschema
        inner = resolved(specification, subschema)
        if "properties" in inner:
            yield from leaves_of_whole(specification, inner, (*path, name))


def test_a_secret_that_is_not_sent_stays(specification, send):
    for path, name in (
        ("/customers/{customer_id}", "pin"),
        ("/guide-sources/{source_id}", "headers"),
        ("/mail-transport", "password"),
    ):
        [content] = endpoints_of_(specification, "put")[path].values()
        body = without(whole(specification, content["schema"]), [name])
        answer, [rpc_request] = send("PUT", path, body)
        assert answer.status_code == 200
        assert name not in values_in(rpc_request)
