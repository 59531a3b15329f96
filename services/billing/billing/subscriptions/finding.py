"""Subscriptions by their ids, in the scope of who asks."""

from uuid import UUID

from sqlalchemy import select

from billing.people import operations as people
from billing.people.models import CustomerCopy
from billing.subscriptions.models import Subscription
from lineup.contracts.billing.refusals import SubscriptionNotFound
from lineup.database import UnitOfWork
from lineup.scope import in_scope


def find_subscription(work: UnitOfWork, subscription_id: UUID) -> Subscription:
    """A subscription in the actor's scope; SubscriptionNotFound otherwise."""
    statement = select(Subscription).where(Subscription.id == subscription_id)
    subscription = work.session.scalar(in_scope(statement, Subscription, work.actor))
    if subscription is None:
        raise SubscriptionNotFound
    return subscription


def lock_subscription(
    work: UnitOfWork, subscription_id: UUID
) -> tuple[CustomerCopy, Subscription]:
    """A subscription in the actor's scope, with its customer, whose lock is taken."""
    statement = select(Subscription.customer_id).where(
        Subscription.id == subscription_id
    )
    customer_id = work.session.scalar(in_scope(statement, Subscription, work.actor))
    if customer_id is None:
        raise SubscriptionNotFound
    customer = people.lock_customer(work, customer_id)
    return customer, find_subscription(work, subscription_id)
