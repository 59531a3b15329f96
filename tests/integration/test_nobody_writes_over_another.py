"""Who names the tag of what it saw changes that, or nothing (If-Match, RFC 9110).

Every operation that takes If-Match is walked, as the specification names them: each
with the tag of something else, then with the one that `GET` shows.
"""

import pytest
from factories import is_for, one_of_everything

CHANGING = ("patch", "put", "delete")
OTHER = '"of-something-else"'


@pytest.fixture
def tenant(lineup):
    """One for each test, since one of them deletes all there is."""
    return one_of_everything(lineup)


@pytest.fixture
def specification(tenant):
    return tenant.api.get("/openapi.json")


@pytest.fixture
def compared(specification):
    """Every operation of partners that takes If-Match, as (method, path)."""
    return [
        (method, path)
        for method in CHANGING
        for path, item in specification["paths"].items()
        if method in item
        and "If-Match" in parameters(item[method])
        and is_for("partner", item[method])
    ]


def parameters(operation):
    return {parameter["name"] for parameter in operation.get("parameters", ())}


@pytest.fixture
def tag_of(tenant, specification):
    """The tag of what is changed at a path: it is shown there or right above."""

    def tag_of(path):
        while "get" not in specification["paths"].get(path, ()):
            path = path.rpartition("/")[0]
        return tenant.api("GET", at(tenant, path)).headers["ETag"]

    return tag_of


def at(tenant, path):
    return path.removeprefix("/api/v1").format(**tenant.ids)


@pytest.fixture
def change(tenant, specification):
    """Ask an operation for what its examples say, with a tag."""

    def change(method, path, tag):
        operation = specification["paths"][path][method]
        body = example(specification, operation) if method == "put" else {}
        typed = {"confirmation": f"{tenant.username}-dealer"}
        params = typed if "confirmation" in parameters(operation) else {}
        return tenant.api(
            method.upper(),
            at(tenant, path),
            json=None if method == "delete" else body,
            params=params,
            headers={"If-Match": tag},
        )

    return change


def example(specification, operation):
    """The body that an operation's examples make; None where it takes none."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        return value_of(specification, content["schema"])
    return None


def value_of(specification, schema):
    """A value that a schema's examples make."""
    for part in (schema, *schema.get("anyOf", ())):
        if "$ref" in part:
            schema = specification["components"]["schemas"][part["$ref"].split("/")[-1]]
    if "properties" not in schema:
        return schema["examples"][0]
    return {
        name: value_of(specification, schema["properties"][name])
        for name in schema.get("required", ())
    }


def test_what_another_changed_stays(compared, change, tag_of):
    for method, path in compared:
        seen = tag_of(path)

        answer = change(method, path, OTHER)

        assert answer.status_code == 412, (method, path, answer.text)
        assert answer.json()["code"] == "precondition_failed"
        assert tag_of(path) == seen, (method, path)
    assert len(compared) > 35


def test_what_is_as_it_was_seen_is_changed(tenant, compared, change, tag_of):
    for method, path in compared:
        if method == "delete":
            continue
        answer = change(method, path, tag_of(path))

        assert answer.status_code != 412, (method, path, answer.text)
        if method == "patch":
            assert answer.status_code == 200, (path, answer.text)
            assert answer.headers["ETag"] == tag_of(path)


def test_what_is_as_it_was_seen_is_deleted(tenant, compared, change, tag_of):
    paths = [path for method, path in compared if method == "delete"]
    made = list(tenant.ids)

    def age(path):
        return max(made.index(name) for name in made if f"{{{name}}}" in path)

    for path in sorted(paths, key=lambda one: (age(one), len(one)), reverse=True):
        answer = change("delete", path, tag_of(path))

        assert answer.ok, (path, answer.text)
    assert len(paths) > 7


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/me/password"),
        ("PUT", "/logins/{login_id}/state"),
        ("DELETE", "/sessions/{session_id}"),
        ("DELETE", "/tokens/current"),
    ],
)
def test_what_has_no_tag_is_as_nobody_saw_it(tenant, method, path):
    headers = {"If-Match": OTHER}
    address = path.format(
        login_id=tenant.ids["user_id"], session_id=tenant.ids["user_id"]
    )

    answer = tenant.api(method, address, json={}, headers=headers)

    assert answer.status_code == 412
    assert tenant.api("GET", "/me").ok
