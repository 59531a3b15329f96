"""Reading of bodies and addresses, with every failure in the one error form."""

from collections.abc import Iterator
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.exceptions import UnsupportedMediaType

from lineup.errors import Invalid, Refusal
from lineup.validation import ValidationErrors

MERGE_PATCH = "application/merge-patch+json"
LOCATION = {"json", "query", "files", "form"}


class MalformedJson(Refusal):
    """The body is not JSON."""

    code = "malformed_json"


class Parser(FlaskParser):
    """Webargs' parser, which tells of failures by refusals."""

    def _raw_load_json(self, req: Request) -> Any:
        if not req.get_data(cache=True):
            return missing  # curl names a type also where there is nothing to send
        if not is_json_request(req):
            raise UnsupportedMediaType("The body must be application/json.")
        try:
            return super()._raw_load_json(req)
        except (ValueError, RecursionError):
            raise MalformedJson from None

    def handle_error(self, error: ma.ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Name every field that cannot be right."""
        errors = ValidationErrors()
        for path, message in _flattened(error.messages, ()):
            code = getattr(message, "code", Invalid)
            errors.add(path, code, str(message))
        errors.refuse()
        raise Invalid from None


def _flattened(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Webargs' nested messages, each with its dotted path, such as person.email."""
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from _flattened(inner, (*path, str(name)))
        return
    named = [part for part in path if part not in LOCATION or part != path[0]]
    names = ".".join(part for part in named if part != "_schema")
    for message in node if isinstance(node, list) else [node]:
        yield names or "body", message
