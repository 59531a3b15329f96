"""Users whose renewal waits for money, for three days after their end."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select

from billing.people import operations as people
from billing.people.models import AccountCopy
from billing.subscriptions.models import Subscription
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.database import UnitOfWork

WINDOW = timedelta(days=3)
"""How long after its end money still renews a user by itself."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

LEAD = timedelta(seconds=30)
"""How long before an end the renewal is made, so that nobody falls to demo between."""


def partners_of(
    work: UnitOfWork, subscriptions: Iterable[Subscription]
) -> dict[UUID, AccountCopy]:
    """Partners, by id, whose absence matters: of what ended before the window."""
    late = {one.partner_id for one in subscriptions if one.ends_at + WINDOW <= work.now}
    return {one.id: one for one in people.get_partners(work, late)} if late else {}


def is_over(
    subscription: Subscription, now: datetime, partner: AccountCopy | None
) -> bool:
    """Stopped, or ended so long ago that nobody expects to be charged for it.

    Where its partner went away while it could still be renewed, the window is open
    again from the partner's return on.
    """
    closes_at = subscription.ends_at + WINDOW
    back_at = partner.returned_at(closes_at) if partner else None
    if back_at is not None:
        closes_at = max(closes_at, back_at + WINDOW)
    return subscription.state == SubscriptionState.STOPPED or closes_at <= now


def window_begins(partner: AccountCopy, now: datetime) -> datetime:
    """Since when something of a partner's may have ended that is not over."""
    returned_at = partner.served_since
    if returned_at is None or returned_at + WINDOW <= now:
        return now - WINDOW
    return partner.away_since - WINDOW if partner.away_since else LONG_AGO


def wake_waiting(
    work: UnitOfWork, customer_ids: Collection[UUID], *which: ColumnElement[bool]
) -> int:
    """Let customers' waiting users be tried again now; how many those are.

    The caller holds the customers' locks. `which`: of which subscriptions alone.
    """
    statement = select(Subscription).where(
        Subscription.customer_id.in_(customer_ids),
        Subscription.renews,
        Subscription.renewal_due_at.is_(None),
        Subscription.state != SubscriptionState.STOPPED,
        Subscription.ends_at <= work.now + LEAD,
        *which,
    )
    found = work.session.scalars(statement).all()
    partners = partners_of(work, found)
    waiting = [
        one for one in found if not is_over(one, work.now, partners.get(one.partner_id))
    ]
    for subscription in waiting:
        subscription.wake(work.now)
    return len(waiting)
