"""Waiting, in tests of what happens at once, until somebody waits for a lock."""

import time

from sqlalchemy import Engine, text

LONGEST_SECONDS = 30.0
PAUSE_SECONDS = 0.02
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
"""Of this database alone: other suites use the same server."""


def wait_until_blocked(engine: Engine) -> None:
    """Return once a transaction waits for another's lock; TimeoutError after 30 s."""
    end = time.monotonic() + LONGEST_SECONDS
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(WAITING):
            if time.monotonic() > end:
                raise TimeoutError("Nobody waits.")
            time.sleep(PAUSE_SECONDS)
