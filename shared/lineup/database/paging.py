"""Paging: from the last row seen, in any order a list offers, never by rows skipped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from lineup.contracts.paging import MAX_LIMIT, Page, Paging
from lineup.errors import OrderUnknown, PageGone

T = TypeVar("T")

Orders = Mapping[str, Any]
"""What a list can be sorted by: columns that are never null, by name.

The one named "" is the list's own order; without it that is the newest id first.
"""

FORMER_NAMES = {"created": "created_at", "booked": "created_at"}
"""What `created_at` was called in some lists: links and programs of then still work."""


@dataclass(frozen=True)
class RowOrder:
    """The one line all rows of a list stand in: by a column, then by id."""

    model: Any
    column: Any
    is_falling: bool

    @classmethod
    def of(cls, model: Any, order: str, orders: Orders) -> "RowOrder":
        """The line a list was asked to stand in; OrderUnknown for any other."""
        name = order.removeprefix("-")
        name = FORMER_NAMES.get(name, name)
        if not order and "" not in orders:
            return cls(model, model.id, is_falling=True)
        if name not in orders:
            names = ", ".join(filter(None, orders))
            raise OrderUnknown(fields={"order": [f"One of {names}."]})
        return cls(model, orders[name], is_falling=order.startswith("-"))

    def turned(self) -> "RowOrder":
        """The same line from its other end."""
        return replace(self, is_falling=not self.is_falling)

    @property
    def keys(self) -> tuple[Any, ...]:
        """What tells any two rows apart; the id alone where that is the order."""
        is_by_id = self.column is self.model.id
        return (self.model.id,) if is_by_id else (self.column, self.model.id)

    def sort(self, statement: "Select[Any]") -> "Select[Any]":
        """The statement's rows in this line."""
        return statement.order_by(
            *(key.desc() if self.is_falling else key for key in self.keys)
        )

    def beyond(
        self, session: Session, statement: "Select[Any]", anchor: UUID
    ) -> "Select[Any]":
        """The statement's rows that stand behind one of its rows."""
        keys = tuple_(*self.keys)
        start = self._keys_of(session, statement, anchor)
        return statement.where(keys < start if self.is_falling else keys > start)

    def _keys_of(self, session: Session, statement: "Select[Any]", anchor: UUID) -> Any:
        """Where a row stands; looked up in the statement, so out of scope is gone."""
        if len(self.keys) == 1:
            return tuple_(literal(anchor))
        row = session.execute(
            statement.with_only_columns(*self.keys, maintain_column_froms=True)
            .where(self.model.id == anchor)
            .order_by(None)
        ).first()
        if row is None:
            raise PageGone
        values = (
            literal(value, key.type) for value, key in zip(row, self.keys, strict=True)
        )
        return tuple_(*values)


def page_of(
    session: Session,
    statement: "Select[Any]",
    model: Any,
    paging: Paging,
    view: Callable[[Any], T],
    orders: Orders | None = None,
) -> Page[T]:
    """One page of a statement's rows, each through `view`.

    Refuses as OrderUnknown, or as PageGone when the row it starts from left the list.
    """
    line = RowOrder.of(model, paging.order, _with_usual(model, orders or {}))
    if paging.updated_since is not None and hasattr(model, "updated_at"):
        statement = statement.where(model.updated_at >= paging.updated_since)
    limit = max(1, min(paging.limit, MAX_LIMIT))
    anchor = paging.after
    if paging.before is not None:
        line, anchor = line.turned(), paging.before
    part = statement if anchor is None else line.beyond(session, statement, anchor)
    rows = session.scalars(line.sort(part).limit(limit + 1)).all()
    page = _cut(rows, limit, paging)
    total = _counted(session, statement, model, paging.count_up_to)
    return replace(page.showing([view(row) for row in page.items]), total=total)


def _with_usual(model: Any, orders: Orders) -> Orders:
    """What every list can be sorted by, too: ids rise as rows are made."""
    usual = {"created_at": model.id}
    if hasattr(model, "updated_at"):
        usual["updated_at"] = model.updated_at
    return {**usual, **orders}


def _cut(rows: Sequence[Any], limit: int, paging: Paging) -> Page[Any]:
    """The page out of its rows and, where there is one, the row beyond."""
    shown, is_more = list(rows[:limit]), len(rows) > limit
    goes_back = paging.before is not None
    if goes_back:
        shown.reverse()
    has_next = goes_back or is_more
    has_previous = is_more if goes_back else paging.after is not None
    return Page(
        items=shown,
        next_after=shown[-1].id if shown and has_next else None,
        previous_before=shown[0].id if shown and has_previous else None,
    )


def _counted(
    session: Session, statement: "Select[Any]", model: Any, most: int
) -> int | None:
    """How many rows there are, as far as `most`; None when nobody asked."""
    if most <= 0:
        return None
    ids = statement.with_only_columns(model.id, maintain_column_froms=True)
    rows = ids.order_by(None).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(rows))
