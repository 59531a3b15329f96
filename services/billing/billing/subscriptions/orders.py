"""What shop orders start and take back; the shop holds the money, not a balance."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.catalog import operations as catalog
from billing.catalog.models import Plan
from billing.people import operations as people
from billing.subscriptions.models import Period, RenewalSwitch, Source, Subscription
from billing.subscriptions.resuming import BY_SHOP, give_way, pass_over
from billing.subscriptions.sales import (
    Payment,
    add_period,
    find_last,
    goes_to,
    length_of,
)
from billing.subscriptions.stops import open_periods, stop
from billing.subscriptions.terms import Anchor, next_period_end
from billing.subscriptions.views import announce, announce_all
from billing.wallets import operations as wallets
from billing.wallets.movements import clearing
from lineup.contracts.billing.running import is_running
from lineup.contracts.billing.shops import OtherProduct
from lineup.contracts.billing.subscriptions import (
    CountFrom,
    StopReceipt,
    SubscriptionState,
)
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.money import Money


@dataclass(frozen=True, kw_only=True)
class OrderSale:
    """One seat of a paid shop order, to be served to a user."""

    order_id: UUID
    seat_id: UUID
    """Names the sale once and for all."""
    user_id: UUID
    customer_id: UUID
    customer_scope: str
    """The customer's own path, as SeatsFilled says."""
    plan_id: UUID
    paid: Money
    """What the shop took for this seat, in the shop's currency; may be zero."""
    shop_id: UUID
    order_number: str
    """What the shop calls the order."""
    other_product: Callable[[], OtherProduct] = lambda: OtherProduct.LIST
    """What becomes of another product that runs and is paid for; asked if one does."""


class AfterwardsOnly(Exception):  # noqa: N818 - reads as a sentence
    """Another product runs; this one begins when that has ended."""


def start_for_order(work: UnitOfWork, sale: OrderSale) -> UUID:
    """Start or renew what a seat bought: clearing of the shop -> income.

    The same seat again changes nothing and names the same subscription. PlanRetired,
    NotFound or OtherProductRunning (`subscription_active`) when it cannot be served.
    """
    if sale.paid.amount_minor < 0:
        raise Invalid(fields={"paid": ["Must not be below zero."]})
    people.expect_user(
        work,
        user_id=sale.user_id,
        customer_id=sale.customer_id,
        customer_scope=sale.customer_scope,
    )
    people.lock_customer(work, sale.customer_id)
    known = _find_period(work, sale.seat_id)
    return known.subscription_id if known else _sell(work, sale)


def _sell(work: UnitOfWork, sale: OrderSale) -> UUID:
    user = people.get_user(work, sale.user_id)
    people.get_partner(work, user.partner_id)  # looked at while nothing is half made
    plan = catalog.get_plan_on_sale(work, sale.plan_id, user.partner_id)
    last = find_last(work, user.id)
    replaced = _clear_the_way(work, sale, plan, last)
    subscription, starts_at = goes_to(work, user, plan, last, CountFrom.AUTO)
    payment = Payment(
        amount=sale.paid,
        payer=clearing(user.partner_id, sale.shop_id, sale.paid.asset),
        source=Source.SHOP,
        cause=Cause.SHOP_SALE,
        reference=f"order {sale.order_number}",
        seat_id=sale.seat_id,
    )
    add_period(work, subscription, plan, payment, starts_at)
    give_way(replaced, subscription)
    announce(work, subscription)
    return subscription.id


def _clear_the_way(
    work: UnitOfWork, sale: OrderSale, plan: Plan, last: Subscription | None
) -> Sequence[Period]:
    """End what runs of another product: a trial always, else as the sale says.

    Answers what was stopped. AfterwardsOnly where the new one waits for its end.
    """
    if last is None or not last.is_running(work.now):
        return []
    if last.product_id == plan.product_id:
        return []
    is_trial = catalog.get_plan(work, last.plan_id).product.is_trial
    other_product = OtherProduct.CHANGE_NOW if is_trial else sale.other_product()
    if other_product is OtherProduct.CHANGE_NOW:
        replaced = open_periods(work, last)
        stop(work, last, reason=f"changed by order {sale.order_number}")
        return replaced
    if other_product is OtherProduct.CHANGE_AT_END:
        raise AfterwardsOnly
    return []


def let_end(work: UnitOfWork, user_ids: Collection[UUID]) -> None:
    """Renew what runs of users by itself no more: another product follows its end."""
    renewing = select(Subscription).where(
        Subscription.user_id.in_(user_ids),
        Subscription.state == SubscriptionState.RUNNING,
        Subscription.renews,
    )
    found = work.session.scalars(renewing).all()
    people.lock_customers(work, {one.customer_id for one in found})
    fresh = renewing.execution_options(populate_existing=True)
    ending = work.session.scalars(fresh.order_by(Subscription.id)).all()
    for subscription in ending:
        subscription.give_way()
    announce_all(work, ending)


def let_renew(work: UnitOfWork, user_id: UUID) -> None:
    """Renew what a user has as its switch says: nothing follows its end any more."""
    last = find_last(work, user_id)
    if last is None:
        return
    people.lock_customer(work, last.customer_id)
    work.session.refresh(last)
    if not last.is_running(work.now) or last.renews:
        return
    switch = work.session.get(RenewalSwitch, user_id)
    if switch is not None and switch.renews:
        last.switch(switch.renews, work.now)
        announce(work, last)


def ended_users(work: UnitOfWork, user_ids: Collection[UUID]) -> set[UUID]:
    """Which of these users have nothing that runs."""
    statement = select(Subscription.user_id).where(
        Subscription.user_id.in_(user_ids), is_running(Subscription, work.now)
    )
    return set(user_ids) - set(work.session.scalars(statement))


def reverse_for_order(work: UnitOfWork, seat_id: UUID) -> StopReceipt | None:
    """Take back exactly the period a seat bought: income -> clearing, no balance.

    Periods bought after it move up; with none left the subscription stops. The same
    seat again changes nothing. None when the seat never started anything.
    """
    period = _find_period(work, seat_id)
    if period is None:
        return None
    subscription = work.session.get_one(Subscription, period.subscription_id)
    people.lock_customer(work, subscription.customer_id)
    for row in (period, subscription):
        work.session.refresh(row)
    if period.transfer_id and period.refund_transfer_id is None:
        _return_money(work, period)
    if period.closed_at is None:
        _take_back(work, subscription, period)
    else:
        pass_over(work, period)
    return StopReceipt(
        subscription_id=subscription.id,
        ended_at=subscription.ends_at,
        refunded=Money.zero(period.asset),
    )


def _find_period(work: UnitOfWork, seat_id: UUID) -> Period | None:
    return work.session.scalar(select(Period).where(Period.seat_id == seat_id))


def _return_money(work: UnitOfWork, period: Period) -> None:
    if period.transfer_id is None:
        return
    posted = wallets.reverse(
        work,
        period.transfer_id,
        cause=Cause.SHOP_REVERSAL,
        reference=wallets.reference_of(work, period.transfer_id),
    )
    period.give_back(period.paid, posted.transfer_id, work.now)


def _take_back(work: UnitOfWork, subscription: Subscription, period: Period) -> None:
    is_used_up = period.ends_at <= work.now
    later = [
        p for p in open_periods(work, subscription) if p.starts_at >= period.ends_at
    ]
    period.close(work.now, by=BY_SHOP, reason="taken back by the shop")
    work.session.flush()
    if is_used_up or not subscription.is_running(work.now):
        return
    starts_at = max(period.starts_at, work.now)
    if later or starts_at > work.now:
        _move_up(work, subscription, later, starts_at)
    else:
        subscription.stop(work.now)
    announce(work, subscription)


def _move_up(
    work: UnitOfWork,
    subscription: Subscription,
    later: list[Period],
    starts_at: datetime,
) -> None:
    zone = people.get_partner(work, subscription.partner_id).zone
    subscription.shorten(starts_at)
    for period in later:
        plan = catalog.get_plan(work, period.plan_id)
        begins = subscription.ends_at
        ends, counted = next_period_end(
            subscription.anchor, begins, length_of(plan), zone
        )
        if period.is_odd:
            ends = begins + (period.ends_at - period.starts_at)
            counted = Anchor(at=ends)
        subscription.extend(plan, ends, counted)
        period.move(begins, ends)
        work.session.flush()
