"""Doors of the REST API: who may pass, what is read, what is called, what is said.

A door's question is a contract of `lineup.contracts`: its path fields come from the
address, the rest from the body or the query. What the specification says of a door is
made of the same declaration, so it cannot lie.
"""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from types import NoneType
from typing import Any, TypeVar, get_origin
from urllib.parse import urlencode
from uuid import UUID

from flask import g, request
from flask_smorest import Blueprint

from gateway.api.parsing import Parser
from gateway.api.schemas import (
    query_schema,
    reply_schema,
    request_schema,
)
from gateway.asking import IDEMPOTENCY_KEY, ask_once, context, key_from_header
from gateway.ground import clients, ground
from lineup.context import Role
from lineup.contracts.accounts import Done
from lineup.contracts.paging import Page
from lineup.errors import Forbidden, Unauthenticated
from lineup.rpc import ServiceClient
from lineup.rpc.services import remotes

Q = TypeVar("Q")
R = TypeVar("R")
Roles = frozenset[Role]

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
PROBLEMS = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    422: "UNPROCESSABLE_ENTITY",
    "default": "DEFAULT_ERROR",
}


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
        without: frozenset[str] = frozenset(),
    ) -> None:
        """Open a door that only passes its question on, to the client's verb."""
        if self._client is None:
            raise LookupError(f"{self.name} has no service to ask for {verb}.")
        service, remote = self._client.service, remotes(self._client)[verb]

        def view(question: Any) -> Any:
            client = getattr(clients(), service)
            return getattr(client, verb)(context(), question)

        view.__name__, view.__doc__ = verb, remote.request_type.__doc__
        question, reply = remote.request_type, remote.reply_type
        self.open(route, question, reply, roles, status, without=without)(view)

    def open(
        self,
        route: str,
        question: type[Q],
        reply: Any,
        roles: Roles,
        status: int | None = None,
        *,
        without: frozenset[str] = frozenset(),
    ) -> Callable[[Callable[[Q], R]], Callable[[Q], R]]:
        """Open a door to a function of its question.

        `route` reads "POST /customers/<uuid:customer_id>/users"; `without` names
        fields that callers have no say in.
        """
        method, rule = route.split(" ")
        from_path = frozenset(PATH_ARGUMENT.findall(rule))

        def declare(view: Callable[[Q], R]) -> Callable[[Q], R]:
            handle = _reading(question, view)
            handle = self._said(handle, method, reply, status)
            handle = self._read(handle, method, question, from_path | without)
            self.mount(route, handle, roles, view)
            return view

        return declare

    def mount(
        self, route: str, handle: Callable[..., Any], roles: Roles, view: Any
    ) -> None:
        """Hang a handler at its address, behind the question who asks."""
        method, rule = route.split(" ")
        guarded = _guarded(handle, roles)
        guarded.__name__, guarded.__doc__ = view.__name__, _said_of(view, roles)
        ROLES[f"{self.name}.{view.__name__}"] = roles
        documented = self.blueprint.doc(
            responses=PROBLEMS,
            security=[{"bearer": []}] if roles else [],
            **({"parameters": [KEY_PARAMETER]} if method == "POST" else {}),
        )(guarded)
        self.blueprint.route(rule, methods=[method])(documented)

    def _said(
        self, handle: Callable[..., Any], method: str, reply: Any, status: int | None
    ) -> Callable[..., Any]:
        if reply in NOTHING:
            answered: Callable[..., Any] = self.blueprint.response(204)(handle)
            return answered
        status = status or (201 if method == "POST" else 200)
        said = self.blueprint.response(status, reply_schema(reply))
        linked = _linked(handle) if get_origin(reply) is Page else handle
        answering: Callable[..., Any] = said(linked)
        return answering

    def _read(
        self,
        handle: Callable[..., Any],
        method: str,
        question: type,
        without: frozenset[str],
    ) -> Callable[..., Any]:
        if method in {"POST", "PUT", "PATCH"}:
            schema, location = request_schema(question, without), "json"
        else:
            schema, location = query_schema(question, without), "query"
        if not schema._declared_fields:  # noqa: SLF001 - marshmallow's own subclasses do
            return handle
        read: Callable[..., Any] = self.blueprint.arguments(schema, location=location)(
            handle
        )
        return read


def _reading(question: type[Q], view: Callable[[Q], R]) -> Callable[..., Any]:
    """Put the question together of path and body, and ask it."""

    def handle(given: Any = None, **path: Any) -> Any:
        if not isinstance(given, question):
            given = question(**(given or {}), **path)
        ask_once(g.get("given_key"), given)
        reply = view(given)
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


def _guarded(handle: Callable[..., Any], roles: Roles) -> Callable[..., Any]:
    """Let pass who has a role; a door without roles is open before sign-in."""

    @wraps(handle)
    def guarded(**path: Any) -> Any:
        if roles:
            g.actor = ground().identities.actor_of(bearer_token())
            if g.actor.role not in roles:
                raise Forbidden
        g.given_key = key_from_header()
        return handle(**path)

    return guarded


def bearer_token() -> str:
    """The token of the Authorization header; Unauthenticated without one."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        raise Unauthenticated
    if not authorization.token:
        raise Unauthenticated
    return authorization.token


def _said_of(view: Callable[..., Any], roles: Mapping[Role, Any] | Roles) -> str:
    """A door's words in the specification."""
    first = (view.__doc__ or view.__name__).strip()
    names = ", ".join(sorted(role for role in roles if role is not Role.SYSTEM))
    return f"{first}\n\nFor: {names or 'everybody'}."
