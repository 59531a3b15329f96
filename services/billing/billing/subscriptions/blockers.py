"""What would be lost by deleting a user, a customer or a seller."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from billing.people.models import CustomerCopy
from billing.people.naming import below_account
from billing.subscriptions.lists import has_state
from billing.subscriptions.models import Subscription
from billing.subscriptions.views import views_of
from billing.wallets.models import IS_CUSTOMERS, Wallet
from lineup.contracts.accounts.tree import GONE
from lineup.contracts.billing.deletion_blockers import (
    DeletionBlockers,
    GetDeletionBlockers,
    RunningSubscription,
)
from lineup.contracts.billing.subscriptions import SubscriptionState, SubscriptionView
from lineup.database import UnitOfWork
from lineup.money import Money
from lineup.scope import in_scope, within
from lineup.verbs import handles

MOST_NAMED = 20
"""Running subscriptions that are named one by one."""


@handles(GetDeletionBlockers)
def get_deletion_blockers(
    work: UnitOfWork, request: GetDeletionBlockers
) -> DeletionBlockers:
    """Money and running subscriptions of whom the request names, in scope."""
    running = in_scope(select(Subscription), Subscription, work.actor).where(
        has_state(SubscriptionState.RUNNING, work.now),
        *_whose(work, request, Subscription, Subscription.customer_id),
    )
    first = work.session.scalars(running.order_by(Subscription.id).limit(MOST_NAMED))
    return DeletionBlockers(
        balances=_balances(work, request),
        running=_count(work, running),
        subscriptions=[
            _running_subscription(view) for view in views_of(work, first.all())
        ],
        is_deleted=_is_deleted(work, request),
    )


def _whose(
    work: UnitOfWork, request: GetDeletionBlockers, model: Any, customer_id: Any
) -> Sequence[Any]:
    if request.user_id is not None:
        return [Subscription.user_id == request.user_id]
    if request.customer_id is not None:
        return [customer_id == request.customer_id]
    return below_account(work, model, request.account_id)


def _balances(work: UnitOfWork, request: GetDeletionBlockers) -> list[Money]:
    if request.user_id is not None:
        return []
    statement = (
        select(Wallet.asset, func.sum(Wallet.balance_minor))
        .where(IS_CUSTOMERS, Wallet.balance_minor != 0)
        .where(*_whose(work, request, Wallet, Wallet.owner_id))
        .where(within(Wallet.scope, work.actor))
        .group_by(Wallet.asset)
        .order_by(Wallet.asset)
    )
    return [
        Money(int(total), asset) for asset, total in work.session.execute(statement)
    ]


def _count(work: UnitOfWork, running: Any) -> int:
    ids = running.with_only_columns(Subscription.id).subquery()
    return work.session.scalar(select(func.count()).select_from(ids)) or 0


def _running_subscription(view: SubscriptionView) -> RunningSubscription:
    return RunningSubscription(
        subscription_id=view.id,
        user_id=view.user_id,
        user_name=view.user_name,
        product_name=view.product_name,
        ends_at=view.ends_at,
    )


def _is_deleted(work: UnitOfWork, request: GetDeletionBlockers) -> bool:
    """Whether billing has heard that the customer was deleted, or trashed."""
    statement = select(CustomerCopy.id).where(
        CustomerCopy.id == request.customer_id, CustomerCopy.status.in_(GONE)
    )
    found = work.session.scalar(in_scope(statement, CustomerCopy, work.actor))
    return found is not None
