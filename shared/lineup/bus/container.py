"""The container: Nameko's, with logs that know their request and late calls refused."""

import uuid
from collections.abc import Callable
from typing import Any

import structlog
from nameko.containers import ServiceContainer

HandleResult = Callable[[Any, Any, Any], Any]


class Container(ServiceContainer):
    """Runs one service's doors, each piece of work in a greenlet."""

    def _run_worker(self, worker_ctx: Any, handle_result: HandleResult | None) -> None:
        entrypoint = worker_ctx.entrypoint
        request_id = worker_ctx.data.get("request_id") or uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(
            request_id=request_id, door=entrypoint.method_name
        )
        refusal = entrypoint.refusal(worker_ctx)
        if refusal is None or handle_result is None:
            super()._run_worker(worker_ctx, handle_result)
        else:
            handle_result(worker_ctx, None, (type(refusal), refusal, None))
