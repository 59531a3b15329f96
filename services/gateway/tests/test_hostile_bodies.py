"""Whatever is sent to a field of any endpoint is taken or refused by the field's name."""

import pytest

PREFIX = "/api/v1"
ID = "019d0000-0000-7000-8000-000000000001"
DEEP = "[" * 100_000
SHARES = 8
"""All bodies in one test would take it longer than one test may."""

LINE_BREAK = "a\r\nb: c"
LONG = "x" * 100_000
HOSTILE = {
    "string": [
        LONG,
        "\x00",
        LINE_BREAK,
        "\u2028",
        "\ud800",
        "\x1b[2J",
        "\uffff",
        5,
        [],
        {},
    ],
    "integer": [
        10**30,
        -(10**30),
        2**31,
        1.5,
        True,
        "\u0661\u0662",
        "9" * 5000,
        "x",
        [],
    ],
    "array": [[None] * 10_001, "x", {"a": 1}, [[[[]]]]],
    "boolean": [7, "perhaps", []],
    "object": [
        {"a": "b\r\nc"},
        {"a\r\n": "b"},
        {str(n): "x" for n in range(99)},
        [],
        "x",
    ],
}
MONEY = [
    {"amount": amount, "currency": "EUR"}
    for amount in (
        "\u0661\u0660.00",
        "1e3",
        "Infinity",
        "NaN",
        "+1",
        "9" * 400,
        "1.001",
        " 1",
        "",
    )
] + [
    {"amount": "99999999999.99", "currency": "EUR"},
    {"amount": "-99999999999.99", "currency": "EUR"},
    {"amount": "1.00", "currency": "EUR\r\n"},
    {"amount": "1.00", "currency": "€"},
    {"amount": 1, "currency": "EUR"},
]
ALLOWED = dict.fromkeys(
    ("answer", "approach", "message", "payment_instructions"), (LINE_BREAK,)
) | {"csv": (LINE_BREAK, LONG)}
"""What some fields do take: texts of several lines, and a file."""
BY_NAME = {
    "address": [
        "http://[::1",
        "javascript:alert(1)",
        "http://a..b/",
        "http://h:99999/",
    ],
    "public_url": ["http://[::1", "https://a.example/path", "javascript:alert(1)"],
    "logo": ["http://[::1", "javascript:alert(1)", "data:image/png,x"],
    "host": ["a..b", "a b", "[", "http://h"],
    "sender_address": [
        "x@example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b\u2028.example",
    ],
    "email": ["x@example", "a@b.example\r\nBcc: c@d.example", "a@b\u2028.example"],
    "receiver": ["x@example", "a@b.example\r\nBcc: c@d.example"],
    "time_zone": ["Mars/Base", "../../etc/passwd"],
    "months": [121, 99_999, 2_147_483_647, -1],
    "days": [3_661, 4_000_000, -1],
    "devices": [0, 1_001],
    "addresses": [0, 1_001],
    "number": [0, 10**9 + 1],
    "every_hours": [0, 337],
    "shift_minutes": [1_441, -1_441],
    "guide_shift_minutes": [1_441, -1_441],
    "catchup_days": [366, -1],
    "inactivity_seconds": [86_401, -1],
    "port": [0, 65_536],
}


def bodies(specification):
    """Every endpoint that takes a JSON body: its method, its path and the body's schema."""
    for path, item in specification["paths"].items():
        for method, endpoint in item.items():
            content = isinstance(endpoint, dict) and endpoint.get(
                "requestBody", {}
            ).get("content")
            if content and "application/json" in content:
                yield method, path, content["application/json"]["schema"]


def resolved(specification, schema):
    for subschema in (schema, *schema.get("allOf", ()), *schema.get("anyOf", ())):
        if "$ref" in subschema:
            return specification["components"]["schemas"][
                subschema["$ref"].rsplit("/", 1)[1]
            ]
    return schema


def leaves(specification, schema, path=()):
    """Every field of a body: its path, its name and its schema."""
    for name, subschema in (
        resolved(specification, schema).get("properties", {}).items()
    ):
        inner = resolved(specification, subschema)
        if {"amount", "currency"} <= set(inner.get("properties", ())):
            yield (*path, name), MONEY
        elif "properties" in inner:
            yield from leaves(specification, inner, (*path, name))
        else:
            yield (*path, name), hostile((*path, name), inner)


def hostile(path, schema):
    is_postal = path[-1] == "address" and path[:-1] in {("company",), ("person",)}
    is_known = "enum" not in schema and not is_postal
    known = BY_NAME.get(path[-1], []) if is_known else []
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    values = [value for kind in kinds for value in HOSTILE.get(kind, [])] + known
    return [value for value in values if value not in ALLOWED.get(path[-1], ())]


def at(path, value):
    for name in reversed(path):
        value = {name: value}
    return value


@pytest.mark.parametrize("share", range(SHARES))
def test_no_field_of_any_body_takes_what_it_cannot_be(api, specification, share):
    tried = 0
    for method, path, schema in list(bodies(specification))[share::SHARES]:
        address = path.removeprefix(PREFIX).replace("{", "<").split("<")
        filled = address[0] + "".join(
            ID + rest.partition("}")[2] for rest in address[1:]
        )
        for field, values in leaves(specification, schema):
            for value in values:
                answer = api(method.upper(), filled, json=at(field, value))

                received = (
                    method,
                    path,
                    field,
                    repr(value)[:60],
                    answer.get_data()[:300],
                )
                assert answer.status_code in {400, 403, 422}, received
                if answer.status_code == 422:
                    assert names(answer.get_json()["fields"], field), received
                tried += answer.status_code == 422
    assert tried > 500 / SHARES


def names(fields, path):
    """Whether a fault stands at a field, or within it."""
    dotted = ".".join(path)
    return any(one == dotted or one.startswith(f"{dotted}.") for one in fields)


def test_nobody_looks_into_a_list_that_is_too_long(api):
    body = {"name": "All", "channel_ids": [None] * 10_001}

    answer = api("POST", "/packages", json=body)

    assert answer.get_json()["fields"] == {"channel_ids": ["At most 10000."]}


def test_a_deep_body_is_refused_at_every_endpoint(api, specification):
    for method, path, _ in bodies(specification):
        if "{" not in path:
            answer = api(
                method.upper(),
                path.removeprefix(PREFIX),
                data=DEEP,
                content_type="application/json",
            )
            assert answer.status_code in {400, 403}, (path, answer.get_data())


def test_the_bounds_stand_in_the_specification(specification):
    schemas = specification["components"]["schemas"]
    plan, channel = schemas["CreatePlanBody"], schemas["ChannelDetails"]

    assert plan["properties"]["months"]["maximum"] == 120
    assert plan["properties"]["days"]["maximum"] == 3660
    assert plan["properties"]["name"]["maxLength"] == 100
    assert channel["properties"]["number"]["minimum"] == 1
    assert channel["properties"]["address"]["maxLength"] == 2000
    assert schemas["Person"]["properties"]["country"]["maxLength"] == 2
