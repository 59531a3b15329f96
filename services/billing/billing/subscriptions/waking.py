"""Trying renewals again that wait for a plan, once it costs less or may be sold."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from billing.people import operations as people
from billing.subscriptions.models import Subscription
from billing.subscriptions.waiting import LEAD, wake_waiting, window_begins
from lineup.contracts.billing.catalog import OfferImproved
from lineup.database import Database, UnitOfWork

CHUNK = 500
"""Customers of one transaction."""


def wake_offered(
    database: Database, offer: OfferImproved, *, chunk: int = CHUNK
) -> int:
    """Let renewals that wait for what is offered now be tried again; how many.

    Whoever renews them at this moment may go by what was offered before, and let them
    wait: it holds their customers' locks, which are waited for.
    """
    woken, after = 0, UUID(int=0)
    while True:
        with database.transaction() as work:
            customers = _concerned(work, offer, after, chunk)
            if not customers:
                return woken
            people.lock_customers(work, customers)
            woken += wake_waiting(work, customers, *_is_offered(offer))
        after = customers[-1]


def _concerned(
    work: UnitOfWork, offer: OfferImproved, after: UUID, limit: int
) -> Sequence[UUID]:
    """The next customers, by id, who have something to renew by an offer just now."""
    partner = people.get_partner(work, offer.partner_id)
    statement = (
        select(Subscription.customer_id)
        .distinct()
        .where(
            Subscription.customer_id > after,
            Subscription.renews,
            Subscription.ends_at <= work.now + LEAD,
            Subscription.ends_at > window_begins(partner, work.now),
            *_is_offered(offer),
        )
        .order_by(Subscription.customer_id)
        .limit(limit)
    )
    return work.session.scalars(statement).all()


def _is_offered(offer: OfferImproved) -> list[ColumnElement[bool]]:
    """The conditions that a subscription renews by what is offered."""
    conditions = [Subscription.partner_id == offer.partner_id]
    if offer.plan_id is not None:
        plan_id = func.coalesce(Subscription.next_plan_id, Subscription.plan_id)
        conditions.append(plan_id == offer.plan_id)
    if offer.seller_id is not None:
        seller = func.split_part(Subscription.scope, "/", -3)
        conditions.append(seller == offer.seller_id.hex)
    return conditions
