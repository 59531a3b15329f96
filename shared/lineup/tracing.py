"""Tracing: a span for each piece of work, when somebody collects them.

Without an address nothing of OpenTelemetry is imported, and the trace that a caller
began (its W3C `traceparent`) is handed on untouched.
"""

import enum
from contextvars import ContextVar
from typing import Protocol

import structlog

from lineup.context import SYSTEM, Context
from lineup.ids import new_id


class SpanKind(enum.StrEnum):
    """What a span is of, in OpenTelemetry's words."""

    SERVER = "server"
    CLIENT = "client"
    CONSUMER = "consumer"
    INTERNAL = "internal"


class Span(Protocol):
    """A piece of work that was begun."""

    traceparent: str | None
    """What others who work for it are told."""

    def end(self, outcome: str) -> None:
        """It is over: ok, refused, away or failed."""


class Tracer(Protocol):
    """Begins spans."""

    def begin(
        self, name: str, kind: SpanKind, parent: str | None, request_id: str
    ) -> Span:
        """Begin a piece of work that `parent` asked for."""

    def flush(self) -> None:
        """Send what was collected."""


class Untold:
    """A span that nobody collects."""

    def __init__(self, traceparent: str | None) -> None:
        self.traceparent = traceparent

    def end(self, outcome: str) -> None:
        """Nothing to be told."""


class Silent:
    """The tracer while nobody collects."""

    def begin(
        self,
        name: str,  # noqa: ARG002 - nobody is told
        kind: SpanKind,  # noqa: ARG002 - nobody is told
        parent: str | None,
        request_id: str,  # noqa: ARG002 - nobody is told
    ) -> Span:
        """Hand the caller's trace on."""
        return Untold(parent)

    def flush(self) -> None:
        """Nothing was collected."""


class Switch:
    """Whose tracer this process uses."""

    tracer: Tracer = Silent()


AT_HAND: ContextVar[str | None] = ContextVar("lineup_traceparent", default=None)
"""The trace of what this greenlet or thread is working on."""


def configure(endpoint: str, service: str) -> None:
    """Collect spans and send them to an OTLP collector over HTTP; empty: do not."""
    if endpoint:
        from lineup.spans import Otlp

        Switch.tracer = Otlp(endpoint, service)


def begin(name: str, kind: SpanKind, parent: str | None, request_id: str) -> Span:
    """Begin a span; whoever works for it is told its `traceparent`; then end it."""
    return Switch.tracer.begin(name, kind, parent, request_id)


def flush() -> None:
    """Send what was collected, before the process ends."""
    Switch.tracer.flush()


def take_up(request_id: str, traceparent: str | None) -> None:
    """Work on this request from here on, in this greenlet or thread."""
    structlog.contextvars.bind_contextvars(request_id=request_id)
    AT_HAND.set(traceparent)


def system_context() -> Context:
    """The service itself, in the course of the request at hand if there is one."""
    bound = structlog.contextvars.get_contextvars().get("request_id")
    return Context(
        actor=SYSTEM, request_id=bound or new_id().hex, traceparent=AT_HAND.get()
    )
