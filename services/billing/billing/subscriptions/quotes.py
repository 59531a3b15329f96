"""What a purchase would cost and give, told before anybody pays."""

from datetime import datetime

from billing.catalog import operations as catalog
from billing.catalog.models import Plan
from billing.catalog.offers import OfferedPlan, offer_of, refuse_own_purchase
from billing.people import operations as people
from billing.people.models import UserCopy
from billing.subscriptions import stops
from billing.subscriptions.models import Subscription
from billing.subscriptions.sales import (
    check_currency,
    check_on_sale,
    check_trial,
    find_last,
    length_of,
    payer_of,
    refuse_suspended,
    runs_on,
    starts_over,
)
from billing.subscriptions.terms import (
    Anchor,
    renewal_start,
    sold_period_end,
)
from billing.wallets.funds import funds_of
from lineup.contracts.billing.subscriptions import (
    PurchaseQuote,
    QuotePurchase,
)
from lineup.database import UnitOfWork
from lineup.money import Money
from lineup.verbs import handles


@handles(QuotePurchase)
def quote_purchase(work: UnitOfWork, request: QuotePurchase) -> PurchaseQuote:
    """What `purchase` would do at this instant; it refuses as that would.

    Only too small a balance is told instead of refused, so that it can be shown.
    """
    user = people.get_user(work, request.user_id)
    plan = catalog.get_plan_of_partner(work, request.plan_id, user.partner_id)
    people.refuse_unserved(work, user.partner_id)
    offered = offer_of(work, user.scope).sold(plan)
    refuse_own_purchase(work, offered)
    check_currency(work, offered)
    check_trial(work, user, plan)
    last = find_last(work, user.id)
    check_on_sale(work, plan, last)
    refuse_suspended(last)
    refunded = Money.zero(offered.price.asset)
    if last and starts_over(work, last, plan, request.count_from):
        refunded, last = stops.returned_to(work, last, offered), None
    goes_on = runs_on(last, plan, work.now)
    starts_at = work.now
    if goes_on is not None:
        starts_at = renewal_start(request.count_from, goes_on.ends_at, work.now)
    ends_at = _end(work, user, plan, goes_on, starts_at)
    span = (starts_at, ends_at)
    return _quote(work, user, offered, span, refunded, goes_on)


def _end(
    work: UnitOfWork,
    user: UserCopy,
    plan: Plan,
    goes_on: Subscription | None,
    starts_at: datetime,
) -> datetime:
    zone = people.get_partner(work, user.partner_id).zone
    anchor = goes_on.anchor if goes_on is not None else Anchor(at=starts_at)
    ends_at, _ = sold_period_end(anchor, starts_at, length_of(plan), zone, work.now)
    return ends_at


def _quote(
    work: UnitOfWork,
    user: UserCopy,
    offered: OfferedPlan,
    span: tuple[datetime, datetime],
    refunded: Money,
    goes_on: Subscription | None,
) -> PurchaseQuote:
    plan, price = offered.plan, offered.price
    account = payer_of(user, offered)
    funds = funds_of(work, account)
    balance = funds.left(account)
    return PurchaseQuote(
        user_id=user.id,
        plan_id=plan.id,
        product_name=plan.product.name,
        plan_name=plan.name,
        price=price,
        starts_at=span[0],
        ends_at=span[1],
        refunded=refunded,
        balance=balance,
        balance_after=balance + refunded - price,
        missing=funds.missing(account, price - refunded),
        is_renewal=goes_on is not None,
    )
