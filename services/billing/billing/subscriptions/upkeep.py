"""What keeps announcements true: ends that passed, products that changed, resync."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, or_, select

from billing.people import operations as people
from billing.subscriptions.models import Subscription
from billing.subscriptions.row_by_row import is_not_put_off, run_each
from billing.subscriptions.views import announce_all
from lineup.contracts.billing.catalog import ProductChanged
from lineup.contracts.billing.running import has_lapsed
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.database import Database, UnitOfWork

log = structlog.get_logger(__name__)

CHUNK = 500
"""Subscriptions of one transaction."""
COPIES = 4
"""How many copies of the service find work of their own at the same time."""
RENEWAL_SECONDS = 60
"""How long a renewal that is due is waited for before its end is announced."""


def expire_all(database: Database) -> int:
    """Mark and announce every end that has passed; how many there were."""
    total = 0
    while expired := _expire_chunk(database):
        total += expired
    return total


def _expire_chunk(database: Database) -> int:
    """Mark a chunk of ends; where it raises, each of them by itself."""
    try:
        with database.transaction() as work:
            return expire_ended(work)
    except Exception:
        log.exception("ends_chunk_failed")
    with database.transaction() as work:
        ended = work.session.scalars(
            select(Subscription.id).where(*_has_ended(work)).limit(CHUNK)
        ).all()
    run_each(database, ended, _expire_one, work_name="ends")
    return len(ended)


def expire_ended(work: UnitOfWork, *, limit: int = CHUNK) -> int:
    """Mark and announce ends that have passed, of customers nobody else is at.

    The end itself took effect by time; this tells it once more.
    """
    first = select(Subscription.customer_id).where(*_has_ended(work))
    wanted = first.order_by(Subscription.ends_at).limit(limit * COPIES)
    claimed = people.claim_customers(work, wanted, limit=limit)
    return _expire(work, Subscription.customer_id.in_(claimed))


def _expire_one(work: UnitOfWork, subscription_id: UUID) -> None:
    _expire(work, Subscription.id == subscription_id)


def _expire(work: UnitOfWork, whose: ColumnElement[bool]) -> int:
    ended = _locked_rows(work, whose, *_has_ended(work))
    for subscription in ended:
        subscription.expire(work.now)
    announce_all(work, ended)
    return len(ended)


def _has_ended(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    breaker = work.now - timedelta(seconds=RENEWAL_SECONDS)
    return (
        has_lapsed(Subscription, work.now),
        or_(Subscription.renewal_due_at.is_(None), Subscription.ends_at <= breaker),
        is_not_put_off(work.now),
    )


def _locked_rows(
    work: UnitOfWork, *conditions: ColumnElement[bool]
) -> Sequence[Subscription]:
    """Subscriptions as they are now that their customers are locked."""
    statement = select(Subscription).where(*conditions).order_by(Subscription.id)
    fresh = statement.execution_options(populate_existing=True)
    return work.session.scalars(fresh).all()


class FollowedInPart(Exception):  # noqa: N818 - some follow when the event comes again
    """Some subscriptions could not follow their product; the others have."""


def follow_product(database: Database, product: ProductChanged) -> int:
    """Announce anew every running subscription to a product that was changed.

    FollowedInPart when some raised: they are put off, and tried when it is said again.
    """
    total, failed = 0, 0
    while True:
        followed, left = _follow_chunk(database, product)
        total, failed = total + followed, failed + left
        if not followed + left:
            break
    if failed:
        raise FollowedInPart(f"{failed} of product {product.id}")
    return total


def _follow_chunk(database: Database, product: ProductChanged) -> tuple[int, int]:
    """How many followed, and how many raised."""
    try:
        with database.transaction() as work:
            return _follow(work, _behind(work, product)), 0
    except Exception:
        log.exception("follow_chunk_failed", product=product.id)
    with database.transaction() as work:
        behind = [subscription.id for subscription in _behind(work, product)]

    def follow_one(work: UnitOfWork, subscription_id: UUID) -> None:
        mine = Subscription.id == subscription_id
        _follow(work, _locked_rows(work, mine, *_is_behind(work, product)))

    failed = run_each(database, behind, follow_one, work_name="products")
    return len(behind) - len(failed), len(failed)


def _follow(work: UnitOfWork, subscriptions: Sequence[Subscription]) -> int:
    for subscription in subscriptions:
        subscription.touch()
    announce_all(work, subscriptions)
    return len(subscriptions)


def _behind(work: UnitOfWork, product: ProductChanged) -> Sequence[Subscription]:
    """Running subscriptions last announced with an older product, locked.

    It waits for whoever is at one of them: nobody may be left behind.
    """
    is_behind = _is_behind(work, product)
    first = select(Subscription.customer_id).where(*is_behind).limit(CHUNK)
    customers = set(work.session.scalars(first))
    people.lock_customers(work, customers)
    return _locked_rows(work, Subscription.customer_id.in_(customers), *is_behind)


def _is_behind(
    work: UnitOfWork, product: ProductChanged
) -> tuple[ColumnElement[bool], ...]:
    return (
        Subscription.product_id == product.id,
        Subscription.state == SubscriptionState.RUNNING,
        Subscription.product_version < product.version,
        is_not_put_off(work.now),
    )


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


def _after(work: UnitOfWork, after: UUID) -> Sequence[Subscription]:
    """The next subscriptions by id, their customers locked as by all who write them."""
    first = (
        select(Subscription.id, Subscription.customer_id)
        .where(Subscription.id > after)
        .order_by(Subscription.id)
        .limit(CHUNK)
    )
    customers = {row.id: row.customer_id for row in work.session.execute(first)}
    people.lock_customers(work, set(customers.values()))
    return _locked_rows(work, Subscription.id.in_(customers))
