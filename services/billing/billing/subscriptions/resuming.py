"""What an order of another product stopped comes back when that order is refunded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from billing.catalog import operations as catalog
from billing.people import operations as people
from billing.people.models import UserCopy
from billing.subscriptions.models import Period, Source, Subscription
from billing.subscriptions.sales import Payment, begin, find_last, make_way
from billing.subscriptions.stops import payer_of_period
from billing.subscriptions.views import announce
from billing.wallets import operations as wallets
from lineup.contracts.billing.refusals import InsufficientBalance
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.impersonation import signature

SPENT = "old_product_spent"
"""What ran before was given back to the balance, and that is spent by now."""
STOPPED = "old_product_stopped"
"""Somebody stopped or replaced what came after, so that nothing is brought back."""
BY_SHOP = "shop"


def give_way(periods: Sequence[Period], subscription: Subscription) -> None:
    """Remember of periods that were stopped what took their place."""
    for period in periods:
        period.gave_way_to = subscription.id


def pass_over(work: UnitOfWork, period: Period) -> None:
    """A stopped period was paid back: what gave way to it, did to its successor."""
    successor, period.gave_way_to = period.gave_way_to, None
    work.session.flush()
    if successor is None or _given_way(work, successor, period.subscription_id):
        return
    _follow(work, [period.subscription_id], successor)


def bring_back(work: UnitOfWork, seat_id: UUID) -> str:
    """Let run on what gave way to a seat's product, once nothing is left of that.

    What was paid for and not used counts from now; what went to the balance is taken
    from there again. Answers SPENT or STOPPED where something cannot come back, else
    nothing. The same seat again changes nothing.
    """
    period = work.session.scalar(select(Period).where(Period.seat_id == seat_id))
    if period is None or period.closed_at is None:
        return ""
    waiting = _given_way(work, period.subscription_id)
    if not waiting:
        return ""
    replaced = work.session.get_one(Subscription, period.subscription_id)
    people.lock_customer(work, replaced.customer_id)
    last = find_last(work, replaced.user_id)
    if last is not None and last.is_running(work.now):
        return "" if last.id == replaced.id else STOPPED
    if period.closed_by != BY_SHOP:
        return STOPPED
    return _resume(work, replaced.user_id, waiting)


def _given_way(
    work: UnitOfWork, subscription_id: UUID, of_subscription: UUID | None = None
) -> Sequence[Period]:
    """What gave way to a subscription, perhaps of another one alone; in order."""
    statement = select(Period).where(Period.gave_way_to == subscription_id)
    if of_subscription is not None:
        statement = statement.where(Period.subscription_id == of_subscription)
    return work.session.scalars(statement.order_by(Period.starts_at)).all()


def _resume(work: UnitOfWork, user_id: UUID, waiting: Sequence[Period]) -> str:
    for period in waiting:
        period.gave_way_to = None
    if not people.living_users(work, [user_id]):
        return ""
    user = people.get_user(work, user_id)
    back = [rest for each in waiting if (rest := _rest_of(work, user, each))]
    if back:
        resumed = {period.subscription_id for period in waiting}
        subscription = _run_on(work, user, back)
        _follow(work, resumed, subscription.id)
    return SPENT if len(back) < len(waiting) else ""


def _run_on(work: UnitOfWork, user: UserCopy, back: Sequence["_Rest"]) -> Subscription:
    """Begin a subscription of what is left of periods, one after another."""
    last = find_last(work, user.id)
    if last is not None and last.state != SubscriptionState.STOPPED:
        make_way(work, last)
    plan = catalog.get_plan(work, back[-1].period.plan_id)
    subscription = begin(work, user, plan, last)
    work.session.flush()
    ends_at = work.now
    for rest in back:
        ends_at = rest.run_on(subscription, ends_at)
        work.session.add(rest.period)
        work.session.flush()
    subscription.shorten(ends_at)
    announce(work, subscription)
    return subscription


def _follow(work: UnitOfWork, before: Collection[UUID], successor: UUID) -> None:
    """What gave way to subscriptions that are over, gave way to what came after."""
    work.session.execute(
        update(Period)
        .where(Period.gave_way_to.in_(before))
        .values(gave_way_to=successor)
    )


@dataclass(frozen=True, kw_only=True)
class _Rest:
    """A period with the time of it that was used, and that is left."""

    period: Period
    used: timedelta
    left: timedelta

    def run_on(self, subscription: Subscription, at: datetime) -> datetime:
        """Go on in another subscription as if it had stood still; when it ends."""
        self.period.resume(subscription.id, at - self.used, at + self.left)
        return at + self.left


def _rest_of(work: UnitOfWork, user: UserCopy, period: Period) -> _Rest | None:
    """What is left of a stopped period; None where its money is spent."""
    stopped_at = max(period.closed_at or period.ends_at, period.starts_at)
    left = period.ends_at - stopped_at
    if not period.refunded:
        return _Rest(period=period, used=stopped_at - period.starts_at, left=left)
    again = _paid_again(work, user, period)
    return _Rest(period=again, used=timedelta(0), left=left) if again else None


def _paid_again(work: UnitOfWork, user: UserCopy, period: Period) -> Period | None:
    """A period for what went back to who paid, paid from there; None without it."""
    plan = catalog.get_plan(work, period.plan_id)
    payment = Payment(
        amount=period.refunded,
        payer=payer_of_period(work, user, period),
        source=Source(period.source),
        cause=Cause.PURCHASE,
        reference=f"{plan.product.name}, {plan.name}",
    )
    try:
        with work.session.begin_nested():
            posted = wallets.transfer(work, payment.movement())
    except InsufficientBalance:
        return None
    return Period(
        id=payment.period_id,
        plan_id=period.plan_id,
        paid_minor=period.refunded_minor,
        asset=period.asset,
        source=payment.source,
        is_trial=period.is_trial,
        transfer_id=posted.transfer_id,
        source_wallet_id=payment.payer.id,
        refunded_minor=0,
        created_at=work.now,
        sold_by=signature(work.actor),
    )
