"""The specification as it is published: what is made of it once all is open."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from gateway.api.descriptions import AN_ID

KINDS = frozenset({"type", "$ref", "anyOf", "enum"})
"""What every schema says one of."""
Parameters = Mapping[str, list[dict[str, Any]]]
METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def published(document: dict[str, Any], fields: Parameters) -> dict[str, Any]:
    """A document whose parameters in paths have words, and whose examples are those of
    JSON Schema: OpenAPI 3.1 takes `examples`, and validators know no other. Pages are
    told of by our own schemas alone. What is answered has all its properties, so that
    nobody has to ask whether one is there.

    `fields` are the header fields that operations take, by method: said here, they
    stand beside what each takes in its address.
    """
    for item in document["paths"].values():
        for method, operation in _operations(item):
            parameters = operation.setdefault("parameters", [])
            parameters.extend(deepcopy(_headers(operation, fields[method.upper()])))
            _complete(parameters)
        _complete(item.get("parameters", []))
    document["components"]["schemas"].pop("PaginationMetadata", None)
    _make_whole(document)
    for schema in _schemas(document):
        if "example" in schema:
            schema["examples"] = [schema.pop("example")]
    return document


def _make_whole(document: dict[str, Any]) -> None:
    """Require every property of what nobody sends; of problems some may lack.

    What is sent and answered alike keeps what may be left out.
    """
    schemas = document["components"]["schemas"]
    operations = (
        one for item in document["paths"].values() for one in _operations(item)
    )
    bodies = [operation.get("requestBody", {}) for _, operation in operations]
    for name in schemas.keys() - _schemas_referenced(bodies, schemas) - {"Problem"}:
        schemas[name]["required"] = sorted(schemas[name]["properties"])


def _schemas_referenced(node: Any, schemas: dict[str, Any]) -> set[str]:
    """The schemas that a part of the document names, and those that these name."""
    found: set[str] = set()
    more = set(_references(node))
    while more:
        found |= more
        more = {name for one in more for name in _references(schemas[one])} - found
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _references(part)


def _operations(item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return (one for one in item.items() if one[0] in METHODS)


def _headers(
    operation: dict[str, Any], fields: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The header fields an operation takes: If-Match where it can be refused by it."""
    is_compared = "412" in operation["responses"]
    return [one for one in fields if one["name"] != "If-Match" or is_compared]


def _complete(parameters: list[dict[str, Any]]) -> None:
    for parameter in parameters:
        if parameter.get("in") == "path":
            thing = re.sub(r"_id$", "", parameter["name"]).replace("_", " ")
            parameter["description"] = f"ID of the {thing}."
            parameter["schema"]["examples"] = [AN_ID]


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema of the document, the inner ones of each included."""
    if isinstance(node, dict):
        if KINDS & node.keys():
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _schemas(part)
