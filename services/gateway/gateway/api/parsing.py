"""Reading of bodies and addresses, with every failure in the one error form."""

from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.exceptions import UnsupportedMediaType

from lineup.errors import Invalid, Refusal

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
        """Name every field that cannot be right (CU-17)."""
        raise Invalid(fields=fields_of(error.messages)) from None


def fields_of(messages: Any) -> dict[str, list[str]]:
    """Webargs' nested messages by dotted path: {"person.email": [...]}."""
    flat: dict[str, list[str]] = {}
    _flatten(messages, (), flat)
    return flat


def _flatten(node: Any, path: tuple[str, ...], flat: dict[str, list[str]]) -> None:
    if isinstance(node, dict):
        for name, inner in node.items():
            _flatten(inner, (*path, str(name)), flat)
        return
    named = [part for part in path if part not in LOCATION or part != path[0]]
    names = [part for part in named if part != "_schema"]
    texts = node if isinstance(node, list) else [node]
    flat.setdefault(".".join(names) or "body", []).extend(map(str, texts))
