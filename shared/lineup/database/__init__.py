"""A service's own PostgreSQL: transactions that announce, act once and keep copies."""

from lineup.database.changes import Kept
from lineup.database.conditions import current_of, locked
from lineup.database.copies import keep_newest
from lineup.database.database import Database, Operation, connect
from lineup.database.paging import Orders, page_of
from lineup.database.records import COLUMN_TYPES, new_metadata
from lineup.database.waking import Waker, wake
from lineup.database.work import Work

__all__ = [
    "COLUMN_TYPES",
    "Database",
    "Kept",
    "Operation",
    "Orders",
    "Waker",
    "Work",
    "connect",
    "current_of",
    "keep_newest",
    "locked",
    "new_metadata",
    "page_of",
    "wake",
]
