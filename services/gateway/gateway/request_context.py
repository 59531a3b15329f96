"""The context of this request's calls: who asks, by which id, with which key."""

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
import structlog
from flask import g, request

from gateway.app_context import app_context
from gateway.written import to_be_found
from lineup.context import NOBODY, Actor, CallOrigin, Context
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.rpc import Answer
from lineup.secrets import sealed
from lineup.values import tidy_line
from lineup.verbs import Request

R = TypeVar("R")

API = "/api/"
REQUEST_ID = "X-Request-ID"
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
KEY_LENGTH = 255
LONGEST_KEY = 200
"""Of a form's key, so that the name of a step has room behind it."""
AGENT_LENGTH = 300
IDEMPOTENCY_KEY = "Idempotency-Key"


class BadKey(Invalid):
    """An idempotency key must have 1 to 255 visible ASCII characters."""

    code = "bad_idempotency_key"


def begin_request() -> None:
    """Take the caller's request id if it is sane, else make one."""
    received = request.headers.get(REQUEST_ID, "")
    g.request_id = received if SANE_ID.match(received) else new_id().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def request_id() -> str:
    """The id that this request's calls, logs and answer carry."""
    if "request_id" not in g:
        begin_request()
    found: str = g.request_id
    return found


def actor() -> Actor:
    """Who asks; nobody before sign-in."""
    found: Actor | None = g.get("actor")
    return found or NOBODY


def answer_within(seconds: float) -> None:
    """Let no call of this request wait longer than this, counted from now."""
    g.deadline_at = datetime.now(UTC) + timedelta(seconds=seconds)


def context() -> Context:
    """What a call of this request carries."""
    return Context(
        deadline_at=g.get("deadline_at"),
        actor=actor(),
        request_id=request_id(),
        idempotency_key=g.get("idempotency_key"),
        request_digest=g.get("request_digest"),
        traceparent=g.span.traceparent if "span" in g else None,
        if_match=g.get("if_match", ()),
        after=to_be_found(),
        origin=CallOrigin(
            channel="api" if request.path.startswith(API) else "panel",
            address=address(),
            user_agent=user_agent(),
        ),
    )


def ask(request: Request[R], *, step: str = "") -> R:
    """The reply to a request; see `Answer.reply` for what may rise.

    `step` names one of several calls of a form that is sent: with the form's key, made
    that step's own, each acts once. It is compared by its own content: what stands
    elsewhere in the form may be put right after a refusal.
    """
    call_context = context()
    if step:
        key = call_context.idempotency_key
        own = f"{key[:LONGEST_KEY]} {step}" if key else None
        call_context = replace(call_context, idempotency_key=own, request_digest=None)
    content = sealed(request, app_context().keyring)
    return app_context().services.ask(call_context, content)


def ask_later(request: Request[R]) -> Answer[R]:
    """Ask now and go on; the answer is taken when it is needed."""
    return app_context().rpc.ask_later(context(), request)


def user_agent() -> str:
    """What the caller's program calls itself, for the list of sessions."""
    return tidy_line(request.headers.get("User-Agent", ""), AGENT_LENGTH)


def address() -> str:
    """Where the request came from, as far as trusted proxies tell; it may be empty."""
    return request.remote_addr or ""


def key_from_header() -> str | None:
    """The Idempotency-Key header; BadKey when it cannot be one."""
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None:
        return None
    if not (0 < len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()):
        raise BadKey(fields={IDEMPOTENCY_KEY: [BadKey.__doc__ or ""]})
    return key


def set_idempotency_key(key: str | None, content: Any) -> None:
    """Let this request's calls act once for `key`; `content` is what was asked.

    The digest is taken before secrets are sealed, since sealing never gives the same
    text twice, and with a key of ours, since content may hold a password.
    """
    if key is None:
        return
    secret = app_context().settings.session_keys()[0]
    digest = hmac.new(secret, msgspec.json.encode(content), hashlib.sha256)
    g.idempotency_key = key
    g.request_digest = digest.hexdigest()
