"""What users and customers keep of billing's subscriptions, brought up to date."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from accounts.customers.finding import lock_all
from accounts.customers.models import Customer, UserSummary
from accounts.search_text import searchable
from accounts.subscriptions.operations import subscriptions_of, upsert_subscriptions
from accounts.users.models import User
from lineup.contracts.accounts.tree import GONE
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from lineup.database import UnitOfWork

BLANK: ColumnElement[str] = literal_column("' '")


def follow_subscriptions(
    work: UnitOfWork, states: Sequence[SubscriptionChanged]
) -> None:
    """Keep billing's newest word on subscriptions, and what follows for whose they are.

    Read again from all copies under the customers' locks: the order in which events
    come does not matter.
    """
    lock_all(work, {state.customer_id for state in states})
    upsert_subscriptions(work, states)
    theirs = User.id.in_({state.user_id for state in states})
    users = work.session.scalars(select(User).where(theirs).order_by(User.id)).all()
    known = subscriptions_of(work, [user.id for user in users])
    for user in users:
        user.apply_subscriptions(known[user.id])
    refresh_customers(work, {user.customer_id for user in users})


def refresh_customer(work: UnitOfWork, customer_id: UUID) -> None:
    """Let a customer's row follow its users, under its lock."""
    refresh_customers(work, [customer_id])


def refresh_customers(work: UnitOfWork, customer_ids: Collection[UUID]) -> None:
    """Let customers' rows follow their users, under their locks."""
    work.session.flush()
    customers = lock_all(work, customer_ids)
    summaries = user_summaries_of(work, customer_ids)
    for customer in customers:
        customer.apply_user_summary(summaries.get(customer.id, UserSummary()))


def follow_first_users(customer: Customer, users: Sequence[User]) -> None:
    """Let the row of a customer that is new follow its users, who have nothing yet."""
    words = searchable(user.search for user in users)
    customer.apply_user_summary(UserSummary(user_count=len(users), words=words))


def user_summaries_of(
    work: UnitOfWork, customer_ids: Collection[UUID]
) -> dict[UUID, UserSummary]:
    """What customers' living users come to; one without any is left out."""
    last_first = (User.ends_at.desc(), User.id)
    statement = (
        select(
            User.customer_id,
            func.count().label("user_count"),
            func.string_agg(User.search, aggregate_order_by(BLANK, User.id)).label(
                "words"
            ),
            func.max(User.paid_until).label("paid_until"),
            func.max(User.trial_until).label("trial_until"),
            func.array_remove(func.array_agg(User.product_id.distinct()), None).label(
                "product_ids"
            ),
            func.array_agg(aggregate_order_by(User.is_stopped, *last_first)).label(
                "stopped"
            ),
        )
        .where(User.customer_id.in_(customer_ids), User.status.not_in(GONE))
        .group_by(User.customer_id)
    )
    return {row.customer_id: _summary(row) for row in work.session.execute(statement)}


def _summary(row: Any) -> UserSummary:
    return UserSummary(
        user_count=row.user_count,
        words=searchable([row.words]),
        paid_until=row.paid_until,
        trial_until=row.trial_until,
        is_stopped=row.stopped[0],
        product_ids=tuple(row.product_ids or ()),
    )
