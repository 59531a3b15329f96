"""All users of a customer are renewed by hand: the total first, then all or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.catalog import operations as catalog
from billing.catalog.offers import OfferedPlan, offers_of, refuse_customer
from billing.people import operations as people
from billing.people.models import CustomerCopy, UserCopy
from billing.subscriptions.models import Subscription
from billing.subscriptions.obstacles import bar_of
from billing.subscriptions.overview import newest_of, payer_of_renewals
from billing.subscriptions.sales import (
    add_period,
    check_currency,
    length_of,
    payment_for,
)
from billing.subscriptions.terms import renewal_start, sold_period_end
from billing.subscriptions.views import announce_all, plan_ids_of
from billing.wallets.funds import funds_of
from lineup.contracts.accounts.refusals import CustomerNotFound
from lineup.contracts.billing.refusals import TotalChanged
from lineup.contracts.billing.renewing import (
    QuoteUserRenewals,
    RenewUsers,
    UserRenewal,
    UserRenewals,
)
from lineup.contracts.billing.subscriptions import CountFrom, SubscriptionState
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.money import Money
from lineup.verbs import handles


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a user has, and what one more period of it costs and gives."""

    user: UserCopy
    subscription: Subscription
    offered: OfferedPlan
    starts_at: datetime
    ends_at: datetime
    obstacle: str


@handles(QuoteUserRenewals)
def quote_user_renewals(work: UnitOfWork, request: QuoteUserRenewals) -> UserRenewals:
    """What `renew_users` would do at this instant; nothing is locked."""
    customer = people.get_customer(work, request.customer_id)
    refuse_customer(work, customer.scope)
    return _quoted(work, customer, _lines(work, customer))


@handles(RenewUsers)
def renew_users(work: UnitOfWork, request: RenewUsers) -> UserRenewals:
    """One more period for all users that nothing stands against, as by a purchase.

    TotalChanged where it would cost something else than was shown,
    InsufficientBalance, and nothing is renewed then.
    """
    customer = people.lock_customer_in_scope(work, request.customer_id)
    if customer.is_gone:
        raise CustomerNotFound
    refuse_customer(work, customer.scope)
    lines = _lines(work, customer)
    quoted = _quoted(work, customer, lines)
    if quoted.total != request.total:
        raise TotalChanged(details={"total": str(quoted.total)})
    people.refuse_unserved(work, customer.partner_id)
    renewed = [_renew(work, line) for line in lines if not line.obstacle]
    announce_all(work, renewed)
    return quoted


def _renew(work: UnitOfWork, line: Line) -> Subscription:
    check_currency(work, line.offered)
    payment = payment_for(line.subscription, line.offered, Cause.PURCHASE)
    add_period(work, line.subscription, line.offered.plan, payment, line.starts_at)
    return line.subscription


def _lines(work: UnitOfWork, customer: CustomerCopy) -> list[Line]:
    """What each user that ever had a subscription would get, the older user first."""
    users = people.users_of(work, customer.id)
    newest = newest_of(work, [user.id for user in users])
    plans = catalog.get_plans(work, plan_ids_of(newest.values()))
    offers = offers_of(work, {one.scope for one in newest.values()})
    inactive = people.inactive_users(work, newest.keys())
    zone = people.get_partner(work, customer.partner_id).zone
    lines = []
    for user in users:
        last = newest.get(user.id)
        if last is None:
            continue
        # A change that is noted for the end waits for it.
        is_running = last.is_running(work.now)
        plan = plans[last.plan_id if is_running else last.renewal_plan_id]
        offered = offers[last.scope].of(plan)
        starts_at = renewal_start(CountFrom.AUTO, last.ends_at, work.now)
        ends_at, _ = sold_period_end(
            last.anchor, starts_at, length_of(plan), zone, work.now
        )
        lines.append(
            Line(
                user=user,
                subscription=last,
                offered=offered,
                starts_at=starts_at,
                ends_at=ends_at,
                obstacle=_obstacle(
                    last, offered, work.now, is_inactive=user.id in inactive
                ),
            )
        )
    return lines


def _obstacle(
    last: Subscription, offered: OfferedPlan, now: datetime, *, is_inactive: bool
) -> str:
    """Why a user is left out; empty where nothing is in the way."""
    if last.state == SubscriptionState.STOPPED:
        return "stopped"
    return bar_of(last, offered, now, is_inactive=is_inactive)


def _quoted(
    work: UnitOfWork, customer: CustomerCopy, lines: Sequence[Line]
) -> UserRenewals:
    account = payer_of_renewals(work, customer)
    funds = funds_of(work, account)
    prices = (line.offered.price for line in lines if not line.obstacle)
    total = sum(prices, Money.zero(account.asset))
    balance = funds.left(account)
    return UserRenewals(
        customer_id=customer.id,
        lines=[_line_view(line) for line in lines],
        total=total,
        balance=balance,
        balance_after=balance - total,
        missing=funds.missing(account, total),
    )


def _line_view(line: Line) -> UserRenewal:
    plan = line.offered.plan
    return UserRenewal(
        user_id=line.user.id,
        user_name=line.user.name,
        subscription_id=line.subscription.id,
        product_name=plan.product.name,
        plan_name=plan.name,
        price=line.offered.price,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        obstacle=line.obstacle,
    )
