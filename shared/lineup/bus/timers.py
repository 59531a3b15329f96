"""Timers: they fire in every copy, never pile up, and never kill the service."""

import time
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import structlog
from eventlet.event import Event
from eventlet.timeout import Timeout

from lineup.bus.endpoints import Endpoint
from lineup.bus.entrypoint import Failure, LineupEntrypoint, log_failure
from lineup.bus.service_context import ServiceContext
from lineup.database import Database
from lineup.database.faults import is_away

log = structlog.get_logger(__name__)


class TimerEntrypoint(LineupEntrypoint):
    """One timer."""

    service_context = ServiceContext()

    def __init__(
        self, endpoint: Endpoint, seconds: float, *, alone: bool, side_by_side: int
    ) -> None:
        self.seconds = seconds
        self.alone = alone
        self.side_by_side = side_by_side
        self._running = 0
        self._stop = Event()
        super().__init__(endpoint)

    def start(self) -> None:
        """Begin to count."""
        self._threads = [
            self.container.spawn_managed_thread(partial(self._run, place))
            for place in range(self.side_by_side)
        ]

    def stop(self) -> None:
        """End after the runs that have begun."""
        self._stop.send()
        for thread in self._threads:
            thread.wait()

    def _run(self, place: int) -> None:
        """Take turns, those of each place a little after those of the one before.

        While the places before have nothing to do, this one has nothing to add.
        """
        due = time.monotonic() + self.seconds * (1 + place / self.side_by_side)
        while not self._stopped_within(due - time.monotonic()):
            if self._running >= place:
                self._run_once()
            due = max(due + self.seconds, time.monotonic())

    def _stopped_within(self, seconds: float) -> bool:
        with Timeout(max(seconds, 0), exception=False):
            self._stop.wait()
        return bool(self._stop.ready())

    def _run_once(self) -> None:
        self._running += 1
        try:
            if not self.alone:
                self._work()
                return
            name = f"{self.container.service_name}.{self.method_name}"
            with job_lock(self.service_context.database, name) as mine:
                if mine:
                    self._work()
        except Exception as error:
            if not is_away(error):
                log.exception("timer_failed", endpoint=self.endpoint.name)
            else:
                log.warning(
                    "timer_skipped", endpoint=self.endpoint.name, error=str(error)
                )
        finally:
            self._running -= 1

    def _work(self) -> None:
        over = Event()

        def on_end(_result: Any, failure: Failure | None) -> Failure | None:
            if failure is not None:
                log_failure(self.endpoint, failure)
            over.send()
            return failure

        request_id = uuid.uuid4().hex
        span = self.span(None, request_id)
        self.begin((), request_id, span=span, on_end=on_end, on_killed=over.send)
        over.wait()


@contextmanager
def job_lock(database: Database, name: str) -> Iterator[bool]:
    """Whether nobody else in the installation is at `name` now, until the end.

    A session's advisory lock, on a connection of its own: gone with the process.
    """
    number = zlib.crc32(name.encode())
    with database.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        ask = "SELECT pg_try_advisory_lock(hashtext('lineup.timer'), %s)"
        mine = bool(connection.exec_driver_sql(ask, (_signed(number),)).scalar())
        try:
            yield mine
        finally:
            if mine:
                release = "SELECT pg_advisory_unlock(hashtext('lineup.timer'), %s)"
                connection.exec_driver_sql(release, (_signed(number),))


def _signed(number: int) -> int:
    return number - 2**32 if number >= 2**31 else number
