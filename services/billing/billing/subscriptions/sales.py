"""Selling a period: a first one starts a subscription, a further one renews it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from billing.catalog import operations as catalog
from billing.catalog.models import Plan
from billing.catalog.offers import OfferedPlan
from billing.people import operations as people
from billing.people.models import UserCopy
from billing.sellers.accounts import credits_above
from billing.subscriptions.models import Period, RenewalSwitch, Source, Subscription
from billing.subscriptions.seller_limits import refuse_trial_beyond_limit
from billing.subscriptions.terms import Length, renewal_start, sold_period_end
from billing.subscriptions.views import announce
from billing.wallets import operations as wallets
from billing.wallets.movements import (
    Account,
    Movement,
    OwnerKind,
    between,
    customer_account,
    income,
)
from lineup.context import Role
from lineup.contracts.billing.refusals import (
    OtherProductRunning,
    PlanNotFound,
    PlanRetired,
    SubscriptionSuspended,
)
from lineup.contracts.billing.subscriptions import CountFrom, SubscriptionState
from lineup.contracts.billing.wallets import Cause
from lineup.contracts.refusals import TrialUsed
from lineup.database import UnitOfWork
from lineup.ids import new_id
from lineup.impersonation import signature
from lineup.money import CurrencyMismatch, Money


@dataclass(frozen=True, kw_only=True)
class Payment:
    """What is paid for a period, and from which account."""

    amount: Money
    payer: Account
    source: Source
    cause: Cause
    reference: str
    seat_id: UUID | None = None
    """The shop order's seat it is for; it pays once, whatever is repeated."""
    period_id: UUID = field(default_factory=new_id)

    @property
    def seller_id(self) -> UUID | None:
        """The seller who pays, if it is not the customer."""
        is_sellers = self.payer.owner_kind is OwnerKind.SELLER
        return self.payer.owner_id if is_sellers else None

    @property
    def key(self) -> str:
        """What the movement is called in the ledger."""
        return f"seat:{self.seat_id}" if self.seat_id else f"period:{self.period_id}"

    def movement(self) -> Movement:
        """The money's way to the partner's income."""
        earned = income(self.payer.partner_id, self.amount.asset)
        return between(
            self.payer,
            earned,
            self.amount,
            key=self.key,
            cause=self.cause,
            reference=self.reference,
        )


def payment_for(
    subscription: Subscription, offered: OfferedPlan, cause: Cause
) -> Payment:
    """What a plan costs the customer from its balance, or its seller in Credits."""
    plan = offered.plan
    return Payment(
        amount=offered.price,
        payer=payer_of(subscription, offered),
        source=Source.CREDITS if offered.is_on_credits else Source.BALANCE,
        cause=cause,
        reference=f"{plan.product.name}, {plan.name}",
    )


def payer_of(whose: Subscription | UserCopy, offered: OfferedPlan) -> Account:
    """What pays for a plan: the customer's balance, or its seller's Credits."""
    if offered.is_on_credits:
        return credits_above(whose.partner_id, whose.scope)
    return customer_account(
        whose.customer_id, whose.partner_id, whose.scope, offered.plan.asset
    )


def check_currency(work: UnitOfWork, offered: OfferedPlan) -> None:
    """CurrencyMismatch for a price that no balance of its partner can pay."""
    if offered.is_on_credits:
        return
    plan = offered.plan
    currency = people.get_partner(work, plan.partner_id).currency
    if plan.asset != currency:
        words = f"This plan is priced in {plan.asset}, but balances are in {currency}."
        raise CurrencyMismatch(words)


def check_on_sale(work: UnitOfWork, plan: Plan, last: Subscription | None) -> None:
    """Whether a plan is sold to a user with that last subscription.

    Who has it renews it while it may be renewed. PlanRetired otherwise; a customer
    finds no hidden plan that it does not have (PlanNotFound).
    """
    has_it = (
        last is not None
        and last.state != SubscriptionState.STOPPED
        and plan.id in {last.plan_id, last.next_plan_id}
    )
    if plan.is_hidden and work.actor.role is Role.CUSTOMER and not has_it:
        raise PlanNotFound
    if plan.is_retired and not (has_it and plan.is_renewed(work.now)):
        raise PlanRetired


def length_of(plan: Plan) -> Length:
    """How long one period of a plan is."""
    return Length(months=plan.months, days=plan.days)


def find_last(work: UnitOfWork, user_id: UUID) -> Subscription | None:
    """The newest subscription of a user, whatever its state."""
    return find_last_of(work, [user_id]).get(user_id)


def find_last_of(
    work: UnitOfWork, user_ids: Collection[UUID]
) -> dict[UUID, Subscription]:
    """The newest subscriptions of users, whatever their state; who never had one is
    left out.
    """
    statement = (
        select(Subscription)
        .ext(distinct_on(Subscription.user_id))
        .where(Subscription.user_id.in_(user_ids))
        .order_by(Subscription.user_id, Subscription.id.desc())
        .execution_options(populate_existing=True)
    )
    return {one.user_id: one for one in work.session.scalars(statement)}


def check_trial(work: UnitOfWork, user: UserCopy, plan: Plan) -> None:
    """A customer has one trial, whichever of its users took it.

    The caller holds the customer's lock. TrialUsed for a second one, LimitReached where
    its seller has sold as many today as it may.
    """
    if not plan.product.is_trial:
        return
    had_one = (
        select(Period.id)
        .join(Subscription, Subscription.id == Period.subscription_id)
        .where(Subscription.customer_id == user.customer_id, Period.is_trial)
    )
    if work.session.scalar(had_one.limit(1)) is not None:
        raise TrialUsed("This customer has already used a trial.")
    refuse_trial_beyond_limit(work, user.scope)


def refuse_suspended(last: Subscription | None) -> None:
    """SubscriptionSuspended where a user would pay for what it could not watch."""
    if last is not None and last.is_suspended:
        raise SubscriptionSuspended


def goes_to(
    work: UnitOfWork,
    user: UserCopy,
    plan: Plan,
    last: Subscription | None,
    count_from: CountFrom,
) -> tuple[Subscription, datetime]:
    """The subscription that a sale to this user goes to, and where it counts from.

    `last` is the user's last one; the caller holds the customer's lock. A user that
    runs is renewed; one whose end has passed goes on; anybody else begins anew.
    """
    known = runs_on(last, plan, work.now)
    if known is not None:
        return known, renewal_start(count_from, known.ends_at, work.now)
    if last is not None and last.product_id != plan.product_id:
        make_way(work, last)
    return begin(work, user, plan, last), work.now


def starts_over(
    work: UnitOfWork, last: Subscription, plan: Plan, count_from: CountFrom
) -> bool:
    """Whether a sale ends what runs: if it shall, or if that is a trial of another
    product.
    """
    if not last.is_running(work.now) or count_from is CountFrom.NOW:
        return last.is_running(work.now)
    if last.product_id == plan.product_id:
        return False
    return catalog.get_plan(work, last.plan_id).product.is_trial


def runs_on(
    last: Subscription | None, plan: Plan, now: datetime
) -> Subscription | None:
    """A user's last subscription, where a sale of this plan runs it on; None where a
    new one begins. OtherProductRunning while it runs for another product.
    """
    if last is None or last.state == SubscriptionState.STOPPED:
        return None
    if last.product_id == plan.product_id:
        return last
    if last.is_running(now):
        raise OtherProductRunning
    return None


def make_way(work: UnitOfWork, last: Subscription) -> None:
    """Close off what runs no more, since its user begins another subscription."""
    if last.state == SubscriptionState.RUNNING:
        last.expire(work.now)
    last.give_way()
    announce(work, last)


def begin(
    work: UnitOfWork, user: UserCopy, plan: Plan, last: Subscription | None
) -> Subscription:
    """A new subscription of a user; it ends where it begins till one pays.

    Where the last one of the user is suspended, so is this.
    """
    switch = work.session.get(RenewalSwitch, user.id)
    subscription = Subscription(
        id=new_id(),
        version=0,
        user_id=user.id,
        customer_id=user.customer_id,
        partner_id=user.partner_id,
        scope=user.scope,
        product_id=plan.product_id,
        product_version=plan.product.version,
        plan_id=plan.id,
        state=SubscriptionState.RUNNING,
        started_at=work.now,
        ends_at=work.now,
        anchor_at=work.now,
        anchor_months=0,
        renews=switch is not None and switch.renews,
    )
    if last is not None:
        subscription.suspend_like(last)
    work.session.add(subscription)
    return subscription


def add_period(
    work: UnitOfWork,
    subscription: Subscription,
    plan: Plan,
    payment: Payment,
    starts_at: datetime,
) -> Period:
    """Run a subscription on for one period and take the money for it.

    InsufficientBalance when the payer cannot cover it, PeriodOver and PeriodTooLong
    as `sold_period_end` says.
    """
    period = period_of(work, subscription, plan, payment, starts_at)
    return pay_for(work, period, payment)


def pay_for(work: UnitOfWork, period: Period, payment: Payment) -> Period:
    """Take the money for a period, and keep it; InsufficientBalance otherwise."""
    if payment.amount:
        period.transfer_id = wallets.transfer(work, payment.movement()).transfer_id
    work.session.flush()
    work.session.add(period)
    return period


def period_of(
    work: UnitOfWork,
    subscription: Subscription,
    plan: Plan,
    payment: Payment,
    starts_at: datetime,
) -> Period:
    """The next period of a subscription, which runs on to its end."""
    zone = people.get_partner(work, subscription.partner_id).zone
    ends_at, counted = sold_period_end(
        subscription.anchor, starts_at, length_of(plan), zone, work.now
    )
    subscription.extend(plan, ends_at, counted)
    return sold_period(work, subscription, plan, payment, starts_at)


def sold_period(
    work: UnitOfWork,
    subscription: Subscription,
    plan: Plan,
    payment: Payment,
    starts_at: datetime,
) -> Period:
    """A period of a subscription that lasts until its end."""
    return Period(
        id=payment.period_id,
        subscription_id=subscription.id,
        plan_id=plan.id,
        starts_at=starts_at,
        ends_at=subscription.ends_at,
        paid_minor=payment.amount.amount_minor,
        asset=payment.amount.asset,
        source=payment.source if payment.amount else Source.FREE,
        is_trial=plan.product.is_trial,
        source_wallet_id=payment.payer.id if payment.amount else None,
        seat_id=payment.seat_id,
        refunded_minor=0,
        created_at=work.now,
        sold_by=payment.reference if payment.seat_id else signature(work.actor),
    )
