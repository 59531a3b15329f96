"""Doors of the REST API: who may pass, what is read, what is called, what is said.

A door's question is a contract of `lineup.contracts`: its path fields come from the
address, the rest from the body or the query. What the specification says of a door is
made of the same declaration, so it cannot lie.
"""

import re
from collections.abc import Callable
from functools import wraps
from types import NoneType
from typing import Any, TypedDict, TypeVar, Unpack, get_args, get_origin, get_type_hints
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
from flask import g, request
from flask_smorest import Blueprint

from gateway.api import conditions
from gateway.api.change_schemas import patch_schema, put_schema
from gateway.api.conditions import keep_tag
from gateway.api.parsing import MERGE_PATCH, Parser
from gateway.api.schemas import (
    dated_schema,
    query_schema,
    reply_schema,
    request_schema,
)
from gateway.api.words import plain_words
from gateway.asking import IDEMPOTENCY_KEY, ask_once, context, key_from_header
from gateway.ground import clients, ground
from lineup.context import Role
from lineup.contracts.paging import Page
from lineup.errors import Forbidden, Invalid, Unauthenticated
from lineup.rpc import ServiceClient
from lineup.rpc.services import remotes
from lineup.values.checking import fields_of
from lineup.verbs import Done

Q = TypeVar("Q")
R = TypeVar("R")
Roles = frozenset[Role]
SchemaOf = Callable[[Any, frozenset[str]], type[ma.Schema]]

PREFIX = "/api/v1"
PATH_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
ROLES: dict[str, Roles] = {}
"""Who may pass each door, by endpoint."""

NOTHING = (Done, NoneType)
"""Answers that say no more than that it is done: 204."""

KEY_PARAMETER = {
    "in": "header",
    "name": IDEMPOTENCY_KEY,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key and content give the first answer again.",
}
PARAMETERS = {**conditions.PARAMETERS, "POST": [KEY_PARAMETER]}
"""Header fields that every door of a method takes."""
CHANGED = {412: "PRECONDITION_FAILED"}
PROBLEMS = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    422: "UNPROCESSABLE_ENTITY",
    "default": "DEFAULT_ERROR",
}


ADDRESS: tuple[SchemaOf, str] = (query_schema, "query")
BODIES: dict[str, tuple[SchemaOf, str]] = {
    "POST": (request_schema, "json"),
    "PATCH": (patch_schema, "json"),
    "PUT": (put_schema, "json"),
}
"""What makes the schema of a body, by method; else all is in the address."""

RULES = {
    "PATCH": "What is sent changes, all else stays (JSON merge patch, RFC 7396).\n\n",
    "PUT": "The whole is sent: a field that is missing is refused.\n\n",
}
"""What the specification says of every door of a method."""


class UnknownParameter(Invalid):
    """The address has a parameter that means nothing there; `fields` names it."""

    code = "unknown_parameter"


class More(TypedDict, total=False):
    """What may be said of a door beside its route, question and roles."""

    without: frozenset[str]
    """Fields that callers have no say in."""
    has_tag: bool
    """Whether what it changes is shown with a tag somewhere, to be compared."""


class Doors:
    """One subject's doors: a typed face of flask-smorest's blueprint."""

    def __init__(
        self, name: str, description: str, client: type[ServiceClient] | None = None
    ) -> None:
        self.name = name
        self._client = client
        self.blueprint: Any = Blueprint(
            name, __name__, url_prefix=PREFIX, description=description
        )
        self.blueprint.ARGUMENTS_PARSER = Parser()

    def ask(
        self,
        route: str,
        verb: str,
        roles: Roles,
        status: int | None = None,
        *,
        name: str = "",
        shown: Callable[[Any], Any] | None = None,
        **more: Unpack[More],
    ) -> None:
        """Open a door that only passes its question on, to the client's verb.

        `name` is what it is called, where it is not called like its verb. `shown` makes
        what is answered of the verb's reply; of the type that it names.
        """
        if self._client is None:
            raise LookupError(f"{self.name} has no service to ask for {verb}.")
        service, remote = self._client.service, remotes(self._client)[verb]

        def view(question: Any) -> Any:
            client = getattr(clients(), service)
            told = getattr(client, verb)(context(), question)
            keep_tag(told)
            return shown(told) if shown else told

        view.__name__ = name or _name_of(route, verb)
        view.__doc__ = remote.request_type.__doc__
        question, reply = remote.request_type, remote.reply_type
        if shown is not None:
            reply = get_type_hints(shown)["return"]
        self.open(route, question, reply, roles, status, **more)(view)

    def change(
        self,
        rule: str,
        verb: str,
        roles: Roles,
        *,
        without: frozenset[str] = frozenset(),
    ) -> None:
        """Open both doors by which something changes: PATCH, and PUT for the whole."""
        replacing = f"replace_{verb.partition('_')[2]}"
        self.ask(f"PATCH {rule}", verb, roles, without=without)
        self.ask(f"PUT {rule}", verb, roles, name=replacing, without=without)

    def open(
        self,
        route: str,
        question: type[Q],
        reply: Any,
        roles: Roles,
        status: int | None = None,
        **more: Unpack[More],
    ) -> Callable[[Callable[[Q], R]], Callable[[Q], R]]:
        """Open a door to a function of its question.

        `route` reads "POST /customers/<uuid:customer_id>/users".
        """
        method, rule = route.split(" ")
        from_path = frozenset(PATH_ARGUMENT.findall(rule))
        schema_of, location = BODIES.get(method, ADDRESS)
        if location == "query" and _is_dated(reply):
            schema_of = dated_schema
        schema = schema_of(question, from_path | more.get("without", frozenset()))

        def declare(view: Callable[[Q], R]) -> Callable[[Q], R]:
            handle = _reading(question, view)
            handle = self._said(handle, method, reply, status)
            handle = self._read(handle, schema, location)
            said = _described(method, schema)
            query = schema if location == "query" else None
            compares = more.get("has_tag", True) and method in conditions.CHANGING
            self.mount(route, handle, roles, view, query, compares=compares, **said)
            return view

        return declare

    def mount(
        self,
        route: str,
        handle: Callable[..., Any],
        roles: Roles,
        view: Any,
        query: type[ma.Schema] | None = None,
        *,
        compares: bool = False,
        **described: Any,
    ) -> None:
        """Hang a handler at its address, behind the question who asks.

        `query` is what its address may say; anything else there is refused.
        `compares`: If-Match is asked of what it changes. `described` is what the
        specification says of it beside the usual.
        """
        method, rule = route.split(" ")
        guarded = _guarded(handle, roles, _names(query), compares=compares)
        guarded.__name__, guarded.__doc__ = view.__name__, _said_of(view, method, roles)
        ROLES[f"{self.name}.{view.__name__}"] = roles
        documented = self.blueprint.doc(
            operationId=view.__name__,
            responses=PROBLEMS | (CHANGED if compares else {}),
            security=[{"bearer": []}] if roles else [],
            **described,
        )(guarded)
        self.blueprint.route(rule, methods=[method])(documented)

    def _said(
        self, handle: Callable[..., Any], method: str, reply: Any, status: int | None
    ) -> Callable[..., Any]:
        if reply in NOTHING:
            answered: Callable[..., Any] = self.blueprint.response(204)(handle)
            return answered
        status = status or (201 if method == "POST" else 200)
        headers = conditions.ETAG if method in conditions.TAGGED else {}
        said = self.blueprint.response(status, reply_schema(reply), headers=headers)
        linked = _linked(handle) if get_origin(reply) is Page else handle
        answering: Callable[..., Any] = said(linked)
        return answering

    def _read(
        self, handle: Callable[..., Any], schema: type[ma.Schema], location: str
    ) -> Callable[..., Any]:
        if not schema._declared_fields:  # noqa: SLF001 - marshmallow's own subclasses do
            return handle
        read: Callable[..., Any] = self.blueprint.arguments(schema, location=location)(
            handle
        )
        return read


def _name_of(route: str, verb: str) -> str:
    """What an operation is called: what changes is updated, what goes is deleted."""
    said = {"PATCH": "update", "DELETE": "delete"}.get(route.partition(" ")[0])
    return f"{said}_{verb.partition('_')[2]}" if said else verb


def _reading(question: type[Q], view: Callable[[Q], R]) -> Callable[..., Any]:
    """Put the question together of path and body, and ask it."""

    def handle(given: Any = None, **path: Any) -> Any:
        if not isinstance(given, question):
            given = question(**(given or {}), **path)
        ask_once(g.get("given_key"), given)
        reply = view(given)
        keep_tag(reply)
        return None if isinstance(reply, Done) else reply

    return handle


def _linked(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Name the pages beside this one in a Link header, too (RFC 8288)."""

    @wraps(handle)
    def linked(*given: Any, **path: Any) -> Any:
        page = handle(*given, **path)
        beside = {"next": page.next_after, "prev": page.previous_before}
        links = [_link(rel, at) for rel, at in beside.items() if at is not None]
        return (page, {"Link": ", ".join(links)}) if links else page

    return linked


def _link(rel: str, row: UUID) -> str:
    """A Link to the page after, or before, a row."""
    query = {k: v for k, v in request.args.items() if k not in {"after", "before"}}
    query["after" if rel == "next" else "before"] = str(row)
    address = f"{ground().settings.base_url}{request.path}?{urlencode(query)}"
    return f'<{address}>; rel="{rel}"'


def _is_dated(reply: Any) -> bool:
    """Whether it is a page of rows that say when they last changed."""
    if get_origin(reply) is not Page:
        return False
    (row,) = get_args(reply)
    return "updated_at" in fields_of(row)


def _names(query: type[ma.Schema] | None) -> frozenset[str]:
    """What may stand in an address."""
    parts = query._declared_fields if query else {}  # noqa: SLF001 - as marshmallow's own
    return frozenset(part.data_key or name for name, part in parts.items())


def _refuse_unknown(known: frozenset[str]) -> None:
    """UnknownParameter names what stands in the address and means nothing there."""
    words = "Known here: " + (", ".join(sorted(known)) or "none") + "."
    if unknown := sorted(set(request.args) - known):
        raise UnknownParameter(fields={name: [words] for name in unknown})


def _guarded(
    handle: Callable[..., Any], roles: Roles, known: frozenset[str], *, compares: bool
) -> Callable[..., Any]:
    """Let pass who has a role; a door without roles is open before sign-in."""

    @wraps(handle)
    def guarded(**path: Any) -> Any:
        if roles:
            g.actor = ground().identities.actor_of(bearer_token())
            if g.actor.role not in roles:
                raise Forbidden
        _refuse_unknown(known)
        g.given_key = key_from_header()
        conditions.read_condition(compares=compares)
        answer = conditions.put_tag(handle(**path))
        if roles and request.method != "GET":
            ground().identities.ask_anew(bearer_token())
        return answer

    return guarded


def bearer_token() -> str:
    """The token of the Authorization header; Unauthenticated without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return token


def _described(method: str, schema: type[ma.Schema]) -> dict[str, Any]:
    """Both media types of a PATCH; a schema without fields has no body."""
    if method != "PATCH":
        return {}
    return {"requestBody": {"content": {MERGE_PATCH: {"schema": schema}}}}


def _said_of(view: Callable[..., Any], method: str, roles: Roles) -> str:
    """A door's words in the specification."""
    said = (view.__doc__ or view.__name__).strip()
    first = "\n\n".join(map(plain_words, said.split("\n\n")))
    names = ", ".join(sorted(role for role in roles if role is not Role.SYSTEM))
    rule = RULES.get(method, "")
    return f"{first}\n\n{rule}For: {names or 'everybody'}."
