"""How much a seller may have, and has."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import func, select

from accounts.tree.models import LIVING, Account
from lineup.contracts.accounts.refusals import LimitReached
from lineup.database import UnitOfWork, get_held

Count = Callable[[UnitOfWork, UUID], int]
"""How many a seller has of something."""


def refuse_beyond_plan(
    work: UnitOfWork, seller_id: UUID | None, limit: str, count: Count
) -> None:
    """LimitReached for a seller that has as many customers or users as it may.

    Of those who make one more at the same time each waits for the other.
    """
    seller = get_held(work.session, Account, seller_id) if seller_id else None
    plan = seller.seller_plan if seller else None
    most = getattr(plan, f"most_{limit}") if plan else None
    if most is None or seller is None:
        return
    _lock(work, seller.id)
    used = count(work, seller.id)
    if used >= most:
        raise LimitReached(
            f"The seller plan of {seller.name} allows {most:,} {limit}.",
            details={"limit": limit, "most": most, "used": used},
        )


def count_own_customers(work: UnitOfWork, seller_id: UUID) -> int:
    """How many customers a seller has, those in the trash included."""
    statement = select(func.count()).where(Account.parent_id == seller_id, LIVING)
    return work.session.scalar(statement) or 0


def _lock(work: UnitOfWork, seller_id: UUID) -> None:
    key = func.hashtextextended(f"seller {seller_id}", 0)
    work.session.execute(select(func.pg_advisory_xact_lock(key)))
