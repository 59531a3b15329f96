"""Rotating keys: everything sealed in a database, sealed anew with the newest key.

Sealed text is recognised by its form wherever it lies, in columns and inside JSON, so
that no table can be forgotten.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import (
    Column,
    Engine,
    Row,
    Select,
    Table,
    Text,
    Update,
    cast,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from lineup.command import migrations
from lineup.database.records import BASE_TABLES
from lineup.secrets import Keyring

SEALED = re.compile(r"gAAAAA[A-Za-z0-9_-]{60,}={0,2}")
"""How Fernet's tokens look."""
CHUNK = 500


class Rotation:
    """Goes through one database; counts what sealed the tokens it met."""

    def __init__(self, engine: Engine, keys: Sequence[str], *, write: bool) -> None:
        self.met: Counter[str] = Counter()
        self._engine = engine
        self._keyring = Keyring(keys)
        self._newest = Keyring(keys[:1])
        self._write = write

    def run(self, service: str) -> None:
        """Look at all columns that can hold text, some rows in a transaction."""
        for table, column in columns_of(service):
            last: Row[Any] | None = None
            while rows := self._chunk(table, column, last):
                last = rows[-1]

    def _chunk(
        self, table: Table, column: Column[Any], last: Row[Any] | None
    ) -> Sequence[Row[Any]]:
        with self._engine.begin() as connection:
            rows = connection.execute(_after(table, column, last)).all()
            for row in rows:
                renewed = SEALED.sub(lambda found: self._renewed(found[0]), row.text)
                if self._write and renewed != row.text:
                    connection.execute(_replacing(table, column, row, renewed))
        return rows

    def _renewed(self, token: str) -> str:
        """The token sealed with the newest key; itself when it is that already."""
        if _opens(self._newest, token):
            self.met["newest"] += 1
            return token
        try:
            renewed = self._keyring.renew(token)
        except InvalidToken:
            self.met["unknown"] += 1
            return token
        self.met["older"] += 1
        return renewed


def columns_of(service: str) -> Iterator[tuple[Table, Column[Any]]]:
    """Every column of a service's tables that could hold something sealed."""
    for metadata in (migrations.tables_of(service), BASE_TABLES):
        for table in metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, (JSONB, Text)) and not column.primary_key:
                    yield table, column


def _after(table: Table, column: Column[Any], last: Row[Any] | None) -> Select[Any]:
    """The next rows that hold something sealed, in order of their primary key."""
    keys = list(table.primary_key.columns)
    text = cast(column, Text).label("text")
    wanted = select(*keys, text).where(text.like("%gAAAAA%"))
    if last is not None:
        wanted = wanted.where(tuple_(*keys) > tuple_(*last[: len(keys)]))
    return wanted.order_by(*keys).limit(CHUNK)


def _replacing(
    table: Table, column: Column[Any], row: Row[Any], renewed: str
) -> Update:
    """Put the text in place, unless somebody changed it meanwhile."""
    keys = list(table.primary_key.columns)
    is_same = [key == value for key, value in zip(keys, row, strict=False)]
    is_same.append(cast(column, Text) == row.text)
    value = cast(literal(renewed, Text()), column.type)
    return update(table).where(*is_same).values({column.name: value})


def _opens(keyring: Keyring, token: str) -> bool:
    try:
        keyring.open(token)
    except ValueError:
        return False
    return True
