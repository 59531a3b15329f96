"""Keeping the copy of subscriptions, and refusing what it forbids."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from accounts.subscriptions.models import SubscriptionCopy
from lineup.contracts.billing.refusals import SubscriptionActive
from lineup.contracts.billing.running import is_running
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from lineup.database import UnitOfWork, upsert_newest


def upsert_subscriptions(
    work: UnitOfWork, states: Sequence[SubscriptionChanged]
) -> None:
    """Keep billing's newest word on subscriptions."""
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "user_id": state.user_id,
            "product_id": state.product_id,
            "product_name": state.product_name,
            "is_trial": state.is_trial,
            "state": state.state,
            "ends_at": state.ends_at,
        }
        for state in states
    ]
    upsert_newest(work.session, SubscriptionCopy, rows)


def refuse_while_running(work: UnitOfWork, user_ids: Collection[UUID]) -> None:
    """SubscriptionActive when one of these users is served; names the stop action."""
    running = work.session.scalar(
        select(SubscriptionCopy)
        .where(
            SubscriptionCopy.user_id.in_(user_ids),
            is_running(SubscriptionCopy, work.now),
        )
        .limit(1)
    )
    if running is not None:
        details = {"action": "stop_subscription", "subscription_id": str(running.id)}
        raise SubscriptionActive(details=details)


def subscriptions_of(
    work: UnitOfWork, user_ids: Collection[UUID]
) -> dict[UUID, list[SubscriptionCopy]]:
    """All that is known of users' subscriptions, the furthest end first."""
    statement = select(SubscriptionCopy).where(SubscriptionCopy.user_id.in_(user_ids))
    newest = statement.order_by(SubscriptionCopy.ends_at.desc(), SubscriptionCopy.id)
    known: dict[UUID, list[SubscriptionCopy]] = {user_id: [] for user_id in user_ids}
    for copy in work.session.scalars(newest):
        known[copy.user_id].append(copy)
    return known


def product_names(work: UnitOfWork, product_ids: Collection[UUID]) -> dict[UUID, str]:
    """What products are called, as one of their subscriptions was last told."""
    names = {}
    for product_id in product_ids:
        name = select(SubscriptionCopy.product_name).where(
            SubscriptionCopy.product_id == product_id
        )
        names[product_id] = work.session.scalar(name.limit(1)) or ""
    return names
