"""Ending periods before their time, and giving the unused part back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.catalog import operations as catalog
from billing.catalog.offers import OfferedPlan
from billing.people import operations as people
from billing.people.models import UserCopy
from billing.people.naming import names_of
from billing.sellers.deletion import settle_deleted
from billing.sellers.operations import announce_arrival
from billing.subscriptions.models import Period, Source, Subscription
from billing.subscriptions.terms import refund_for
from billing.subscriptions.views import announce_all
from billing.subscriptions.waiting import wake_waiting
from billing.wallets import operations as wallets
from billing.wallets.models import Wallet
from billing.wallets.movements import Account, between, customer_account, refunds
from billing.wallets.operations import account_at
from lineup.context import Role
from lineup.contracts.billing.subscriptions import StopReceipt
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.impersonation import signature
from lineup.money import CREDIT, Money


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


def returned_to(work: UnitOfWork, last: Subscription, offered: OfferedPlan) -> Money:
    """What stopping now returns to what pays for a plan: the balance, or Credits."""
    receipt = quoted(work, last)
    if not offered.is_on_credits:
        return receipt.refunded
    return receipt.credits or Money.zero(CREDIT)


def stop(
    work: UnitOfWork, subscription: Subscription, *, reason: str = ""
) -> StopReceipt:
    """Stop now and give the unused part back to what paid for it.

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
    _tell_sellers(work, periods)


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
    currency = people.get_partner(work, subscription.partner_id).currency
    in_credits, in_money = (
        [_refund(one, work.now) for one in periods if one.source == source]
        for source in (Source.CREDITS, Source.BALANCE)
    )
    is_sellers = bool(in_credits) and work.actor.role is not Role.CUSTOMER
    return StopReceipt(
        subscription_id=subscription.id,
        ended_at=work.now,
        refunded=sum(in_money, start=Money.zero(currency)),
        credits=sum(in_credits, start=Money.zero(CREDIT)) if is_sellers else None,
    )


def _tell_sellers(work: UnitOfWork, periods: Sequence[Period]) -> None:
    """Let those be renewed who waited for Credits that came back; of a seller that was
    deleted its partner has them.
    """
    wallet_ids = {
        period.source_wallet_id
        for period in periods
        if period.source == Source.CREDITS and period.refund_transfer_id
    }
    sellers = [
        work.session.get_one(Wallet, one) for one in sorted(filter(None, wallet_ids))
    ]
    for wallet in sellers:
        announce_arrival(work, wallet.partner_id, wallet.owner_id)
    if sellers:
        settle_deleted(work, [wallet.owner_id for wallet in sellers])


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
            payer_of_period(work, subscription, period),
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


def payer_of_period(
    work: UnitOfWork, whose: Subscription | UserCopy, period: Period
) -> Account:
    """What paid for a period: the balance of its customer, or a seller's Credits."""
    if period.source == Source.CREDITS:
        return account_at(work.session.get_one(Wallet, period.source_wallet_id))
    return customer_account(
        whose.customer_id, whose.partner_id, whose.scope, period.asset
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
