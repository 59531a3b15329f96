"""What all doors have in common: how work is started and what is said of faults."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import structlog
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from lineup.bus.door import Door
from lineup.errors import Refusal

log = structlog.get_logger(__name__)

Failure = tuple[type[BaseException], BaseException, Any]
"""What `sys.exc_info` tells of something that rose."""


class DoorEntrypoint(Entrypoint):
    """A door's side towards Nameko."""

    def __init__(self, door: Door) -> None:
        self.door = door
        super().__init__(expected_exceptions=(Refusal,))

    def refusal(self, _worker_ctx: Any) -> Refusal | None:
        """Why this work shall not even begin, now that there is room for it."""
        return None

    def begin(
        self,
        arguments: tuple[Any, ...],
        request_id: str,
        *,
        named: Mapping[str, Any] = MappingProxyType({}),
        on_end: Callable[[Any, Failure | None], None],
        on_killed: Callable[[], None],
    ) -> None:
        """Run the method, at once or when a worker is free; then call `on_end`."""

        def handle_result(_ctx: Any, result: Any, failure: Any) -> tuple[Any, Any]:
            on_end(result, failure)
            return result, failure

        def spawn() -> None:
            try:
                self.container.spawn_worker(
                    self,
                    arguments,
                    dict(named),
                    context_data={"request_id": request_id},
                    handle_result=handle_result,
                )
            except ContainerBeingKilled:
                on_killed()

        if self.container.workers.of(self).free() > 0:
            spawn()
        else:
            self.container.spawn_managed_thread(spawn)


def log_failure(door: Door, failure: Failure) -> None:
    """One line about what rose: a refusal's code, or a bug's traceback."""
    error = failure[1]
    if isinstance(error, Refusal):
        log.info("refused", door=door.name, kind=error.kind, code=error.code)
    else:
        log.error("door_failed", door=door.name, exc_info=failure)
