"""Every user of a customer with its renewal switch, and what those cost."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from billing.catalog import operations as catalog
from billing.catalog.offers import (
    OfferedPlan,
    is_sold_by_seller,
    offers_of,
    seen_by,
)
from billing.people import operations as people
from billing.people.models import CustomerCopy, UserCopy
from billing.sellers.accounts import credits_above
from billing.subscriptions.models import RenewalSwitch, Subscription
from billing.subscriptions.obstacles import obstacle_of
from billing.subscriptions.views import plan_ids_of
from billing.subscriptions.waiting import partners_of
from billing.wallets import operations as wallets
from billing.wallets.funds import funds_of
from billing.wallets.movements import Account
from lineup.context import Role
from lineup.contracts.billing.subscriptions import (
    GetRenewalOverview,
    RenewalLine,
    RenewalOverview,
)
from lineup.database import UnitOfWork
from lineup.money import Money
from lineup.verbs import handles


@handles(GetRenewalOverview)
def get_renewal_overview(
    work: UnitOfWork, request: GetRenewalOverview
) -> RenewalOverview:
    """All users of a customer; the total is of those that would renew by themselves."""
    customer = people.get_customer(work, request.customer_id)
    account = payer_of_renewals(work, customer)
    funds = funds_of(work, account)
    users = people.users_of(work, request.customer_id)
    lines = _lines(work, users)
    due = _total((line.price for line in lines if line.is_due), account.asset)
    return RenewalOverview(
        customer_id=request.customer_id,
        lines=lines,
        due=due,
        balance=funds.left(account),
        missing=funds.missing(account, due),
    )


def payer_of_renewals(work: UnitOfWork, customer: CustomerCopy) -> Account:
    """What pays for a customer's renewals; the customer itself sees its own balance."""
    is_own = work.actor.role is Role.CUSTOMER
    if not is_own and is_sold_by_seller(work, customer.scope):
        return credits_above(customer.partner_id, customer.scope)
    return wallets.balance_account(work, customer)


def _total(prices: Iterable[Money | None], asset: str) -> Money:
    return sum((price for price in prices if price), Money.zero(asset))


def _lines(work: UnitOfWork, users: Sequence[UserCopy]) -> list[RenewalLine]:
    ids = [user.id for user in users]
    newest = newest_of(work, ids)
    switches = _switches(work, ids)
    plans = catalog.get_plans(work, plan_ids_of(newest.values()))
    inactive = people.inactive_users(work, ids)
    partners = partners_of(work, newest.values())
    offers = offers_of(work, {one.scope for one in newest.values()})
    lines = []
    for user in users:
        last, renews = newest.get(user.id), switches.get(user.id, False)
        if last is None:
            lines.append(_bare_line(user, renews))
        else:
            offered = offers[last.scope].of(plans[last.renewal_plan_id])
            obstacle = obstacle_of(
                last,
                offered,
                work.now,
                is_inactive=user.id in inactive,
                is_switched_on=renews,
                partner=partners.get(last.partner_id),
            )
            lines.append(_line(work, user, last, offered, renews, obstacle))
    return lines


def newest_of(work: UnitOfWork, user_ids: Sequence[UUID]) -> dict[UUID, Subscription]:
    """The newest subscription of each user, whatever its state."""
    statement = (
        select(Subscription)
        .where(Subscription.user_id.in_(user_ids))
        .order_by(Subscription.user_id, Subscription.id.desc())
        .ext(distinct_on(Subscription.user_id))
    )
    return {one.user_id: one for one in work.session.scalars(statement)}


def _switches(work: UnitOfWork, user_ids: Sequence[UUID]) -> dict[UUID, bool]:
    statement = select(RenewalSwitch.user_id, RenewalSwitch.renews).where(
        RenewalSwitch.user_id.in_(user_ids)
    )
    return {row.user_id: row.renews for row in work.session.execute(statement)}


def _bare_line(user: UserCopy, renews: bool) -> RenewalLine:  # noqa: FBT001
    return RenewalLine(
        user_id=user.id,
        user_name=user.name,
        renews=renews,
        subscription_id=None,
        product_name="",
        plan_name="",
        state=None,
        ends_at=None,
        price=None,
        is_due=False,
        obstacle="over" if renews else "",
    )


def _line(
    work: UnitOfWork,
    user: UserCopy,
    last: Subscription,
    offered: OfferedPlan,
    renews: bool,  # noqa: FBT001
    obstacle: str,
) -> RenewalLine:
    plan = catalog.get_plan(work, last.plan_id)
    return RenewalLine(
        user_id=user.id,
        user_name=user.name,
        renews=renews,
        subscription_id=last.id,
        product_name=plan.product.name,
        plan_name=plan.name,
        state=last.state_at(work.now),
        ends_at=last.ends_at,
        price=seen_by(work, offered.price, offered.plan),
        is_due=renews and not obstacle,
        obstacle=obstacle,
        is_suspended=last.is_suspended,
    )
