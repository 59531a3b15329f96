"""What a transaction changes, noted while it is flushed, for the audit log.

SQLAlchemy knows of each mapped row what it was and is. Statements over many rows are
counted: they leave no history, and a row for each would be more than anybody reads.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from lineup.contracts.audit import CHANGED, ChangeCount, FieldChange
from lineup.database.audit.shown import BOOKKEEPING, is_secret, shown

CHANGES = "lineup_changes"
PLURAL = re.compile(r"(?<=x)es$|s$")
MOST_FIELDS = 200
NEVER = datetime.fromtimestamp(0, UTC)
"""What stands for no moment in columns that are sorted by."""
CREATED, UPDATED, DELETED = "created", "updated", "deleted"


@dataclass
class RowChange:
    """What became of one row: texts by field, before and after."""

    row: Any
    change: str
    before: dict[str, str | None] = field(default_factory=dict)
    after: dict[str, str | None] = field(default_factory=dict)

    def copy(self) -> "RowChange":
        """As it is now."""
        return replace(self, before=dict(self.before), after=dict(self.after))

    def fields(self) -> Iterable[FieldChange]:
        """Each field that was changed."""
        kind, id_ = kind_of(self.row), _id_of(self.row)
        for name in {**self.before, **self.after}:
            before, after = self.before.get(name), self.after.get(name)
            if before or after:
                yield FieldChange(
                    kind=kind, id=id_, field=name, before=before, after=after
                )


@dataclass
class Changes:
    """What is noted of one transaction; `named` are the ids that its request names."""

    named: frozenset[UUID]
    rows: dict[tuple[str, str], RowChange] = field(default_factory=dict)
    in_bulk: Counter[tuple[str, str]] = field(default_factory=Counter)
    things: dict[UUID, Any] = field(default_factory=dict)
    """Rows whose ids are named, once they were loaded."""
    scopes: set[str] = field(default_factory=set)
    """Of rows that were loaded."""

    def copy(self) -> "Changes":
        """As it is now, to come back to when a savepoint is given up."""
        return replace(
            self,
            rows={key: one.copy() for key, one in self.rows.items()},
            in_bulk=Counter(self.in_bulk),
        )

    def note_loaded(self, row: Any) -> None:
        """A row was read: maybe that which the request is about."""
        held = row.__dict__
        if (id_ := held.get("id")) in self.named:
            self.things[id_] = row
        if scope := held.get("scope"):
            self.scopes.add(scope)

    def note_flush(self, session: Session) -> None:
        """Rows are written, or about to be."""
        for row in session.new:
            self._note(row, CREATED, {}, _values(row))
        for row in session.dirty:
            before, after = _difference(row)
            if after:
                self._note(row, UPDATED, before, after)
        for row in session.deleted:
            self._note(row, DELETED, _values(row), {})

    def _note(
        self,
        row: Any,
        change: str,
        before: dict[str, str | None],
        after: dict[str, str | None],
    ) -> None:
        if not getattr(row, "__audited__", True):
            return
        key = row.__tablename__, _id_of(row)
        known = self.rows.setdefault(key, RowChange(row, change))
        if change == DELETED:
            known.change, known.after = DELETED, {}
        known.before = {**before, **known.before} if known.change != CREATED else {}
        known.after |= after

    def fields(self) -> list[FieldChange]:
        """Every field that was changed, as far as is shown."""
        every = (one for row in self.rows.values() for one in row.fields())
        return [one for one, _ in zip(every, range(MOST_FIELDS), strict=False)]

    def counts(self) -> list[ChangeCount]:
        """How many of each kind."""
        count = Counter(self.in_bulk)
        count.update((kind_of(one.row), one.change) for one in self.rows.values())
        return [
            ChangeCount(kind=kind, change=change, count=number)
            for (kind, change), number in sorted(count.items())
        ]


class RecordingSession(Session):
    """A session that notes what it changes."""

    @property
    def changes(self) -> Changes:
        """What was noted so far."""
        noted: Changes = self.info.setdefault(CHANGES, Changes(frozenset()))
        return noted

    def begin_noting(self, named: Iterable[UUID]) -> None:
        """Look out for rows of these ids."""
        self.info[CHANGES] = Changes(frozenset(named))


@event.listens_for(RecordingSession, "after_flush")
def _note_flush(session: RecordingSession, _context: Any) -> None:
    session.changes.note_flush(session)


@event.listens_for(RecordingSession, "loaded_as_persistent")
def _note_loaded(session: RecordingSession, row: Any) -> None:
    session.changes.note_loaded(row)


@event.listens_for(RecordingSession, "after_transaction_create")
def _remember(session: RecordingSession, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info[transaction] = session.changes.copy()


@event.listens_for(RecordingSession, "after_soft_rollback")
def _come_back(session: RecordingSession, transaction: SessionTransaction) -> None:
    if transaction in session.info:
        session.info[CHANGES] = session.info.pop(transaction)


@event.listens_for(RecordingSession, "do_orm_execute")
def _note_bulk(statement: ORMExecuteState) -> Any:
    change = _change_of(statement)
    mapper = statement.bind_mapper
    if change is None or mapper is None:
        return None
    if not getattr(mapper.class_, "__audited__", True):
        return None
    result: Any = statement.invoke_statement()
    number = getattr(getattr(result, "raw", result), "rowcount", -1)  # raw: RETURNING
    if number > 0:
        session: Any = statement.session
        session.changes.in_bulk[_kind(mapper.class_), change] += number
    return result


def _change_of(statement: ORMExecuteState) -> str | None:
    if statement.is_insert:
        return CREATED
    if statement.is_update:
        return UPDATED
    return DELETED if statement.is_delete else None


def kind_of(row: Any) -> str:
    """What a row is, in one word: `customer` of `customers` and `customer_copy`."""
    return _kind(type(row))


def _kind(model: Any) -> str:
    return PLURAL.sub("", str(model.__tablename__).removesuffix("_copy"))


def _id_of(row: Any) -> str:
    return " ".join(
        str(key) for key in inspect(row).mapper.primary_key_from_instance(row)
    )


def _names(row: Any) -> Iterable[str]:
    for name in inspect(row).mapper.column_attrs.keys():  # noqa: SIM118 - no dict
        if is_secret(type(row), name) or not BOOKKEEPING.search(name):
            yield name


def _values(row: Any) -> dict[str, str | None]:
    """What a row says, but for what is empty: that is what most rows are like."""
    held = {name: row.__dict__.get(name) for name in _names(row)}
    return {
        name: shown(type(row), name, value)
        for name, value in held.items()
        if value and value != NEVER
    }


def _difference(row: Any) -> tuple[dict[str, str | None], dict[str, str | None]]:
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    state = inspect(row)
    for name in set(_names(row)) & set(state.committed_state):
        history = state.attrs[name].history
        if history.has_changes():
            before[name], after[name] = _before_and_after(type(row), name, history)
    return before, after


def _before_and_after(
    model: type, name: str, history: Any
) -> tuple[str | None, str | None]:
    """A field before and after; of a secret only that it was changed."""
    old, new = (
        values[0] if values else None for values in (history.deleted, history.added)
    )
    if is_secret(model, name, new):
        return None, CHANGED
    return shown(model, name, old), shown(model, name, new)
