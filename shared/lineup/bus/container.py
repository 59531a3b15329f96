"""The container: Nameko's, with logs that know their request, late calls refused, and
workers of their own for HTTP.
"""

import uuid
from collections.abc import Callable
from typing import Any

import structlog
from eventlet.greenpool import GreenPool
from nameko.containers import ServiceContainer

from lineup import tracing
from lineup.bus.door import Kind

HandleResult = Callable[[Any, Any, Any], Any]

WEB_WORKERS = 32
"""HTTP requests worked on at the same time."""


class Workers:
    """The greenlets that do the work.

    HTTP doors have their own: who can only call over HTTP gives up soon, and must not
    wait behind calls and events that wait for a frozen database.
    """

    def __init__(self, size: int) -> None:
        self._bus = GreenPool(size)
        self._web = GreenPool(WEB_WORKERS)

    def pools(self) -> dict[str, GreenPool]:
        """Each pool by its name."""
        return {"bus": self._bus, "web": self._web}

    def of(self, entrypoint: Any) -> GreenPool:
        """The pool that a door's work is done by."""
        return self._web if entrypoint.door.kind == Kind.HTTP else self._bus

    def spawn(self, run: Callable[..., None], worker_ctx: Any, *rest: Any) -> Any:
        """Begin, when there is room."""
        return self.of(worker_ctx.entrypoint).spawn(run, worker_ctx, *rest)

    def waitall(self) -> None:
        """Wait until all work is done."""
        self._web.waitall()
        self._bus.waitall()


class Container(ServiceContainer):
    """Runs one service's doors, each piece of work in a greenlet."""

    def __init__(self, service_cls: type) -> None:
        super().__init__(service_cls)
        self.workers = self._worker_pool = Workers(self.max_workers)

    def _run_worker(self, worker_ctx: Any, handle_result: HandleResult | None) -> None:
        entrypoint = worker_ctx.entrypoint
        request_id = worker_ctx.data.get("request_id") or uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(door=entrypoint.method_name)
        tracing.take_up(request_id, worker_ctx.data.get("traceparent"))
        refusal = entrypoint.refusal(worker_ctx)
        if refusal is None or handle_result is None:
            super()._run_worker(worker_ctx, handle_result)
        else:
            handle_result(worker_ctx, None, (type(refusal), refusal, None))
