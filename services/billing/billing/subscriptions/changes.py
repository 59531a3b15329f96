"""Changing the product of a subscription: now in three ways, or when it is renewed.

What is left of the old product counts as what a stop would give back. It goes to the
balance, or to its seller's Credits, and from there pays for the new period, so that
each period keeps its price.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.catalog import operations as catalog
from billing.catalog.models import Plan
from billing.catalog.offers import OfferedPlan, offer_of, refuse_own_purchase
from billing.catalog.packages import package_names
from billing.people import operations as people
from billing.subscriptions import stops
from billing.subscriptions.finding import find_subscription, lock_subscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.operations import purchase
from billing.subscriptions.quotes import quote_purchase
from billing.subscriptions.sales import (
    check_currency,
    check_on_sale,
    length_of,
    pay_for,
    payer_of,
    payment_for,
    refuse_suspended,
    sold_period,
)
from billing.subscriptions.terms import Anchor, sold_period_end
from billing.subscriptions.views import announce, view_of
from billing.subscriptions.waiting import wake_waiting
from billing.wallets.funds import funds_of
from lineup.contracts.billing.product_changes import (
    ChangeQuote,
    ChangeSubscription,
    ChangeWay,
    QuoteChange,
    WithdrawChange,
)
from lineup.contracts.billing.refusals import (
    ChangeToTrial,
    NoChangeNoted,
    NothingLeft,
    SameProduct,
)
from lineup.contracts.billing.subscriptions import (
    Purchase,
    PurchaseQuote,
    QuotePurchase,
    SubscriptionView,
)
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.money import Money
from lineup.verbs import handles

Change = QuoteChange | ChangeSubscription


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a change costs and gives: from when, until when, and what pays for it."""

    starts_at: datetime
    ends_at: datetime
    anchor: Anchor
    """What the next renewal counts from."""
    value: Money
    """What is left of the old product is worth this."""
    price: Money
    is_odd: bool
    """Whether the period is of another length than its plan."""


@handles(ChangeSubscription)
def change_subscription(
    work: UnitOfWork, request: ChangeSubscription
) -> SubscriptionView:
    """Change the product, its money and its dates in one step, or note it for the end.

    What has ended is bought anew, as is what follows a trial. SameProduct, NothingLeft,
    ChangeToTrial, PlanRetired, PlanNotAllowed, PartnerUnavailable,
    SubscriptionSuspended, InsufficientBalance.
    """
    _, subscription = lock_subscription(work, request.subscription_id)
    if _is_purchase(work, subscription, request.way):
        wanted = Purchase(user_id=subscription.user_id, plan_id=request.plan_id)
        return purchase(work, wanted)
    offered = _offered(work, subscription, request)
    if request.way is ChangeWay.AT_END:
        subscription.note_change(offered.plan.id)
    else:
        terms = _terms(work, subscription, offered, request.way)
        _change_now(work, subscription, offered, terms)
    announce(work, subscription)
    return view_of(work, subscription)


@handles(QuoteChange)
def quote_change(work: UnitOfWork, request: QuoteChange) -> ChangeQuote:
    """What `change_subscription` would do at this instant; it refuses as that would.

    Only too small a balance is told instead of refused.
    """
    subscription = find_subscription(work, request.subscription_id)
    if _is_purchase(work, subscription, request.way):
        wanted = QuotePurchase(user_id=subscription.user_id, plan_id=request.plan_id)
        return _anew(work, subscription, request, quote_purchase(work, wanted))
    offered = _offered(work, subscription, request)
    terms = _terms(work, subscription, offered, request.way)
    return _quote(work, subscription, request, offered, terms)


@handles(WithdrawChange)
def withdraw_change(work: UnitOfWork, request: WithdrawChange) -> SubscriptionView:
    """Stay with the product; NoChangeNoted where nothing else was wanted."""
    _, subscription = lock_subscription(work, request.subscription_id)
    if subscription.next_plan_id is None:
        raise NoChangeNoted
    subscription.note_change(None)
    announce(work, subscription)
    return view_of(work, subscription)


def _is_purchase(work: UnitOfWork, subscription: Subscription, way: ChangeWay) -> bool:
    """Whether nothing of value runs, so that the change is a purchase from now."""
    if not subscription.is_running(work.now):
        return True
    is_trial = catalog.get_plan(work, subscription.plan_id).product.is_trial
    return is_trial and way is not ChangeWay.AT_END


def _offered(
    work: UnitOfWork, subscription: Subscription, request: Change
) -> OfferedPlan:
    """The plan that is wanted, at the price of who sells it; refused if it is none."""
    refuse_suspended(subscription)
    partner_id = subscription.partner_id
    plan = catalog.get_plan_of_partner(work, request.plan_id, partner_id)
    check_on_sale(work, plan, None)
    people.refuse_unserved(work, subscription.partner_id)
    if plan.product_id == subscription.product_id:
        raise SameProduct
    if plan.product.is_trial:
        raise ChangeToTrial
    offered = offer_of(work, subscription.scope).sold(plan)
    refuse_own_purchase(work, offered)
    check_currency(work, offered)
    return offered


def _terms(
    work: UnitOfWork, subscription: Subscription, offered: OfferedPlan, way: ChangeWay
) -> Terms:
    now, ends_at = work.now, subscription.ends_at
    if way is ChangeWay.AT_END:
        end, counted = _full_end(work, subscription, offered.plan, ends_at)
        nothing = Money.zero(offered.price.asset)
        return Terms(
            starts_at=ends_at,
            ends_at=end,
            anchor=counted,
            value=nothing,
            price=offered.price,
            is_odd=False,
        )
    value = stops.returned_to(work, subscription, offered)
    end, counted = _full_end(work, subscription, offered.plan, now)
    price, is_odd = offered.price, way is not ChangeWay.NEW_PERIOD
    if way is ChangeWay.KEEP_END:
        price = offered.price.part(ends_at - now, of=end - now)
        end, counted = ends_at, subscription.anchor
    elif way is ChangeWay.INTO_TIME:
        price = value
        end = now + _time_for(value, offered.price, end - now)
        counted = Anchor(at=end)
    return Terms(
        starts_at=now,
        ends_at=end,
        anchor=counted,
        value=value,
        price=price,
        is_odd=is_odd,
    )


def _full_end(
    work: UnitOfWork, subscription: Subscription, plan: Plan, starts_at: datetime
) -> tuple[datetime, Anchor]:
    """When a whole period of a plan ends; one that follows on keeps its anchor."""
    zone = people.get_partner(work, subscription.partner_id).zone
    return sold_period_end(
        subscription.anchor, starts_at, length_of(plan), zone, work.now
    )


def _time_for(value: Money, price: Money, length: timedelta) -> timedelta:
    """The time that a value buys at a price for a length, rounded down.

    NothingLeft where that is none, or where the plan is free.
    """
    if not value or not price:
        raise NothingLeft
    return length * value.amount_minor // price.amount_minor


def _change_now(
    work: UnitOfWork, subscription: Subscription, offered: OfferedPlan, terms: Terms
) -> None:
    """Close what runs with what it is worth, and run on with the new product."""
    plan = offered.plan
    periods = stops.open_periods(work, subscription)
    reason = f"changed to {plan.product.name}, {plan.name}"
    stops.give_back(work, [subscription], periods, reason=reason)
    sold = OfferedPlan(plan, terms.price, is_allowed=True)
    payment = payment_for(subscription, sold, Cause.PURCHASE)
    subscription.extend(plan, terms.ends_at, terms.anchor)
    subscription.next_plan_id = None
    work.session.flush()
    period = sold_period(work, subscription, plan, payment, terms.starts_at)
    period.is_odd = terms.is_odd
    pay_for(work, period, payment)
    if terms.value > terms.price:
        wake_waiting(work, [subscription.customer_id])


def _quote(
    work: UnitOfWork,
    subscription: Subscription,
    request: QuoteChange,
    offered: OfferedPlan,
    terms: Terms,
) -> ChangeQuote:
    plan = offered.plan
    account = payer_of(subscription, offered)
    funds = funds_of(work, account)
    balance, due = funds.left(account), terms.price - terms.value
    gained, lost = _packages(work, subscription, plan)
    return ChangeQuote(
        subscription_id=subscription.id,
        plan_id=plan.id,
        way=request.way,
        product_name=plan.product.name,
        plan_name=plan.name,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        value=terms.value,
        price=terms.price,
        balance=balance,
        balance_after=balance - due,
        missing=funds.missing(account, due),
        packages_gained=gained,
        packages_lost=lost,
        renews=subscription.renews,
    )


def _anew(
    work: UnitOfWork,
    subscription: Subscription,
    request: QuoteChange,
    quote: PurchaseQuote,
) -> ChangeQuote:
    """The quote of a change of what has ended: of a purchase."""
    plan = catalog.get_plan(work, request.plan_id)
    gained, lost = _packages(work, subscription, plan)
    return ChangeQuote(
        subscription_id=subscription.id,
        plan_id=plan.id,
        way=ChangeWay.NEW_PERIOD,
        product_name=quote.product_name,
        plan_name=quote.plan_name,
        starts_at=quote.starts_at,
        ends_at=quote.ends_at,
        value=quote.refunded,
        price=quote.price,
        balance=quote.balance,
        balance_after=quote.balance_after,
        missing=quote.missing,
        packages_gained=gained,
        packages_lost=lost,
        renews=subscription.renews,
    )


def _packages(
    work: UnitOfWork, subscription: Subscription, plan: Plan
) -> tuple[list[str], list[str]]:
    """The names of packages that a change brings, and of those that go with it."""
    before = catalog.get_plan(work, subscription.plan_id).product.package_ids
    after = plan.product.package_ids
    return (
        package_names(work, set(after) - set(before)),
        package_names(work, set(before) - set(after)),
    )
