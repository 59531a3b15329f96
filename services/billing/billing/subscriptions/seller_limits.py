"""How many trials a seller may sell on one day."""

from datetime import datetime

from sqlalchemy import func, select

from billing.people.models import AccountCopy
from billing.people.naming import seller_of
from billing.subscriptions.models import Period, Subscription
from lineup.contracts.accounts.refusals import LimitReached
from lineup.database import UnitOfWork, get_held


def refuse_trial_beyond_limit(work: UnitOfWork, customer_scope: str) -> None:
    """LimitReached where a customer's seller has sold as many trials today as it may.

    A day is one of the seller's time zone. Of those who sell one more at the same time
    each waits for the other.
    """
    seller_id = seller_of(customer_scope)
    seller = get_held(work.session, AccountCopy, seller_id) if seller_id else None
    if seller is None or seller.most_trials_per_day is None:
        return
    key = func.hashtextextended(f"trials {seller.id}", 0)
    work.session.execute(select(func.pg_advisory_xact_lock(key)))
    most, used = seller.most_trials_per_day, _trials_today(work, seller)
    if used >= most:
        raise LimitReached(
            f"The seller plan of {seller.name} allows {most:,} trials per day.",
            details={"limit": "trials_per_day", "most": most, "used": used},
        )


def _trials_today(work: UnitOfWork, seller: AccountCopy) -> int:
    statement = (
        select(func.count())
        .select_from(Period)
        .join(Subscription, Subscription.id == Period.subscription_id)
        .where(
            Period.created_at >= _midnight(work.now.astimezone(seller.zone)),
            Period.is_trial,
            Subscription.scope.startswith(seller.scope, autoescape=True),
        )
    )
    return work.session.scalar(statement) or 0


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
