"""What a purchase would cost and give, told before anybody pays."""

from datetime import datetime

from billing.catalog import operations as catalog
from billing.catalog.models import Plan
from billing.people import operations as people
from billing.people.models import UserCopy
from billing.subscriptions import stops
from billing.subscriptions.models import Subscription
from billing.subscriptions.sales import (
    OtherProductRunning,
    PeriodOver,
    check_trial,
    find_last,
    length_of,
)
from billing.subscriptions.terms import Anchor, next_period_end, renewal_start
from billing.wallets import operations as wallets
from lineup.contracts.billing import (
    CountFrom,
    PurchaseQuote,
    QuotePurchase,
    SubscriptionState,
)
from lineup.database import Work
from lineup.money import Money


def quote_purchase(work: Work, request: QuotePurchase) -> PurchaseQuote:
    """What `purchase` would do at this instant; it refuses as that would.

    Only too small a balance is told instead of refused, so that it can be shown.
    """
    user = people.get_user(work, request.user_id)
    plan = catalog.get_plan_on_sale(work, request.plan_id, user.partner_id)
    check_trial(work, user, plan)
    last = find_last(work, user.id)
    refunded = _given_back(work, last, plan, request.count_from)
    goes_on = _goes_on(work, last, plan, request.count_from)
    starts_at = work.now
    if goes_on is not None:
        starts_at = renewal_start(request.count_from, goes_on.ends_at, work.now)
    ends_at = _end(work, user, plan, goes_on, starts_at)
    return _quote(work, user, plan, (starts_at, ends_at), refunded, goes_on)


def _given_back(
    work: Work, last: Subscription | None, plan: Plan, count_from: CountFrom
) -> Money:
    """What runs is stopped where the new period counts from now."""
    if count_from is CountFrom.NOW and last and last.is_running(work.now):
        return stops.quoted(work, last).refunded
    return Money.zero(plan.asset)


def _goes_on(
    work: Work, last: Subscription | None, plan: Plan, count_from: CountFrom
) -> Subscription | None:
    """The subscription that would run on; None: a new one begins."""
    if last is None or last.state == SubscriptionState.STOPPED:
        return None
    is_running = last.is_running(work.now)
    if is_running and count_from is CountFrom.NOW:
        return None
    if last.product_id == plan.product_id:
        return last
    if is_running:
        raise OtherProductRunning
    return None


def _end(
    work: Work,
    user: UserCopy,
    plan: Plan,
    goes_on: Subscription | None,
    starts_at: datetime,
) -> datetime:
    zone = people.get_partner(work, user.partner_id).zone
    anchor = Anchor(at=starts_at)
    if goes_on is not None:
        anchor = Anchor(at=goes_on.anchor_at, months=goes_on.anchor_months)
    ends_at, _ = next_period_end(anchor, starts_at, length_of(plan), zone)
    if ends_at <= work.now:
        raise PeriodOver
    return ends_at


def _quote(
    work: Work,
    user: UserCopy,
    plan: Plan,
    span: tuple[datetime, datetime],
    refunded: Money,
    goes_on: Subscription | None,
) -> PurchaseQuote:
    account = wallets.account_of(work, user.customer_id)
    balance = wallets.balance_of(work, account)
    after = balance + refunded - plan.price
    return PurchaseQuote(
        user_id=user.id,
        plan_id=plan.id,
        product_name=plan.product.name,
        plan_name=plan.name,
        price=plan.price,
        starts_at=span[0],
        ends_at=span[1],
        refunded=refunded,
        balance=balance,
        balance_after=after,
        missing=max(-after, Money.zero(plan.asset)),
        is_renewal=goes_on is not None,
    )
