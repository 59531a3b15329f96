"""What all endpoints have in common: how work is begun, told of, and what of faults."""

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import structlog
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from lineup import metrics, tracing
from lineup.bus.endpoints import Endpoint, EndpointKind
from lineup.database.faults import is_away
from lineup.errors import Refusal
from lineup.tracing import Span, SpanKind

log = structlog.get_logger(__name__)

Failure = tuple[type[BaseException], BaseException, Any]
"""What `sys.exc_info` tells of something that rose."""

SPANS = {
    EndpointKind.RPC: SpanKind.SERVER,
    EndpointKind.HTTP: SpanKind.SERVER,
    EndpointKind.EVENT: SpanKind.CONSUMER,
    EndpointKind.TIMER: SpanKind.INTERNAL,
}


class LineupEntrypoint(Entrypoint):
    """An endpoint's side towards Nameko."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        super().__init__(expected_exceptions=(Refusal,))

    def refusal(self, _worker_ctx: Any) -> Refusal | None:
        """Why this work shall not even begin, now that there is room for it."""
        return None

    def span(
        self, parent: str | None, request_id: str, links: Sequence[str] = ()
    ) -> Span:
        """Begin the span of one piece of work at this endpoint."""
        name = f"{self.container.service_name}.{self.endpoint.name}"
        kind = SPANS[self.endpoint.kind]
        return tracing.begin(name, kind, parent, request_id, links)

    def outcome_of(self, _result: Any, failure: Failure | None) -> str:
        """How work ended, as metrics, traces and logs name it."""
        if failure is not None and is_away(failure[1]):
            return "away"
        return metrics.outcome_of(failure and failure[1])

    def tell(
        self, outcome: str, seconds: float, batch_size: int = 1, **noted: object
    ) -> None:
        """Count pieces of work that are over, and log one line of them together.

        Timers that went well are counted only: they go round every second.
        """
        kind, endpoint = str(self.endpoint.kind), self.endpoint.name
        service = self.container.service_name
        metrics.count(service, kind, endpoint, outcome, seconds, batch_size)
        if self.endpoint.kind != EndpointKind.TIMER:
            taken = round(seconds, 4)
            log.info("done", kind=kind, outcome=outcome, seconds=taken, **noted)

    def tell_of(
        self,
        _arguments: tuple[Any, ...],
        _failure: Failure | None,
        outcome: str,
        seconds: float,
    ) -> None:
        """Count and log what the method was given, now that it is done."""
        self.tell(outcome, seconds)

    def begin(
        self,
        arguments: tuple[Any, ...],
        request_id: str,
        *,
        span: Span,
        named: Mapping[str, Any] = MappingProxyType({}),
        on_end: Callable[[Any, Failure | None], Failure | None],
        on_killed: Callable[[], None],
    ) -> None:
        """Run the method, at once or when a worker is free; then call `on_end`, which
        says how it really ended.
        """
        began = time.monotonic()

        def handle_result(_ctx: Any, result: Any, failure: Any) -> tuple[Any, Any]:
            failure = on_end(result, failure)
            outcome = self.outcome_of(result, failure)
            seconds = time.monotonic() - began
            self.tell_of(arguments, failure, outcome, seconds)
            span.end(outcome)
            return result, failure

        def spawn() -> None:
            try:
                self.container.spawn_worker(
                    self,
                    arguments,
                    dict(named),
                    context_data={
                        "request_id": request_id,
                        "traceparent": span.traceparent,
                    },
                    handle_result=handle_result,
                )
            except ContainerBeingKilled:
                on_killed()

        if self.container.workers.of(self).free() > 0:
            spawn()
        else:
            self.container.spawn_managed_thread(spawn)


def log_failure(endpoint: Endpoint, failure: Failure, tries: int = 0) -> None:
    """One line about what rose: a refusal's code, or a bug's traceback.

    What was tried before has its traceback in the log already.
    """
    error = failure[1]
    if isinstance(error, Refusal):
        log.info("refused", endpoint=endpoint.name, kind=error.kind, code=error.code)
    elif tries:
        told = f"{type(error).__name__}: {error}"
        log.error(
            "endpoint_failed_again", endpoint=endpoint.name, error=told, tries=tries + 1
        )
    else:
        log.error("endpoint_failed", endpoint=endpoint.name, exc_info=failure)
