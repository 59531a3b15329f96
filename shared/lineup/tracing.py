"""Tracing: a span for each piece of work, when somebody collects them.

Without an address nothing of OpenTelemetry is imported, and the trace that a caller
began (its W3C `traceparent`) is handed on untouched.
"""

import enum
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import structlog

from lineup.context import SYSTEM, Context
from lineup.ids import new_id

if TYPE_CHECKING:
    from lineup.spans import Collector


class SpanKind(enum.StrEnum):
    """What a span is of, in OpenTelemetry's words."""

    SERVER = "server"
    CLIENT = "client"
    CONSUMER = "consumer"
    INTERNAL = "internal"


class Span:
    """A piece of work that was begun; nobody is told of it unless somebody collects."""

    def __init__(
        self, traceparent: str | None, end: Callable[[str], None] | None = None
    ) -> None:
        self.traceparent = traceparent
        """What others who work for it are told."""
        self._end = end

    def end(self, outcome: str) -> None:
        """It is over: ok, refused, away or failed."""
        if self._end is not None:
            self._end(outcome)


class Collection:
    """Who collects the spans of this process, if anybody does."""

    collector: "Collector | None" = None


CURRENT_TRACE: ContextVar[str | None] = ContextVar("lineup_traceparent", default=None)
"""The trace of what this greenlet or thread is working on."""


def configure(endpoint: str, service: str) -> None:
    """Collect spans and send them to an OTLP collector over HTTP; empty: do not."""
    if endpoint:
        from lineup.spans import Collector

        Collection.collector = Collector(endpoint, service)


def begin(
    name: str,
    kind: SpanKind,
    parent: str | None,
    request_id: str,
    links: Sequence[str] = (),
) -> Span:
    """Begin a span; whoever works for it is told its `traceparent`; then end it.

    `links` are the traces of what is worked on together, which are no one's parents.
    """
    if Collection.collector is None:
        return Span(parent)
    return Span(*Collection.collector.begin(name, kind, parent, request_id, links))


def flush() -> None:
    """Send what was collected, before the process ends."""
    if Collection.collector is not None:
        Collection.collector.flush()


def bind_request(request_id: str, traceparent: str | None) -> None:
    """Work on this request from here on, in this greenlet or thread."""
    structlog.contextvars.bind_contextvars(request_id=request_id)
    CURRENT_TRACE.set(traceparent)


@contextmanager
def at_work_on(context: Context) -> Iterator[None]:
    """Work on one request of several that are done together, while the body runs."""
    before = CURRENT_TRACE.set(context.traceparent)
    with structlog.contextvars.bound_contextvars(request_id=context.request_id):
        yield
    CURRENT_TRACE.reset(before)


def system_context() -> Context:
    """The service itself, in the course of the request at hand if there is one."""
    bound = structlog.contextvars.get_contextvars().get("request_id")
    return Context(
        actor=SYSTEM, request_id=bound or new_id().hex, traceparent=CURRENT_TRACE.get()
    )
