"""Limits of what lies below an account, held also by those who make things at once."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import func, select

from lineup.database import UnitOfWork

Count = Callable[[UnitOfWork, UUID], int]
"""How many an account has of something."""


def count_at_limit(
    work: UnitOfWork, account_id: UUID, most: int, count: Count
) -> int | None:
    """How many an account has, where it may have no more; None while there is room.

    Of those who make one more at the same time each waits for the other.
    """
    key = func.hashtextextended(str(account_id), 0)
    work.session.execute(select(func.pg_advisory_xact_lock(key)))
    used = count(work, account_id)
    return used if used >= most else None
