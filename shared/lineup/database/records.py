"""How every service maps its rows, and the outbox, inbox and idempotency tables.

Each service declares its base in one line of its own:

    class Record(DeclarativeBase):
        metadata = new_metadata()
        type_annotation_map = COLUMN_TYPES
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

COLUMN_TYPES: dict[Any, Any] = {
    UUID: Uuid(),
    str: Text(),
    int: BigInteger(),
    bytes: LargeBinary(),
    date: Date(),
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB(),
    list[Any]: JSONB(),
    list[str]: JSONB(),
}
"""The PostgreSQL type of each Python type in a mapped class."""

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """A metadata whose constraints get names that migrations can rely on."""
    return MetaData(naming_convention=NAMES)


BASE_TABLES = new_metadata()
"""The tables every service has; its migrations target this beside its own."""

OUTBOX_FILLED = "outbox_filled"
"""The channel on which relays hear of commits in other processes."""

OUTBOX = Table(
    "outbox",
    BASE_TABLES,
    Column("seq", BigInteger, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("envelope", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), server_default=func.now()),
)
"""Events announced and not yet confirmed by the broker, in order of writing."""

INBOX = Table(
    "inbox",
    BASE_TABLES,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("received_at", DateTime(timezone=True), server_default=func.now()),
)
"""Event ids whose once-only effect has happened, a row per consumer."""

IDEMPOTENCY = Table(
    "idempotency",
    BASE_TABLES,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("method", Text, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("reply", JSONB),
    Column("scope", Text, nullable=False, server_default=""),
    Column("created_at", DateTime(timezone=True), server_default=func.now()),
    Index("ix_idempotency_created_at", "created_at"),
)
"""Idempotency keys with the first answer given, kept for a week."""
