"""What can be asked of subscriptions."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from billing.catalog import operations as catalog
from billing.catalog.offers import offer_of, refuse_customer, refuse_own_purchase
from billing.documents import operations as documents
from billing.people import operations as people
from billing.people.models import CustomerCopy, UserCopy
from billing.subscriptions import stops
from billing.subscriptions.finding import find_subscription, lock_subscription
from billing.subscriptions.models import RenewalSwitch, Subscription
from billing.subscriptions.orders import (
    AfterwardsOnly,
    OrderSale,
    ended_users,
    let_end,
    let_renew,
    reverse_for_order,
    start_for_order,
)
from billing.subscriptions.resuming import bring_back
from billing.subscriptions.sales import (
    add_period,
    check_currency,
    check_on_sale,
    check_trial,
    find_last,
    find_last_of,
    goes_to,
    payment_for,
    refuse_suspended,
    starts_over,
)
from billing.subscriptions.views import announce, announce_all, view_of
from billing.subscriptions.waiting import wake_waiting
from billing.wallets import operations as wallets
from billing.wallets.closing import settle
from billing.wallets.models import Wallet
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.refusals import UserNotFound
from lineup.contracts.accounts.tree import Status
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.refusals import NotActive
from lineup.contracts.billing.subscriptions import (
    GetRenewal,
    GetSubscription,
    Purchase,
    QuoteStop,
    RenewalView,
    StopReceipt,
    StopSubscription,
    SubscriptionState,
    SubscriptionView,
    SwitchRenewal,
)
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.verbs import handles

__all__ = [
    "AfterwardsOnly",
    "OrderSale",
    "bring_back",
    "ended_users",
    "get_renewal",
    "get_subscription",
    "last_products",
    "let_end",
    "let_renew",
    "purchase",
    "quote_stop",
    "reverse_for_order",
    "start_for_order",
    "stop_subscription",
    "switch_renewal",
]


@handles(Purchase)
def purchase(work: UnitOfWork, request: Purchase) -> SubscriptionView:
    """Buy a period from the customer's balance, or with its seller's Credits.

    A running user is renewed; a trial of another product gives way. Counted from now
    while running, what was left is given back as by a stop and a new subscription
    begins. InsufficientBalance, PlanRetired, SubscriptionSuspended,
    PlanNotAllowed, OtherProductRunning, PeriodOver, TrialUsed, PartnerUnavailable;
    NotFound outside the scope.
    """
    user = people.get_user(work, request.user_id)
    plan = catalog.get_plan_of_partner(work, request.plan_id, user.partner_id)
    people.refuse_unserved(work, user.partner_id)
    if people.lock_customer(work, user.customer_id).is_gone:
        raise UserNotFound
    offered = offer_of(work, user.scope).sold(plan)
    refuse_own_purchase(work, offered)
    check_currency(work, offered)
    check_trial(work, user, plan)
    last = find_last(work, user.id)
    check_on_sale(work, plan, last)
    refuse_suspended(last)
    if last is not None and starts_over(work, last, plan, request.count_from):
        stops.stop(work, last, reason="bought anew from now")
    subscription, starts_at = goes_to(work, user, plan, last, request.count_from)
    payment = payment_for(subscription, offered, Cause.PURCHASE)
    add_period(work, subscription, plan, payment, starts_at)
    announce(work, subscription)
    return view_of(work, subscription)


@handles(StopSubscription)
def stop_subscription(work: UnitOfWork, request: StopSubscription) -> StopReceipt:
    """Stop a running subscription and return the unused part."""
    customer, subscription = lock_subscription(work, request.subscription_id)
    receipt = stops.stop(work, subscription, reason=request.reason.strip())
    settle(work, [customer])
    return receipt


@handles(QuoteStop)
def quote_stop(work: UnitOfWork, request: QuoteStop) -> StopReceipt:
    """What stopping now would return; NotActive for what is not running."""
    subscription = find_subscription(work, request.subscription_id)
    if not subscription.is_running(work.now):
        raise NotActive
    return stops.quoted(work, subscription)


@handles(SwitchRenewal, changes=GetRenewal)
def switch_renewal(work: UnitOfWork, request: SwitchRenewal) -> RenewalView:
    """Turn a user's automatic renewal on or off; kept for its next subscription.

    SoldBySeller where a customer would spend its seller's Credits.
    """
    user = people.get_user(work, request.user_id)
    if request.renews:
        refuse_customer(work, user.scope)
    people.lock_customer(work, user.customer_id)
    values = {"renews": request.renews, "changed_at": work.now}
    work.session.execute(
        insert(RenewalSwitch)
        .values(user_id=user.id, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )
    last = find_last(work, user.id)
    if last is not None and last.state != SubscriptionState.STOPPED:
        last.switch(request.renews, work.now)
        announce(work, last)
    return RenewalView(user_id=user.id, renews=request.renews)


def last_products(work: UnitOfWork, user_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The product that each user has, or had last; who never had one is left out."""
    statement = (
        select(Subscription.user_id, Subscription.product_id)
        .where(Subscription.user_id.in_(user_ids))
        .order_by(Subscription.id)
    )
    return dict(work.session.execute(statement).all())


@handles(GetRenewal, row=UserCopy)
def get_renewal(work: UnitOfWork, request: GetRenewal) -> RenewalView:
    """Whether a user renews by itself."""
    user = people.get_user(work, request.user_id)
    statement = select(RenewalSwitch.renews).where(RenewalSwitch.user_id == user.id)
    renews = work.session.scalar(statement) or False
    return RenewalView(user_id=user.id, renews=renews)


@handles(GetSubscription)
def get_subscription(work: UnitOfWork, request: GetSubscription) -> SubscriptionView:
    """One subscription in the actor's scope."""
    return view_of(work, find_subscription(work, request.subscription_id))


def follow_customers(work: UnitOfWork, states: Sequence[CustomerChanged]) -> None:
    """Keep the copies of customers; what they have lies where they now lie.

    The money of those that were deleted is paid out or written off, as was asked.
    """
    news = people.upsert_customers(work, states)
    if not news:
        return
    if _lies_elsewhere(work, news):
        _move_to_scope(work, Subscription.customer_id, CustomerCopy, news)
        wallets.move_to_scope(work, news)
        documents.move_to_scope(work, news)
    gone = {state.id for state in states if state.status is Status.DELETED} & news
    if gone:
        settle(work, people.to_settle(work, gone))


def follow_users(work: UnitOfWork, states: Sequence[UserChanged]) -> None:
    """Keep the copies of users; those that were deleted stop, with their refunds
    unless they forfeit them.
    """
    news = people.upsert_users(work, states)
    told = {state.id: state for state in states if state.id in news}
    bought = _who_bought(work, told) if told else ()
    if not bought:
        return
    people.lock_customers(work, {told[user_id].customer_id for user_id in bought})
    _move_to_scope(work, Subscription.user_id, UserCopy, bought)
    deleted = [told[one] for one in bought if told[one].status is Status.DELETED]
    if deleted:
        _end(work, deleted)


def _who_bought(work: UnitOfWork, user_ids: Collection[UUID]) -> Sequence[UUID]:
    """Those of these users that ever had a subscription."""
    bought = select(Subscription.user_id).where(Subscription.user_id.in_(user_ids))
    distinct = bought.distinct().order_by(Subscription.user_id)
    return work.session.scalars(distinct).all()


def _lies_elsewhere(work: UnitOfWork, customer_ids: Collection[UUID]) -> bool:
    """Whether anything that these customers have lies where they no longer do."""
    owners = (
        (Subscription.customer_id, Subscription.scope),
        (Wallet.owner_id, Wallet.scope),
    )
    elsewhere = (
        exists().where(owner == CustomerCopy.id, scope != CustomerCopy.scope)
        for owner, scope in owners
    )
    statement = select(CustomerCopy.id).where(
        CustomerCopy.id.in_(customer_ids), or_(*elsewhere)
    )
    return work.session.scalar(statement.limit(1)) is not None


def _move_to_scope(
    work: UnitOfWork, owner: Any, copy: Any, owner_ids: Collection[UUID]
) -> None:
    """Let subscriptions lie where the copies of these owners now do, announced where
    that is news, and tried again where they wait: another seller has other prices.
    Their customers are locked.
    """
    elsewhere = (
        select(Subscription, copy.scope)
        .join(copy, copy.id == owner)
        .where(copy.id.in_(owner_ids), Subscription.scope != copy.scope)
        .order_by(Subscription.id)
    )
    moved = work.session.execute(elsewhere).all()
    for subscription, scope in moved:
        subscription.move(scope)
    announce_all(work, [subscription for subscription, _ in moved])
    if moved:
        wake_waiting(work, {subscription.customer_id for subscription, _ in moved})


def _end(work: UnitOfWork, users: Sequence[UserChanged]) -> None:
    """Stop what deleted users have, whose customers are locked; what that gives back is
    settled with the rest of their money.
    """
    last = find_last_of(work, [user.id for user in users])
    running = {
        is_forfeited: [
            last[user.id]
            for user in users
            if user.forfeits is is_forfeited and last[user.id].is_running(work.now)
        ]
        for is_forfeited in (True, False)
    }
    stops.stop_without_refund(work, running[True], reason="the seller was deleted")
    stops.stop_all(work, running[False], reason="the user was deleted")
    settle(work, people.to_settle(work, {user.customer_id for user in users}))


def _stop_running(work: UnitOfWork, user_id: UUID, *, reason: str) -> None:
    last = find_last(work, user_id)
    if last is not None and last.is_running(work.now):
        stops.stop(work, last, reason=reason)
