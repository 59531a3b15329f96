"""Automatic renewal: who is due, who can be paid, in which order (SU-03..SU-05, SU-23).

Customers are claimed with SKIP LOCKED and taken whole, so that every copy of the
service may run this at any time and the order within a balance still holds: the
earliest end first, then the older user.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from billing.catalog import operations as catalog
from billing.people import operations as people
from billing.subscriptions.models import Period, Subscription
from billing.subscriptions.sales import Payment, from_balance, period_of
from billing.subscriptions.terms import automatic_start
from billing.subscriptions.views import announce_all
from billing.subscriptions.waiting import LEAD, wake_waiting
from billing.wallets import operations as wallets
from billing.wallets.funds import hold_funds
from billing.wallets.models import Cause
from billing.wallets.movements import Movement
from billing.wallets.posting import transfer_all
from lineup.contracts.billing import GetWallet, RenewalFellShort, TopUp, WalletView
from lineup.database import Database, Work
from lineup.money import Money

log = structlog.get_logger(__name__)

CHUNK = 100
"""Customers of one transaction: few enough not to keep a purchase waiting."""
COPIES = 4
"""How many copies of the service find work of their own at the same time."""
POSTPONED = timedelta(hours=1)
"""How long a customer whose renewal failed for a reason of ours is left alone."""


class Round:
    """One transaction's renewals, decided in order and booked in one go."""

    def __init__(self, work: Work, due: Sequence[Subscription]) -> None:
        self._work = work
        self._plans = catalog.get_plans(work, {one.plan_id for one in due})
        self._inactive = people.inactive_users(work, {one.user_id for one in due})
        self._partners = people.get_partners(work, {one.partner_id for one in due})
        payments = [self._payment(one) for one in due]
        self._funds = hold_funds(work, [payment.payer for payment in payments])
        self._renewed: list[tuple[Subscription, Period]] = []
        self._movements: list[tuple[Period, Movement]] = []
        for subscription, payment in zip(due, payments, strict=True):
            self._consider(subscription, payment)

    def book(self) -> None:
        """Move the money of all renewals and announce them."""
        moved = transfer_all(self._work, [movement for _, movement in self._movements])
        for (period, _), posted in zip(self._movements, moved, strict=True):
            period.transfer_id = posted.transfer_id
        self._work.session.add_all([period for _, period in self._renewed])
        announce_all(self._work, [subscription for subscription, _ in self._renewed])

    def _payment(self, subscription: Subscription) -> Payment:
        plan = self._plans[subscription.plan_id]
        return from_balance(subscription, plan, Cause.RENEWAL)

    def _consider(self, subscription: Subscription, payment: Payment) -> None:
        """Renew, or leave as it is and let it wait."""
        if (reason := self._obstacle(subscription)) is not None:
            subscription.wait_for_money()
            log.info("renewal_skipped", subscription=subscription.id, reason=reason)
        elif self._funds.take(payment.payer, payment.amount):
            self._renew(subscription, payment)
        else:
            subscription.wait_for_money()
            balance = self._funds.left(payment.payer)
            _tell_shortfall(self._work, subscription, balance)

    def _renew(self, subscription: Subscription, payment: Payment) -> None:
        plan = self._plans[subscription.plan_id]
        starts_at = automatic_start(subscription.ends_at, self._work.now)
        period = period_of(self._work, subscription, plan, payment, starts_at)
        self._renewed.append((subscription, period))
        if payment.amount:
            self._movements.append((period, payment.movement()))

    def _obstacle(self, subscription: Subscription) -> str | None:
        plan = self._plans[subscription.plan_id]
        if plan.is_retired:
            return "plan_retired"
        if plan.product.is_trial:
            return "trial"
        return "inactive" if subscription.user_id in self._inactive else None


def top_up(work: Work, request: TopUp) -> WalletView:
    """Put money on a balance; users that wait for it are renewed at once (SU-04)."""
    customer = people.get_customer(work, request.customer_id)
    people.lock_customer(work, customer.id)
    wallets.top_up(work, request)
    if wake_waiting(work, customer.id):
        work.session.flush()
        renew_customers(work, [customer.id])
    return wallets.get_wallet(work, GetWallet(customer_id=customer.id))


def renew_all(database: Database) -> int:
    """Renew all that is due, chunk by chunk; how many customers were looked at."""
    total = 0
    while customers := _renew_chunk(database):
        total += customers
    return total


def renew_due(
    work: Work,
    *,
    limit: int = CHUNK,
    renew: Callable[[Work, Sequence[UUID]], None] | None = None,
) -> int:
    """Renew what is due of customers nobody else is at; how many those were."""
    customers = _claim(work, limit)
    (renew or renew_customers)(work, customers)
    work.session.flush()
    return len(customers)


def renew_customers(work: Work, customer_ids: Sequence[UUID]) -> None:
    """Renew what is due of these customers, whose locks the caller holds."""
    due = _due(work, customer_ids)
    Round(work, due).book()


def renew_one_by_one(work: Work, customer_ids: Sequence[UUID]) -> None:
    """The same, a savepoint each: who fails is put off and hinders nobody."""
    for customer_id in customer_ids:
        try:
            with work.session.begin_nested():
                renew_customers(work, [customer_id])
        except Exception:
            log.exception("renewal_failed", customer=customer_id)
            for subscription in _due(work, [customer_id]):
                subscription.postpone(work.now + POSTPONED)


def _renew_chunk(database: Database) -> int:
    try:
        with database.transaction() as work:
            return renew_due(work)
    except Exception:
        log.exception("renewal_chunk_failed")
    with database.transaction() as work:
        return renew_due(work, renew=renew_one_by_one)


def _claim(work: Work, limit: int) -> Sequence[UUID]:
    first = (
        select(Subscription.customer_id)
        .where(Subscription.renewal_due_at <= work.now + LEAD)
        .order_by(Subscription.renewal_due_at)
        .limit(limit * COPIES)
    )
    return people.claim_customers(work, first, limit=limit)


def _due(work: Work, customer_ids: Sequence[UUID]) -> Sequence[Subscription]:
    statement = (
        select(Subscription)
        .where(
            Subscription.customer_id.in_(customer_ids),
            Subscription.renewal_due_at <= work.now + LEAD,
        )
        .order_by(Subscription.ends_at, Subscription.user_id)
        .execution_options(populate_existing=True)
    )
    return work.session.scalars(statement).all()


def _tell_shortfall(work: Work, subscription: Subscription, balance: Money) -> None:
    """Announce once for each period that the one after it could not be paid."""
    period = work.session.scalar(
        select(Period)
        .where(Period.subscription_id == subscription.id, Period.closed_at.is_(None))
        .order_by(Period.ends_at.desc())
        .limit(1)
    )
    if period is None or period.fell_short_at is not None:
        return
    period.fell_short_at = work.now
    plan = catalog.get_plan(work, subscription.plan_id)
    work.announce(
        RenewalFellShort(
            id=period.id,
            version=1,
            partner_id=subscription.partner_id,
            scope=subscription.scope,
            customer_id=subscription.customer_id,
            user_id=subscription.user_id,
            subscription_id=subscription.id,
            product_name=plan.product.name,
            ends_at=subscription.ends_at,
            price=plan.price,
            balance=balance,
            missing=plan.price - balance,
        )
    )
