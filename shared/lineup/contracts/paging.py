"""Lists come in pages, each naming where the next one starts."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")

MAX_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Paging:
    """Which page: up to `limit` rows (200 at most) after the id `after`."""

    limit: int = 50
    after: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """One page; `next_after` is None on the last."""

    items: list[T]
    next_after: UUID | None = None
