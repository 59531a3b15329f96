"""How much a seller may have, and has."""

from uuid import UUID

from sqlalchemy import func, select

from accounts.tree.limits import Count, count_at_limit
from accounts.tree.models import LIVING, Account
from lineup.contracts.accounts.refusals import LimitReached
from lineup.database import UnitOfWork, get_held


def refuse_beyond_plan(
    work: UnitOfWork, seller_id: UUID | None, limit: str, count: Count
) -> None:
    """LimitReached for a seller that has as many customers or users as it may."""
    seller = get_held(work.session, Account, seller_id) if seller_id else None
    plan = seller.seller_plan if seller else None
    most = getattr(plan, f"most_{limit}") if plan else None
    if most is None or seller is None:
        return
    used = count_at_limit(work, seller.id, most, count)
    if used is not None:
        raise LimitReached(
            f"The seller plan of {seller.name} allows {most:,} {limit}.",
            details={"limit": limit, "most": most, "used": used},
        )


def count_own_customers(work: UnitOfWork, seller_id: UUID) -> int:
    """How many customers a seller has, those in the trash included."""
    statement = select(func.count()).where(Account.parent_id == seller_id, LIVING)
    return work.session.scalar(statement) or 0
