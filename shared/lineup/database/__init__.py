"""A service's own PostgreSQL: transactions that announce, act once and keep copies."""

from lineup.database.changes import Timestamped
from lineup.database.conditions import current_of
from lineup.database.copies import newest_states, upsert_newest
from lineup.database.database import Database, Operation
from lineup.database.engine import connect
from lineup.database.finding import (
    counts_by,
    find_in_scope,
    keep_in_scope,
    lock_in_scope,
)
from lineup.database.held import get_held
from lineup.database.listening import PgListener, wake
from lineup.database.paging import Orders, page_of
from lineup.database.records import COLUMN_TYPES, new_metadata
from lineup.database.unit_of_work import UnitOfWork

__all__ = [
    "COLUMN_TYPES",
    "Database",
    "Operation",
    "Orders",
    "PgListener",
    "Timestamped",
    "UnitOfWork",
    "connect",
    "counts_by",
    "current_of",
    "find_in_scope",
    "get_held",
    "keep_in_scope",
    "lock_in_scope",
    "new_metadata",
    "newest_states",
    "page_of",
    "upsert_newest",
    "wake",
]
