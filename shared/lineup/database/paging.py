"""Paging: by the last id seen, never by counting rows over."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from lineup.contracts.paging import MAX_LIMIT, Page, Paging

T = TypeVar("T")


def page_of(
    session: Session,
    statement: "Select[Any]",
    model: Any,
    paging: Paging,
    view: Callable[[Any], T],
) -> Page[T]:
    """One page of `statement` in order of newest id first, each row through `view`."""
    limit = max(1, min(paging.limit, MAX_LIMIT))
    if paging.after is not None:
        statement = statement.where(model.id < paging.after)
    rows = session.scalars(statement.order_by(model.id.desc()).limit(limit + 1)).all()
    more: UUID | None = rows[limit - 1].id if len(rows) > limit else None
    return Page(items=[view(row) for row in rows[:limit]], next_after=more)
