"""Waking: a commit in one process ends the wait of another, by LISTEN and NOTIFY."""

import select
from types import TracebackType
from typing import Self

import psycopg2
import structlog
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection
from sqlalchemy import func
from sqlalchemy import select as select_rows
from sqlalchemy.orm import Session

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 5


def wake(session: Session, channel: str) -> None:
    """End the waits on a channel once this transaction is committed."""
    session.execute(select_rows(func.pg_notify(channel, "")))


class PgListener:
    """Listens to a channel on a connection of its own.

    It only shortens waits: a lost connection is replaced at the next one. Works the
    same in threads and, once eventlet has patched, in greenlets.
    """

    def __init__(self, database_uri: str, channel: str) -> None:
        self._uri = database_uri
        self._channel = channel
        self._connection: connection | None = None
        self._is_away = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop()

    def wait(self, seconds: float) -> bool:
        """Wait until woken, at most `seconds`; whether there may be something to do."""
        try:
            is_woken = self._is_woken_within(seconds)
        except (psycopg2.Error, OSError) as error:
            if not self._is_away:
                log.warning("cannot_listen", channel=self._channel, error=str(error))
            self._is_away = True
            self._drop()
            select.select([], [], [], seconds)
            return False
        self._is_away = False
        return is_woken

    def _is_woken_within(self, seconds: float) -> bool:
        if self._connection is None:
            self._connection = self._listening()
            return True  # Before it listened, anything may have gone unheard.
        readable, _, _ = select.select([self._connection], [], [], seconds)
        self._connection.poll()
        self._connection.notifies.clear()
        return bool(readable)

    def _listening(self) -> connection:
        listening = psycopg2.connect(self._uri, connect_timeout=CONNECT_SECONDS)
        listening.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with listening.cursor() as cursor:
            cursor.execute(f"LISTEN {self._channel}")
        return listening

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
