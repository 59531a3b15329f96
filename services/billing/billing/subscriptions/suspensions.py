"""Suspending a subscription: its user sees the demo, whatever is paid, until lifted."""

from uuid import UUID

from sqlalchemy import exists, select

from billing.subscriptions.finding import lock_subscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.views import announce, announce_all, view_of
from billing.subscriptions.waiting import wake_waiting
from billing.wallets.models import IS_CUSTOMERS, Wallet
from lineup.contracts.billing.staff_changes import LiftSuspension, SuspendSubscription
from lineup.contracts.billing.subscriptions import SubscriptionView, SuspensionCause
from lineup.database import UnitOfWork
from lineup.verbs import handles


@handles(SuspendSubscription)
def suspend_subscription(
    work: UnitOfWork, request: SuspendSubscription
) -> SubscriptionView:
    """Let an active subscription entitle to nothing; its end stays where it is.

    NotActive for what does not run, SubscriptionSuspended for what is suspended.
    """
    _, subscription = lock_subscription(work, request.subscription_id)
    subscription.suspend(work.now, request.cause, request.reason)
    announce(work, subscription)
    return view_of(work, subscription)


@handles(LiftSuspension)
def lift_suspension(work: UnitOfWork, request: LiftSuspension) -> SubscriptionView:
    """Let it entitle again, and be renewed if it fell due; NotSuspended otherwise."""
    customer, subscription = lock_subscription(work, request.subscription_id)
    subscription.lift()
    announce(work, subscription)
    wake_waiting(work, [customer.id])
    return view_of(work, subscription)


def lift_paid(work: UnitOfWork, customer_id: UUID) -> None:
    """Lift what was suspended for non-payment, now that its customer owes nothing.

    The caller holds the customer's lock and has booked a payment. What was suspended
    for another cause stays so.
    """
    owes = exists().where(
        IS_CUSTOMERS, Wallet.owner_id == customer_id, Wallet.balance_minor < 0
    )
    statement = select(Subscription).where(
        Subscription.customer_id == customer_id,
        Subscription.suspension_cause == SuspensionCause.NON_PAYMENT,
        ~owes,
    )
    paid = work.session.scalars(statement.order_by(Subscription.id)).all()
    for subscription in paid:
        subscription.lift()
    if paid:
        announce_all(work, paid)
