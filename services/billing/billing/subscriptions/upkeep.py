"""What keeps announcements true: ends that passed, products that changed, resync."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from billing.people import operations as people
from billing.subscriptions.models import Subscription
from billing.subscriptions.views import announce_all
from lineup.contracts.billing import ProductChanged, SubscriptionState
from lineup.database import Database, Work

CHUNK = 500
"""Subscriptions of one transaction."""
COPIES = 4
"""How many copies of the service find work of their own at the same time."""
RENEWAL_SECONDS = 60
"""How long a renewal that is due is waited for before its end is announced."""


def expire_all(database: Database) -> int:
    """Mark and announce every end that has passed; how many there were."""
    total = 0
    while expired := _in_transaction(database):
        total += expired
    return total


def _in_transaction(database: Database) -> int:
    with database.transaction() as work:
        return expire_ended(work)


def expire_ended(work: Work, *, limit: int = CHUNK) -> int:
    """Mark and announce ends that have passed, of customers nobody else is at.

    The end itself took effect by time; this tells it once more (SU-20).
    """
    first = select(Subscription.customer_id).where(*_has_ended(work))
    wanted = first.order_by(Subscription.ends_at).limit(limit * COPIES)
    claimed = people.claim_customers(work, wanted, limit=limit)
    ended = _locked_rows(work, Subscription.customer_id.in_(claimed), *_has_ended(work))
    for subscription in ended:
        subscription.expire(work.now)
    announce_all(work, ended)
    return len(ended)


def _has_ended(work: Work) -> tuple[ColumnElement[bool], ...]:
    patience = work.now - timedelta(seconds=RENEWAL_SECONDS)
    return (
        Subscription.state == SubscriptionState.RUNNING,
        Subscription.ends_at <= work.now,
        or_(Subscription.renewal_due_at.is_(None), Subscription.ends_at <= patience),
    )


def _locked_rows(
    work: Work, *conditions: ColumnElement[bool]
) -> Sequence[Subscription]:
    """Subscriptions as they are now that their customers are locked."""
    statement = select(Subscription).where(*conditions).order_by(Subscription.id)
    fresh = statement.execution_options(populate_existing=True)
    return work.session.scalars(fresh).all()


def follow_product(database: Database, product: ProductChanged) -> int:
    """Announce anew every running subscription to a product that was changed."""
    total = 0
    while followed := _follow_chunk(database, product):
        total += followed
    return total


def _follow_chunk(database: Database, product: ProductChanged) -> int:
    with database.transaction() as work:
        subscriptions = _behind(work, product)
        for subscription in subscriptions:
            subscription.touch()
        announce_all(work, subscriptions)
        return len(subscriptions)


def _behind(work: Work, product: ProductChanged) -> Sequence[Subscription]:
    """Running subscriptions last announced with an older product, locked.

    It waits for whoever is at one of them: nobody may be left behind.
    """
    is_behind = (
        Subscription.product_id == product.id,
        Subscription.state == SubscriptionState.RUNNING,
        Subscription.product_version < product.version,
    )
    first = select(Subscription.customer_id).where(*is_behind).limit(CHUNK)
    customers = set(work.session.scalars(first))
    people.lock_customers(work, customers)
    return _locked_rows(work, Subscription.customer_id.in_(customers), *is_behind)


def resync(database: Database) -> int:
    """Announce every subscription again in its present version; how many."""
    total, after = 0, UUID(int=0)
    while True:
        with database.transaction() as work:
            chunk = _after(work, after)
            announce_all(work, chunk)
        if not chunk:
            return total
        total, after = total + len(chunk), chunk[-1].id


def _after(work: Work, after: UUID) -> Sequence[Subscription]:
    statement = (
        select(Subscription)
        .where(Subscription.id > after)
        .order_by(Subscription.id)
        .limit(CHUNK)
    )
    return work.session.scalars(statement).all()
