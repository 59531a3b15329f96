"""Users whose renewal waits for money, for three days after their end."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from billing.subscriptions.models import Subscription
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.database import UnitOfWork

WINDOW = timedelta(days=3)
"""How long after its end money still renews a user by itself."""

LEAD = timedelta(seconds=30)
"""How long before an end the renewal is made, so that nobody falls to demo between."""


def wake_waiting(work: UnitOfWork, customer_id: UUID) -> bool:
    """Let a customer's waiting users be tried again now; whether there are any.

    The caller holds the customer's lock and has just put money on its balance.
    """
    statement = select(Subscription).where(
        Subscription.customer_id == customer_id,
        Subscription.renews,
        Subscription.renewal_due_at.is_(None),
        Subscription.state != SubscriptionState.STOPPED,
        Subscription.ends_at > work.now - WINDOW,
        Subscription.ends_at <= work.now + LEAD,
    )
    waiting = work.session.scalars(statement).all()
    for subscription in waiting:
        subscription.wake(work.now)
    return bool(waiting)
