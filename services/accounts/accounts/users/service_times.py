"""What users and customers keep of billing's subscriptions, brought up to date."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from accounts.customers.finding import find_for_update
from accounts.customers.models import Customer, UserSummary
from accounts.customers.search_text import searchable
from accounts.customers.status import NEVER
from accounts.subscriptions.operations import subscriptions_of, upsert_subscription
from accounts.users.models import User
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from lineup.database import UnitOfWork


def follow_subscription(work: UnitOfWork, state: SubscriptionChanged) -> None:
    """Keep billing's newest word on a subscription, and what follows for whose it is.

    Read again from all copies under the customer's lock: the order in which events
    come does not matter.
    """
    find_for_update(work, state.customer_id)
    upsert_subscription(work, state)
    user = work.session.get(User, state.user_id)
    if user is not None:
        user.apply_subscriptions(subscriptions_of(work, user.id))
        refresh_customer(work, user.customer_id)


def refresh_customer(work: UnitOfWork, customer_id: UUID) -> None:
    """Let a customer's row follow its users, under its lock."""
    work.session.flush()
    customer = find_for_update(work, customer_id)
    if customer is not None:
        follow_users(work, customer)


def follow_users(work: UnitOfWork, customer: Customer) -> None:
    """Let a customer's row, which the caller has locked or made, follow its users."""
    customer.apply_user_summary(user_summary_of(work, customer.id))


def user_summary_of(work: UnitOfWork, customer_id: UUID) -> UserSummary:
    """What a customer's living users come to."""
    last_first = (User.ends_at.desc(), User.id)
    statement = select(
        func.count(),
        func.coalesce(func.string_agg(User.search, " "), ""),
        func.coalesce(func.max(User.paid_until), NEVER),
        func.coalesce(func.max(User.trial_until), NEVER),
        func.array_remove(func.array_agg(User.product_id.distinct()), None),
        func.array_agg(aggregate_order_by(User.is_stopped, *last_first)),
    ).where(User.customer_id == customer_id, User.status != Status.DELETED)
    count, words, paid_until, trial_until, product_ids, stopped = work.session.execute(
        statement
    ).one()
    return UserSummary(
        is_stopped=bool(stopped and stopped[0]),
        user_count=count,
        words=searchable([words]),
        paid_until=paid_until,
        trial_until=trial_until,
        product_ids=tuple(product_ids or ()),
    )
