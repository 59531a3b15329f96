"""The specification describes every field and parameter, so that nobody has to guess.

Each rule walks all operations and all schemas: a route that is added keeps them, or
this fails and says which field lacks what.
"""

import re

import pytest

METHODS = {"get", "post", "put", "patch", "delete"}
ONE_ORDER = {
    "/api/v1/guide-proposals",
    "/api/v1/audit-log",
    "/api/v1/customers/erasures",
}
"""Lists that are in no other order than their own."""
VERBS = {
    "add", "check", "connect", "correct", "count", "create", "delete", "enter", "fetch",
    "find", "get", "group", "import", "list", "move", "pay", "quote", "remove",
    "replace", "replay", "resend", "retire", "search", "set", "stop", "sum", "switch",
    "test", "tie", "top", "update", "change", "accept", "close", "choose", "ignore",
    "serve", "undo", "preview", "follow", "restore", "purge", "book", "extend", "hold",
    "enable", "disable", "erase", "export", "assign", "hand", "return", "open",
    "promote", "end", "invite", "keep", "reject", "send", "withdraw", "suspend", "lift", "renew",
}  # fmt: skip
BOUNDED = {
    "string": [{"maxLength"}, {"format"}, {"enum"}],
    "integer": [{"minimum", "maximum"}],
    "array": [{"maxItems"}],
    "object": [{"maxProperties"}, {"properties"}, {"$ref"}],
}


@pytest.fixture
def operations(specification):
    return [
        (f"{method} {path}", operation)
        for path, item in specification["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


@pytest.fixture
def properties(specification):
    return [
        (f"{name}.{field}", schema)
        for name, whole in specification["components"]["schemas"].items()
        for field, schema in whole["properties"].items()
    ]


def parameters(specification, operations):
    for where, operation in operations:
        path = where.partition(" ")[2]
        shared = specification["paths"][path].get("parameters", [])
        for parameter in [*shared, *operation.get("parameters", [])]:
            yield f"{where} {parameter['name']}", parameter


def kinds(schema):
    entries = schema.get("type", [])
    return {entries} if isinstance(entries, str) else set(entries)


def test_every_operation_has_a_name_of_its_own_that_says_what_it_does(operations):
    names = [operation["operationId"] for _, operation in operations]

    assert len(set(names)) == len(names) > 100
    odd = [n for n in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", n)]
    assert odd == []
    assert {name.split("_")[0] for name in names} <= VERBS


def test_every_property_has_words_and_an_example(properties):
    silent = [where for where, schema in properties if not schema.get("description")]
    bare = [
        where
        for where, schema in properties
        if not schema.get("examples") and not is_made_of_others(schema)
    ]

    assert silent == [], "say it below the field, or in gateway/api/glossary.py"
    assert bare == []
    empty = [w for w, s in properties if {"text"} & set(words_in(s.get("examples")))]
    assert empty == [], "name a real value in gateway/api/examples.py"


def words_in(examples):
    """Every text among examples, those of lists included."""
    if isinstance(examples, list):
        return [word for one in examples for word in words_in(one)]
    return [examples] if isinstance(examples, str) else []


def is_made_of_others(schema):
    """Whether its parts are described where they are written, or it is a file."""
    inner = schema.get("items", schema)
    return "$ref" in inner or "anyOf" in inner or inner.get("format") == "binary"


def test_every_parameter_has_words_and_bounds(specification, operations):
    found = list(parameters(specification, operations))

    assert [where for where, one in found if not one.get("description")] == []
    assert [where for where, one in found if is_unbounded(one["schema"])] == []


def is_unbounded(schema):
    if is_unbounded_itself(schema):
        return True
    return "items" in schema and is_unbounded(schema["items"])


def is_unbounded_itself(schema):
    return any(
        not any(bound <= schema.keys() for bound in BOUNDED[kind])
        for kind in kinds(schema) & BOUNDED.keys()
    )


def test_everything_that_can_be_sent_has_real_bounds(specification, operations):
    schemas = specification["components"]["schemas"]
    sent, more = set(), [o["requestBody"] for _, o in operations if "requestBody" in o]
    while more:
        names = set(re.findall(r"#/components/schemas/(\w+)", str(more))) - sent
        sent |= names
        more = [schemas[name] for name in names]

    unbounded = [
        f"{name}.{field}"
        for name in sorted(sent)
        for field, schema in schemas[name]["properties"].items()
        if is_unbounded(schema)
    ]
    assert unbounded == []
    assert schemas["CreateProduct"]["properties"]["name"]["maxLength"] == 100


def test_where_things_stand_is_called_their_state_everywhere(
    specification, operations, properties
):
    """`status` is HTTP's word, and only where HTTP's is meant."""
    names = [where for where, _ in [*properties, *operations]]
    names += [where for where, _ in parameters(specification, operations)]
    names += [operation["operationId"] for _, operation in operations]
    sorts = re.findall(r"'enum': \[[^]]*'status'", str(specification))

    assert [name for name in names if re.search(r"status\b", name)] == [
        "ErrorCode.status"
    ]
    assert sorts == []


def test_what_is_answered_is_whole(specification):
    """Only what is sent, too, and problems, may lack a property."""
    lacking = {
        name
        for name, whole in specification["components"]["schemas"].items()
        if set(whole.get("required", ())) != set(whole["properties"])
    }

    assert not {name for name in lacking if name.endswith("View") or "PageOf" in name}
    assert {"Problem", "Person", "CreateCustomer", "UpdateCustomerPatch"} <= lacking


def test_what_is_always_refused_is_not_offered(specification):
    """An enumeration that is sent has no value that nobody may send."""
    schemas = specification["components"]["schemas"]

    def enum(name, field):
        return set(schemas[name]["properties"][field]["enum"])

    assert enum("CreateAccount", "kind") == {
        "partner",
        "reseller_company",
        "reseller",
        "dealer",
    }
    assert enum("UpdateAccountPatch", "state") == {"active", "inactive"}
    assert enum("SetAccountStateWhole", "state") == {"active", "inactive"}
    assert "deleted" in enum("SetLoginStateWhole", "state")
    assert "system" not in enum("CreateStaffBody", "role")
    assert enum("SaveTransportWhole", "security") == {"none", "starttls", "tls", None}
    entries = specification["paths"]["/api/v1/customers/{customer_id}/entries"]["get"]
    [cause] = [one for one in entries["parameters"] if one["name"] == "cause"]
    assert {"top_up", "refund"} < set(cause["schema"]["enum"])


def test_every_pattern_is_one_that_browsers_know(specification):
    patterns = set(re.findall(r"'pattern': '([^']+)'", str(specification)))

    assert patterns
    for pattern in patterns:
        assert pattern.startswith("^"), pattern
        assert pattern.endswith("$"), pattern
        assert not re.search(r"\\[AZzhH]|\(\?[P<iLmsux#]|\[\[:|\+\+", pattern), pattern


def test_no_text_has_names_that_only_we_know(specification):
    text = str(specification)

    assert re.findall(r"\b[A-Z]{2}-\d+", text) == []
    assert re.findall(r"`paging|UNSET|blob|\bscope\b", text) == []
    entries = re.findall(r"'description': (['\"].*?['\"]),", text)
    assert len(entries) > 1000
    assert [words for words in entries if re.search(r"\bNone\b", words)] == []


def test_every_summary_is_one_line(operations):
    for where, operation in operations:
        assert "\n" not in operation["summary"], where


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/"])
def test_the_beginning_of_an_address_leads_to_the_documentation(client, path):
    answer = client.get(path)

    assert answer.status_code == 302
    assert client.get(answer.location).status_code == 200


@pytest.mark.feature("AP-05")
def test_every_list_says_how_it_is_paged_sorted_and_narrowed(specification, operations):
    listed, undated = 0, set()
    for where, operation in operations:
        page = str(operation["responses"].get("200", ""))
        if "schemas/PageOf" not in page:
            continue
        path = where.partition(" ")[2]
        entries = {
            p["name"]: p["schema"]
            for p in specification["paths"][path]["get"]["parameters"]
        }
        assert {"limit", "after", "before", "count_up_to"} <= entries.keys(), where
        assert "order" in entries or path in ONE_ORDER, where
        sorts = entries["order"]["enum"] if "order" in entries else []
        assert not sorts or {"created_at", "-created_at"} <= set(sorts), where
        row = specification["components"]["schemas"][re.search(r"PageOf(\w+)", page)[1]]
        shown = {"created_at", "name", *names_within(specification, row)}
        assert {sort.removeprefix("-") for sort in sorts} <= shown, where
        dated = "updated_at" in row["properties"]
        assert ("updated_since" in entries) == dated, where
        listed += 1
        undated |= set() if dated else {path}
    assert listed > 15
    assert undated == ONE_ORDER | {
        "/api/v1/partner-directory",
        "/api/v1/documents",
        "/api/v1/programmes",
        "/api/v1/boxes/{box_id}/history",
    }


def names_within(specification, row):
    """The properties of a row, those of its parts included."""
    schemas = specification["components"]["schemas"]
    for name, part in row["properties"].items():
        yield name
        inner = re.search(r"schemas/(\w+)", str(part))
        if inner and part.get("type") != "array":
            yield from schemas[inner[1]]["properties"]


def test_the_specification_is_the_same_each_time(client):
    first = client.get("/api/v1/openapi.json").get_json()

    assert client.get("/api/v1/openapi.json").get_json() == first


def test_what_goes_with_a_file_stands_in_its_address(specification):
    upload = specification["paths"]["/api/v1/channel-imports/file"]["post"]

    assert {"package_id", "Idempotency-Key"} <= {
        p["name"] for p in upload["parameters"]
    }
