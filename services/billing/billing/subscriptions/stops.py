"""Ending periods before their time, and giving the unused part back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.catalog import operations as catalog
from billing.people import operations as people
from billing.people.naming import names_of
from billing.subscriptions.models import Period, Subscription
from billing.subscriptions.terms import refund_for
from billing.subscriptions.views import announce_all
from billing.subscriptions.waiting import wake_waiting
from billing.wallets import operations as wallets
from billing.wallets.movements import Account, between, customer_account, refunds
from lineup.contracts.billing.subscriptions import StopReceipt
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.impersonation import signature
from lineup.money import Money


def open_periods(work: UnitOfWork, *subscriptions: Subscription) -> Sequence[Period]:
    """What of subscriptions is still to be used, in order of time."""
    statement = (
        select(Period)
        .where(
            Period.subscription_id.in_([one.id for one in subscriptions]),
            Period.closed_at.is_(None),
            Period.ends_at > work.now,
        )
        .order_by(Period.starts_at)
    )
    return work.session.scalars(statement).all()


def quoted(work: UnitOfWork, subscription: Subscription) -> StopReceipt:
    """What stopping at the work's instant returns; the same figures as the booking."""
    return _receipt(work, subscription, open_periods(work, subscription))


def stop(
    work: UnitOfWork, subscription: Subscription, *, reason: str = ""
) -> StopReceipt:
    """Stop now and give the unused part back to the balance that paid for it.

    The caller holds the customer's lock. NotActive for what is not running.
    """
    [receipt] = stop_all(work, [subscription], reason=reason)
    return receipt


def stop_all(
    work: UnitOfWork, subscriptions: Sequence[Subscription], *, reason: str
) -> list[StopReceipt]:
    """As `stop`, for many at once: all of them, or none."""
    periods = open_periods(work, *subscriptions) if subscriptions else ()
    receipts = [
        _receipt(work, one, [p for p in periods if p.subscription_id == one.id])
        for one in subscriptions
    ]
    for subscription in subscriptions:
        subscription.stop(work.now)
    give_back(work, subscriptions, periods, reason=reason)
    paid = zip(subscriptions, receipts, strict=True)
    if refunded := {one.customer_id for one, receipt in paid if receipt.refunded}:
        wake_waiting(work, refunded)
    announce_all(work, subscriptions)
    return receipts


def give_back(
    work: UnitOfWork,
    subscriptions: Sequence[Subscription],
    periods: Sequence[Period],
    *,
    reason: str,
) -> None:
    """Close periods now, and return what is left of each to the balance that paid."""
    moved = _book_refunds(work, {one.id: one for one in subscriptions}, periods)
    for period in periods:
        period.close(work.now, by=signature(work.actor), reason=reason)
        if period.id in moved:
            refund = _refund(period, work.now)
            period.give_back(refund, moved[period.id], work.now)


def stop_without_refund(
    work: UnitOfWork, subscriptions: Sequence[Subscription], *, reason: str
) -> None:
    """Stop now and give nothing back: their seller went with all it had.

    The caller holds the customers' locks. NotActive for what is not running.
    """
    periods = open_periods(work, *subscriptions) if subscriptions else ()
    for period in periods:
        period.close(work.now, by=signature(work.actor), reason=reason)
    for subscription in subscriptions:
        subscription.stop(work.now)
    announce_all(work, subscriptions)


def _receipt(
    work: UnitOfWork, subscription: Subscription, periods: Sequence[Period]
) -> StopReceipt:
    refunded = _total(work, subscription, (_refund(p, work.now) for p in periods))
    return StopReceipt(
        subscription_id=subscription.id, ended_at=work.now, refunded=refunded
    )


def _refund(period: Period, now: datetime) -> Money:
    if not period.is_refundable:
        return Money.zero(period.asset)
    return refund_for(period, stopped_at=now)


def _book_refunds(
    work: UnitOfWork,
    subscriptions: Mapping[UUID, Subscription],
    periods: Sequence[Period],
) -> dict[UUID, UUID]:
    """Book what periods give back, all in one go; the transfers by period."""
    paid = [
        (subscriptions[period.subscription_id], period)
        for period in periods
        if _refund(period, work.now)
    ]
    if not paid:
        return {}
    names = names_of(work, user_ids={subscription.user_id for subscription, _ in paid})
    movements = [
        between(
            refunds(subscription.partner_id, period.asset),
            _payer(subscription, period),
            _refund(period, work.now),
            key=f"refund:{period.id}",
            cause=Cause.REFUND,
            reference=_described(
                work, subscription, period, names.user(subscription.user_id)
            ),
        )
        for subscription, period in paid
    ]
    posted = wallets.transfer_all(work, movements)
    return {
        period.id: one.transfer_id
        for (_, period), one in zip(paid, posted, strict=True)
    }


def _payer(subscription: Subscription, period: Period) -> Account:
    """The balance that paid for a period."""
    return customer_account(
        subscription.customer_id,
        subscription.partner_id,
        subscription.scope,
        period.asset,
    )


def _described(
    work: UnitOfWork, subscription: Subscription, period: Period, user_name: str
) -> str:
    """A period as its customer knows it: product, plan, user, first and last day."""
    plan = catalog.get_plan(work, period.plan_id)
    zone = people.get_partner(work, subscription.partner_id).zone
    days = [
        f"{at.astimezone(zone):%-d %b %Y}" for at in (period.starts_at, period.ends_at)
    ]
    words = (plan.product.name, plan.name, user_name)
    return ", ".join([*filter(None, words), " to ".join(days)])


def _total(
    work: UnitOfWork, subscription: Subscription, parts: Iterable[Money]
) -> Money:
    currency = people.get_partner(work, subscription.partner_id).currency
    return sum((p for p in parts if p), start=Money.zero(currency))
