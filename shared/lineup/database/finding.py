"""One row of the actor's part of the tree, by its id; and how many belong to each."""

from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, TextClause, func, select

from lineup.database.unit_of_work import UnitOfWork
from lineup.errors import NotFound
from lineup.scope import in_scope

R = TypeVar("R")


def find_in_scope(
    work: UnitOfWork, model: type[R], id_: UUID, refusal: type[NotFound]
) -> R:
    """A row that the actor may see; `refusal` otherwise."""
    return _one(work, _wanted(work, model, id_), refusal)


def lock_in_scope(
    work: UnitOfWork, model: type[R], id_: UUID, refusal: type[NotFound]
) -> R:
    """The same as it now is, for this transaction alone."""
    locked = _wanted(work, model, id_).with_for_update()
    return _one(work, locked.execution_options(populate_existing=True), refusal)


def keep_in_scope(
    work: UnitOfWork, model: type[R], id_: UUID, refusal: type[NotFound]
) -> R:
    """The same, which nobody deletes before this transaction ends."""
    kept = _wanted(work, model, id_).with_for_update(read=True, key_share=True)
    return _one(work, kept, refusal)


def counts_by(
    work: UnitOfWork,
    column: Any,
    ids: Collection[UUID],
    *conditions: ColumnElement[bool] | TextClause,
) -> dict[UUID, int]:
    """How many rows that meet conditions name each of some ids, but for none."""
    wanted = select(column, func.count()).where(column.in_(ids), *conditions)
    rows = work.session.execute(wanted.group_by(column))
    return {row[0]: row[1] for row in rows}


def _wanted(work: UnitOfWork, model: type[R], id_: UUID) -> "Select[R]":
    table: Any = model
    return in_scope(select(model), model, work.actor).where(table.id == id_)


def _one(work: UnitOfWork, wanted: "Select[R]", refusal: type[NotFound]) -> R:
    found: R | None = work.session.scalar(wanted)
    if found is None:
        raise refusal
    return found
