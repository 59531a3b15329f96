"""Copies of other services' facts: the newest version wins, whatever the order."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import TextualSelect, text
from sqlalchemy.orm import Session

from lineup.events import State

S = TypeVar("S", bound=State)


def newest_states(states: Iterable[S]) -> Sequence[S]:
    """The newest of each aggregate, in the order of their ids.

    Of two with one version the later is kept, as if they were written one by one.
    """
    newest: dict[UUID, S] = {}
    for state in states:
        known = newest.get(state.id)
        if known is None or known.version <= state.version:
            newest[state.id] = state
    return [newest[one] for one in sorted(newest)]


def upsert_newest(
    session: Session, model: Any, rows: Sequence[Mapping[str, Any]]
) -> set[UUID]:
    """Write many copied rows in one statement; the ids of those that were written.

    One is left out where a newer version is there; an equal one writes again, so that a
    re-announcement heals a copy gone wrong. Each row has `id` and `version`, one row an
    id, and all have the same columns. They are locked in the order given: let it be the
    same everywhere, that of the ids.
    """
    if not rows:
        return set()
    session.flush()
    statement = _upsert(model.__table__, tuple(rows[0]))
    said = msgspec.json.encode(rows).decode()
    written = session.execute(statement, {"rows": said}).scalars()
    session.expire_all()
    return set(written)


@cache
def _upsert(table: Any, names: tuple[str, ...]) -> TextualSelect:
    """The statement of a table: always the same text, however many rows there are.

    The rows come as one JSON value, which the database reads by the table's own types.
    """
    columns = ", ".join(names)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    statement = text(
        f"INSERT INTO {table.name} ({columns})"  # noqa: S608 - names of our own columns
        f" SELECT {columns}"
        f" FROM json_populate_recordset(CAST(NULL AS {table.name}), :rows)"
        f" ON CONFLICT (id) DO UPDATE SET {changes}"
        f" WHERE {table.name}.version <= excluded.version RETURNING id"
    )
    return statement.columns(id=table.c.id.type)
