"""Endpoints of the REST API: who may ask, what is read, what is called, what is said.

Every verb with a route is an endpoint: its path fields come from the address, the rest
from the body or the query. What the specification says of it is made of the same
declaration, so it cannot lie. A view answers where the service's reply is not enough.
"""

import re
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any, TypedDict, TypeVar, Unpack, get_args, get_origin, get_type_hints
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
from flask import g, request
from flask_smorest import Blueprint

from gateway.api import conditions
from gateway.api.change_schemas import patch_schema, put_schema
from gateway.api.conditions import keep_tag
from gateway.api.descriptions import one_line
from gateway.api.external_ids import FINDERS, is_external, resolved
from gateway.api.parsing import MERGE_PATCH, Parser
from gateway.api.schemas import (
    dated_schema,
    query_schema,
    reply_schema,
    request_schema,
)
from gateway.app_context import app_context
from gateway.request_context import (
    IDEMPOTENCY_KEY,
    address,
    ask,
    key_from_header,
    set_idempotency_key,
)
from lineup.access import AccessRule, PackageLimit, refuse_elsewhere
from lineup.context import Feature, Role
from lineup.contracts.paging import Page
from lineup.errors import Invalid, Unauthenticated
from lineup.values.checking import fields_of
from lineup.verbs import VERBS, Done, Request, Route, Verb

Q = TypeVar("Q")
R = TypeVar("R")
SchemaOf = Callable[[Any, frozenset[str]], type[ma.Schema]]

PREFIX = "/api/v1"
LINK_HEADER = "Lineup-Link"
"""Names the link through which a reseller company acts."""
PATH_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
EXTERNAL = re.compile(f"<uuid:({'|'.join(FINDERS)})>")
ROLES: dict[str, frozenset[Role]] = {}
"""Who may ask, by endpoint."""
F = TypeVar("F", bound=Callable[..., Any])
View = Callable[[Any], Any]

KEY_PARAMETER = {
    "in": "header",
    "name": IDEMPOTENCY_KEY,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Repeating a request with the same key and content within a week "
    "returns the first response.",
}
PARAMETERS = {**conditions.PARAMETERS, "POST": [KEY_PARAMETER]}
"""Header fields that every endpoint of a method takes."""
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
    "PATCH": "Only the given fields are changed (JSON merge patch, RFC 7396).\n\n",
    "PUT": "Replaces all fields; missing fields are an error.\n\n",
}
"""What the specification says of every endpoint of a method."""


class UnknownParameter(Invalid):
    """The URL has an unknown parameter. See `fields`."""

    code = "unknown_parameter"


class More(TypedDict, total=False):
    """What may be said of an endpoint beside its route, request and access."""

    without: frozenset[str]
    """Fields that callers have no say in."""
    has_tag: bool
    """Whether what it changes is shown with a tag somewhere, to be compared."""


class Endpoints:
    """One subject's endpoints: a typed face of flask-smorest's blueprint.

    They are those of the verbs that its contracts declare, and what is opened besides.
    """

    def __init__(self, name: str, description: str, *contracts: ModuleType) -> None:
        self.name = name
        self._contracts = {contract.__name__ for contract in contracts}
        self._views: dict[type, View] = {}
        self.blueprint: Any = Blueprint(
            name, __name__, url_prefix=PREFIX, description=description
        )
        self.blueprint.ARGUMENTS_PARSER = Parser()

    def view(self, request_type: type[Q]) -> Callable[[F], F]:
        """Answer a verb by a function of its request, described in its own words."""

        def keep(view: F) -> F:
            self._views[request_type] = view
            return view

        return keep

    def shows(self, request_type: type[Request[R]], show: Callable[[R], Any]) -> None:
        """Answer a verb by what `show` makes of its reply."""

        def view(rpc_request: Any) -> Any:
            reply = ask(rpc_request)
            keep_tag(reply)
            return show(reply)

        view.__annotations__ = {"return": get_type_hints(show)["return"]}
        self._views[request_type] = view

    def open_verbs(self) -> None:
        """Open an endpoint for every verb with a route, once all views are known."""
        for verb in VERBS.values():
            if verb.route is not None and verb.request.__module__ in self._contracts:
                self._open_verb(verb, verb.route)

    def _open_verb(self, verb: Verb, route: Route) -> None:
        methods, rule = route.address.split(" ")
        view = self._views.get(verb.request, ask)
        reply = verb.reply if view is ask else get_type_hints(view)["return"]
        described = verb.request if view.__doc__ is None or view is ask else view
        for method in methods.split("|"):

            def answer(rpc_request: Any) -> Any:
                return view(rpc_request)

            answer.__name__ = _operation_of(verb, route, method)
            answer.__doc__ = described.__doc__
            self.open(
                f"{method} {rule}",
                verb.request,
                reply,
                verb.access,
                route.status,
                without=route.without,
                has_tag=route.has_tag,
            )(answer)

    def open(
        self,
        route: str,
        request_type: type[Q],
        reply: Any,
        access: AccessRule,
        status: int | None = None,
        **more: Unpack[More],
    ) -> Callable[[Callable[[Q], R]], Callable[[Q], R]]:
        """Open an endpoint to a function of its request.

        `route` reads "POST /customers/<uuid:customer_id>/users".
        """
        method, rule = route.split(" ")
        from_path = frozenset(PATH_ARGUMENT.findall(rule))
        schema_of, location = BODIES.get(method, ADDRESS)
        if location == "query" and _is_dated(reply):
            schema_of = dated_schema
        schema = schema_of(request_type, from_path | more.get("without", frozenset()))

        def declare(view: Callable[[Q], R]) -> Callable[[Q], R]:
            handle = _reading(request_type, view)
            handle = self._with_response(handle, method, reply, status)
            handle = self._read(handle, schema, location)
            docs = _described(method, schema)
            query = schema if location == "query" else None
            compares = more.get("has_tag", True) and method in conditions.CHANGING
            self.mount(route, handle, access, view, query, compares=compares, **docs)
            return view

        return declare

    def mount(
        self,
        route: str,
        handle: Callable[..., Any],
        access: AccessRule,
        view: Any,
        query: type[ma.Schema] | None = None,
        *,
        compares: bool = False,
        **described: Any,
    ) -> None:
        """Hang a handler at its address, behind the check of who asks.

        `query` is what its address may say; anything else there is refused.
        `compares`: If-Match is asked of what it changes. `described` is what the
        specification says of it beside the usual.
        """
        method, rule = route.split(" ")
        guarded = _guarded(handle, access, _names(query), compares=compares)
        guarded.__name__, guarded.__doc__ = (
            view.__name__,
            _description_of(view, method, access),
        )
        ROLES[f"{self.name}.{view.__name__}"] = access.allowed
        documented = self.blueprint.doc(
            operationId=view.__name__,
            responses=PROBLEMS | (CHANGED if compares else {}),
            security=[{"bearer": []}] if access.allowed else [],
            **described,
        )(guarded)
        with_ids = EXTERNAL.sub(r"<external_id:\1>", rule)
        self.blueprint.route(with_ids, methods=[method])(documented)

    def _with_response(
        self, handle: Callable[..., Any], method: str, reply: Any, status: int | None
    ) -> Callable[..., Any]:
        if reply is Done:
            answered: Callable[..., Any] = self.blueprint.response(204)(handle)
            return answered
        status = status or (201 if method == "POST" else 200)
        headers = conditions.ETAG if method in conditions.TAGGED else {}
        respond = self.blueprint.response(status, reply_schema(reply), headers=headers)
        linked = _linked(handle) if get_origin(reply) is Page else handle
        answering: Callable[..., Any] = respond(linked)
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


def _operation_of(verb: Verb, route: Route, method: str) -> str:
    """What an operation is called: what changes is updated, what goes is deleted."""
    name = route.name or verb.name
    is_change = "|" in route.address
    prefixes = {"PATCH": "update", "DELETE": "delete", "PUT": is_change and "replace"}
    if (not route.name or is_change) and (begins := prefixes.get(method)):
        return f"{begins}_{name.partition('_')[2]}"
    return name


def _reading(request_type: type[Q], view: Callable[[Q], R]) -> Callable[..., Any]:
    """Build the request from path and body, and send it."""

    def handle(values: Any = None, **path: Any) -> Any:
        if not isinstance(values, request_type):
            values = request_type(**(values or {}), **_with_own_ids(path))
        set_idempotency_key(g.get("received_key"), values)
        reply = view(values)
        keep_tag(reply)
        return None if isinstance(reply, Done) else reply

    return handle


def _with_own_ids(path: dict[str, Any]) -> dict[str, Any]:
    """What an address names, other systems' ids looked up."""
    return {
        field: resolved(field, value) if is_external(field, value) else value
        for field, value in path.items()
    }


def _linked(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Name the pages beside this one in a Link header, too (RFC 8288)."""

    @wraps(handle)
    def linked(*args: Any, **path: Any) -> Any:
        page = handle(*args, **path)
        beside = {"next": page.next_after, "prev": page.previous_before}
        links = [_link(rel, at) for rel, at in beside.items() if at is not None]
        return (page, {"Link": ", ".join(links)}) if links else page

    return linked


def _link(rel: str, row: UUID) -> str:
    """A Link to the page after, or before, a row."""
    query = {k: v for k, v in request.args.items() if k not in {"after", "before"}}
    query["after" if rel == "next" else "before"] = str(row)
    address = f"{app_context().settings.base_url}{request.path}?{urlencode(query)}"
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
    handle: Callable[..., Any],
    access: AccessRule,
    known: frozenset[str],
    *,
    compares: bool,
) -> Callable[..., Any]:
    """Let pass who has access; some endpoints are open before sign-in."""

    @wraps(handle)
    def guarded(**path: Any) -> Any:
        if access.allowed:
            g.actor = app_context().identities.actor_of(
                bearer_token(), link_id=chosen_link()
            )
            refuse_elsewhere(g.actor, address())
            access.check(g.actor)
            if Feature.API in g.actor.lacks and not access.while_locked:
                raise PackageLimit(details={"feature": Feature.API})
        _refuse_unknown(known)
        g.received_key = key_from_header()
        conditions.read_condition(compares=compares)
        answer = conditions.put_tag(handle(**path))
        if access.allowed and request.method != "GET":
            app_context().identities.refresh(bearer_token())
        return answer

    return guarded


def chosen_link() -> UUID | None:
    """The link of the Lineup-Link header; Invalid for what is no id."""
    text = request.headers.get(LINK_HEADER)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(fields={LINK_HEADER: ["This is no ID of a link."]}) from None


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


def _description_of(view: Callable[..., Any], method: str, access: AccessRule) -> str:
    """An endpoint's words in the specification."""
    text = (view.__doc__ or view.__name__).strip()
    first = "\n\n".join(map(one_line, text.split("\n\n")))
    names = ", ".join(sorted(access.allowed - {Role.SYSTEM}))
    rule = RULES.get(method, "")
    needs = f" Permission: {access.needs}." if access.needs else ""
    return f"{first}\n\n{rule}For: {names or 'everybody'}.{needs}"
