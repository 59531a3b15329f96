"""The engine: a pool of connections whose every wait has a limit."""

import time
from typing import Any

import msgspec
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

IDLE_SECONDS = 30.0
"""How long a connection may have been unused and be alive if nobody closed it."""
USED_AT = "lineup_used_at"


def connect(uri: str, *, pool_size: int = 12) -> Engine:
    """An engine whose every wait has a limit: locks 2 s, statements 15 s, pool 5 s.

    A statement sorts and groups 16 MB in memory, so that figures over 100,000 rows
    never write to disk. None is compiled to machine code: over as many rows that takes
    several times as long as it saves. A connection that the server has closed is not
    used, nor is one that was idle for long before it has answered.
    """
    limits = "-c lock_timeout=2000 -c statement_timeout=15000"
    habits = "-c timezone=UTC -c work_mem=16MB -c jit=off"
    engine = create_engine(
        uri.replace("postgresql://", "postgresql+psycopg2://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_recycle=1800,
        hide_parameters=True,
        json_serializer=_as_json,
        json_deserializer=msgspec.json.decode,
        connect_args={"connect_timeout": 5, "options": f"{limits} {habits}"},
    )
    _replace_lost(engine)
    return engine


def _as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _replace_lost(engine: Engine) -> None:
    """Let the pool replace connections that have gone while nobody used them.

    A server that ends says so: that is read without asking it. What lies between may
    forget an idle connection silently, so that one is asked.
    """

    def note_use(_connection: Any, record: Any) -> None:
        record.info[USED_AT] = time.monotonic()

    def check(connection: Any, record: Any, _fairy: Any) -> None:
        now = time.monotonic()
        try:
            connection.poll()  # takes in what the server said last, if anything
            connection.poll()  # and then its end
            if now - record.info.get(USED_AT, now) >= IDLE_SECONDS:
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", check)
