"""Whether a service's database can be reached and has the tables that its code needs.

It is looked up beside the work, on a connection of its own, every few seconds, and told
from memory: whoever asks waits for nothing, and the work's connections are not asked.
"""

import threading
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
import structlog
from psycopg2 import errors
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection

log = structlog.get_logger(__name__)

WELL_SECONDS = 5.0
"""From one look to the next while all is well."""
UNWELL_SECONDS = 1.0
STALE_SECONDS = 15.0
"""A look that hangs so long counts as one that failed."""
LIMITS: Mapping[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "options": "-c statement_timeout=5000",
}


def revisions_of(package: str) -> tuple[str, ...]:
    """The schema revisions that the code of a service knows, oldest first.

    They stand first in the names of its migrations: `0007_old_secrets_end.py`.
    """
    found = find_spec(package)
    places = found.submodule_search_locations if found else None
    return tuple(
        sorted(
            file.stem.partition("_")[0]
            for place in places or ()
            for file in Path(place, "migrations", "versions").glob("[0-9]*.py")
        )
    )


class DatabaseReadiness:
    """Looks at one service's database until it is closed."""

    def __init__(self, database_uri: str, package: str) -> None:
        self._uri = database_uri
        self._known = revisions_of(package)
        self._connection: connection | None = None
        self._reached_at = float("-inf")
        self._is_migrated = False
        self._over = threading.Event()

    @property
    def checks(self) -> dict[str, Callable[[], bool]]:
        """What a service must not be ready without, by name."""
        return {"database": self.is_reached, "schema": self.is_migrated}

    def start(self) -> None:
        """Begin to look, in a thread; returns at once."""
        threading.Thread(target=self._run, name="database", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._over.set()

    def is_reached(self) -> bool:
        """Whether the last look found the database."""
        return time.monotonic() - self._reached_at < STALE_SECONDS

    def is_migrated(self) -> bool:
        """Whether the last look found the newest revision that this code knows.

        One that it does not know is ahead: code that comes after this one migrated, and
        its tables suit this one, too.
        """
        return self._is_migrated and self.is_reached()

    def check(self) -> None:
        """Look now."""
        try:
            found = self._revision()
        except (psycopg2.Error, OSError) as error:
            if self._connection is not None or self._reached_at > 0:
                log.warning("database_away", error=str(error))
            self._drop()
            self._reached_at = float("-inf")
            return
        self._note(found)

    def _note(self, found: str | None) -> None:
        self._reached_at = time.monotonic()
        behind = self._known[:-1]
        was_migrated = self._is_migrated
        self._is_migrated = not self._known or not (found is None or found in behind)
        if self._is_migrated != was_migrated:
            needed = self._known[-1:]
            log.info("schema", is_ready=self._is_migrated, found=found, needed=needed)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self.check()
            except Exception:
                log.exception("database_readiness_failed")
            is_well = self._is_migrated and self.is_reached()
            self._over.wait(WELL_SECONDS if is_well else UNWELL_SECONDS)
        self._drop()

    def _revision(self) -> str | None:
        """The revision that the database is at; None when it was never migrated."""
        if self._connection is None:
            self._connection = psycopg2.connect(self._uri, **LIMITS)
            self._connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with self._connection.cursor() as cursor:
            try:
                cursor.execute("SELECT version_num FROM alembic_version")
            except errors.UndefinedTable:
                return None
            row = cursor.fetchone()
        return str(row[0]) if row else None

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
