"""Lists come in pages, each naming where the next one and the one before start."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from lineup.values.rules import Whole
from lineup.values.types import Word

T = TypeVar("T")
U = TypeVar("U")

MAX_LIMIT = 200
MAX_COUNTED = 10_000

PageSize = Annotated[int, Whole(least=1, most=MAX_LIMIT)]
CountLimit = Annotated[int, Whole(least=0, most=MAX_COUNTED)]


@dataclass(frozen=True, kw_only=True)
class Paging:
    """Which page: up to `limit` rows (200 at most) after, or before, the row of an id.

    `order` names what the list is sorted by, with "-" in front for the other way round;
    empty is the list's own order. Rows are counted as far as `count_up_to` only.
    """

    limit: PageSize = 50
    after: UUID | None = None
    before: UUID | None = None
    order: Word = ""
    count_up_to: CountLimit = 0
    updated_since: datetime | None = None
    """Only rows that changed at this moment or later, where rows say when they did."""


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """One page; `next_after` is None on the last, `previous_before` on the first."""

    items: list[T]
    next_after: UUID | None = None
    previous_before: UUID | None = None
    total: int | None = None
    """Rows on all pages, counted no further than was asked; None: not counted."""

    def showing(self, items: "list[U]") -> "Page[U]":
        """The same page of the list, its rows shown otherwise."""
        return Page(
            items=items,
            next_after=self.next_after,
            previous_before=self.previous_before,
            total=self.total,
        )
