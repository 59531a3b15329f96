"""Waiting for work: woken by the commit that makes some, else by time."""

import select
from types import TracebackType
from typing import Self

import psycopg2
import structlog
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection

from playlists.jobs.operations import WAKE

log = structlog.get_logger(__name__)


class Waker:
    """Listens on a connection of its own; a lost one is replaced at the next wait."""

    def __init__(self, database_uri: str) -> None:
        self._uri = database_uri
        self._connection: connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop()

    def wait(self, seconds: float) -> None:
        """Return when something was queued or marked, and after `seconds` at most."""
        try:
            listening = self._listening()
            select.select([listening], [], [], seconds)
            listening.poll()
            listening.notifies.clear()
        except (psycopg2.Error, OSError) as error:
            log.warning("worker_cannot_listen", error=str(error))
            self._drop()
            select.select([], [], [], seconds)

    def _listening(self) -> connection:
        if self._connection is None:
            self._connection = psycopg2.connect(self._uri, connect_timeout=5)
            self._connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with self._connection.cursor() as cursor:
                cursor.execute(f"LISTEN {WAKE}")
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
