"""The container: Nameko's, with logs that know their request, late calls refused, and
workers of their own for HTTP and for timers.
"""

import uuid
from collections.abc import Callable
from typing import Any

import structlog
from eventlet.greenpool import GreenPool
from nameko.containers import ServiceContainer

from lineup import tracing
from lineup.bus.endpoints import EndpointKind

HandleResult = Callable[[Any, Any, Any], Any]

WEB_WORKERS = 32
"""HTTP requests worked on at the same time."""
TIMER_WORKERS = 64
"""More than all timers of a service have turns side by side."""


class Workers:
    """The greenlets that do the work.

    HTTP endpoints have their own: who can only call over HTTP gives up soon, and must
    not wait behind calls and events that wait for a frozen database. Timers have
    their own, too: they may wait long for others' servers, and nobody waits for
    them.
    """

    def __init__(self, size: int) -> None:
        self._bus = GreenPool(size)
        self._web = GreenPool(WEB_WORKERS)
        self._timers = GreenPool(TIMER_WORKERS)

    def pools(self) -> dict[str, GreenPool]:
        """Each pool by its name."""
        return {"bus": self._bus, "web": self._web, "timers": self._timers}

    def of(self, entrypoint: Any) -> GreenPool:
        """The pool that an endpoint's work is done by."""
        own = {EndpointKind.HTTP: self._web, EndpointKind.TIMER: self._timers}
        return own.get(entrypoint.endpoint.kind, self._bus)

    def spawn(self, run: Callable[..., None], worker_ctx: Any, *rest: Any) -> Any:
        """Begin, when there is room."""
        return self.of(worker_ctx.entrypoint).spawn(run, worker_ctx, *rest)

    def waitall(self) -> None:
        """Wait until all work is done."""
        self._timers.waitall()
        self._web.waitall()
        self._bus.waitall()


class Container(ServiceContainer):
    """Runs one service's endpoints, each piece of work in a greenlet."""

    def __init__(self, service_cls: type) -> None:
        super().__init__(service_cls)
        self.workers = self._worker_pool = Workers(self.max_workers)

    def _run_worker(self, worker_ctx: Any, handle_result: HandleResult | None) -> None:
        entrypoint = worker_ctx.entrypoint
        request_id = worker_ctx.data.get("request_id") or uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(endpoint=entrypoint.method_name)
        tracing.bind_request(request_id, worker_ctx.data.get("traceparent"))
        refusal = entrypoint.refusal(worker_ctx)
        if refusal is None or handle_result is None:
            super()._run_worker(worker_ctx, handle_result)
        else:
            handle_result(worker_ctx, None, (type(refusal), refusal, None))
