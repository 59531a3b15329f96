"""Automatic renewal: who is due, who can be paid, in which order.

Customers are claimed with SKIP LOCKED and taken whole, so that every copy of the
service may run this at any time and the order within a balance still holds: the
earliest end first, then the older user.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, select

from billing.catalog import operations as catalog
from billing.catalog.offers import OfferedPlan, offers_of
from billing.people import operations as people
from billing.people.models import CustomerCopy
from billing.subscriptions.models import Period, Subscription
from billing.subscriptions.notices import announce_blocked, announce_shortfall
from billing.subscriptions.obstacles import PUT_OFF, obstacle_of
from billing.subscriptions.renewal_set import RenewalSet
from billing.subscriptions.row_by_row import (
    is_away,
    is_lost_race,
    is_not_put_off,
    run_each,
)
from billing.subscriptions.sales import Payment, payment_for, period_of
from billing.subscriptions.suspensions import lift_paid
from billing.subscriptions.terms import automatic_start
from billing.subscriptions.views import announce_all
from billing.subscriptions.waiting import LEAD, wake_waiting
from billing.wallets import corrections
from billing.wallets import operations as wallets
from billing.wallets.bookings import booked
from billing.wallets.funds import lock_funds
from billing.wallets.movements import Movement
from billing.wallets.posting import transfer_all
from lineup.contracts.billing.wallets import Booked, Cause, CorrectBooking, TopUp
from lineup.database import Database, UnitOfWork
from lineup.verbs import handles

log = structlog.get_logger(__name__)

Claim = Callable[[UnitOfWork], Sequence[UUID]]
"""Locks customers, and tells which."""

CHUNK = 500
"""Customers of one transaction, at most: some 0.15 s of one core with three renewals
each. Their purchases wait for it."""
FEWEST, FIRST = 50, 100
HELD_SECONDS = 0.2
"""How long those purchases may wait: who takes longer takes fewer customers at once."""
COPIES = 2
"""How many copies of the service find work of their own at the same time."""
TRIES = 3
"""How often a set that lost a race, as by a deadlock, is tried before it is halved."""
USERS = 4
"""How many users of a customer are due together, as a rule."""


class Round:
    """One transaction's renewals, decided one by one, in order, and booked in one go.

    Of a single customer, or of what raised in a set (see `renewal_set`).
    """

    def __init__(self, work: UnitOfWork, due: Sequence[Subscription]) -> None:
        self._work = work
        self._plans = catalog.get_plans(work, {one.renewal_plan_id for one in due})
        self._offers = offers_of(work, {one.scope for one in due})
        self._inactive = people.inactive_users(work, {one.user_id for one in due})
        partners = people.get_partners(work, {one.partner_id for one in due})
        self._partners = {one.id: one for one in partners}
        payments = [self._payment(one) for one in due]
        self._funds = lock_funds(work, [payment.payer for payment in payments])
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
        return payment_for(subscription, self._offered(subscription), Cause.RENEWAL)

    def _offered(self, subscription: Subscription) -> OfferedPlan:
        plan = self._plans[subscription.renewal_plan_id]
        return self._offers[subscription.scope].of(plan)

    def _consider(self, subscription: Subscription, payment: Payment) -> None:
        """Renew, or leave as it is and let it wait."""
        reason = self._obstacle(subscription)
        if reason == PUT_OFF:
            return  # it is due still, and has its turn when that is over
        if reason:
            subscription.wait_for_money()
            log.info("renewal_skipped", subscription=subscription.id, reason=reason)
            announce_blocked(self._work, subscription, reason)
        elif self._funds.take(payment.payer, payment.amount):
            self._renew(subscription, payment)
        else:
            subscription.wait_for_money()
            announce_shortfall(
                self._work,
                subscription,
                price=payment.amount,
                balance=self._funds.left(payment.payer),
                missing=self._funds.missing(payment.payer, payment.amount),
                seller_id=payment.seller_id,
            )

    def _renew(self, subscription: Subscription, payment: Payment) -> None:
        plan = self._plans[subscription.renewal_plan_id]
        starts_at = automatic_start(subscription.ends_at, self._work.now)
        period = period_of(self._work, subscription, plan, payment, starts_at)
        self._renewed.append((subscription, period))
        if payment.amount:
            self._movements.append((period, payment.movement()))

    def _obstacle(self, subscription: Subscription) -> str:
        is_inactive = subscription.user_id in self._inactive
        return obstacle_of(
            subscription,
            self._offered(subscription),
            self._work.now,
            is_inactive=is_inactive,
            partner=self._partners.get(subscription.partner_id),
        )


@handles(TopUp)
def top_up(work: UnitOfWork, request: TopUp) -> Booked:
    """Put money on a balance; users that wait for it go on at once.

    What was suspended for non-payment is lifted, and what is due is renewed.
    """
    customer = people.lock_customer_in_scope(work, request.customer_id)
    posted = wallets.book_top_up(work, customer, request)
    lift_paid(work, customer.id)
    _renew_waiting(work, customer)
    return booked(work, customer, posted)


@handles(CorrectBooking)
def correct_booking(work: UnitOfWork, request: CorrectBooking) -> Booked:
    """Undo a booking; where money comes back, users that wait for it are renewed."""
    customer, posted = corrections.correct_booking(work, request)
    _renew_waiting(work, customer)
    return booked(work, customer, posted)


def _renew_waiting(work: UnitOfWork, customer: CustomerCopy) -> None:
    """Renew who waits for money. What raises is left to the timer: the money is in."""
    if wake_waiting(work, [customer.id]):
        work.session.flush()
        try:
            with work.session.begin_nested():
                renew_customers(work, [customer.id])
        except Exception:
            log.exception("renewal_failed", customer=customer.id)


def renew_all(database: Database) -> int:
    """Renew all that is due, chunk by chunk; how many customers were looked at."""
    total, most = 0, FIRST
    begun = time.monotonic()
    while customers := _renew_chunk(database, most):
        total += customers
        now = time.monotonic()
        most, begun = next_chunk(customers, now - begun), now
    return total


def next_chunk(customers: int, seconds: float) -> int:
    """How many customers to take at once, where so many took so long."""
    fitting = int(customers * min(2.0, HELD_SECONDS / seconds))
    return min(CHUNK, max(FEWEST, fitting))


def renew_due(work: UnitOfWork, *, limit: int = CHUNK) -> int:
    """Renew what is due of customers nobody else is at; how many those were."""
    customers = _claim(work, limit)
    if customers:
        RenewalSet(work, customers).renew()
    return len(customers)


def renew_customers(work: UnitOfWork, customer_ids: Sequence[UUID]) -> None:
    """Renew what is due of these customers, whose locks the caller holds."""
    Round(work, _due(work, customer_ids)).book()


def _renew_chunk(database: Database, most: int) -> int:
    return _renew_claimed(database, lambda work: _claim(work, most))


def _renew_claimed(database: Database, claim: Claim, *, tries: int = TRIES) -> int:
    """Renew what is due of the customers claimed; how many those were.

    A set that lost a race is tried again whole, one that raises otherwise is halved
    until who raises is alone. A database that cannot be reached is nobody's fault and
    rises.
    """
    customers: list[UUID] = []
    try:
        with database.transaction() as work:
            customers += claim(work)
            odd = RenewalSet(work, customers).renew() if customers else []
    except Exception as error:
        if not customers or is_away(error):
            raise
        why = str(getattr(error, "orig", error))
        log.warning("renewal_set_failed", customers=len(customers), error=why)
        if is_lost_race(error) and tries > 1:
            again = partial(_claim_of, customers)
            _renew_claimed(database, again, tries=tries - 1)
        else:
            _renew_halves(database, customers)
    else:
        run_each(database, odd, _renew_one, work_name="renewals")
    return len(customers)


def _renew_halves(database: Database, customer_ids: Sequence[UUID]) -> None:
    """Renew the halves of a set that raised; a single customer's users one by one."""
    if len(customer_ids) == 1:
        with database.transaction() as work:
            due = work.session.scalars(_due_of(work, customer_ids, Subscription.id))
            subscription_ids = due.all()
        run_each(database, subscription_ids, _renew_one, work_name="renewals")
        return
    middle = len(customer_ids) // 2
    for half in (customer_ids[:middle], customer_ids[middle:]):
        _renew_claimed(database, partial(_claim_of, half))


def _renew_one(work: UnitOfWork, subscription_id: UUID) -> None:
    """Renew one subscription if it is due still; its customer is locked."""
    due = Subscription.renewal_due_at <= work.now + LEAD
    statement = select(Subscription).where(Subscription.id == subscription_id, due)
    Round(work, work.session.scalars(statement).all()).book()
    work.session.flush()


def _claim(work: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Lock customers with something due that nobody else is at."""
    first = (
        select(Subscription.customer_id)
        .where(*_is_due(work))
        .order_by(Subscription.renewal_due_at)
        .limit(limit * USERS * COPIES)
    )
    return people.claim_customers(work, first, limit=limit)


def _claim_of(customer_ids: Sequence[UUID], work: UnitOfWork) -> Sequence[UUID]:
    """Lock those of these customers that nobody else is at."""
    chosen = select(CustomerCopy.id).where(CustomerCopy.id.in_(customer_ids))
    return people.claim_customers(work, chosen, limit=len(customer_ids))


def _due(work: UnitOfWork, customer_ids: Sequence[UUID]) -> Sequence[Subscription]:
    statement = _due_of(work, customer_ids, Subscription)
    fresh = statement.execution_options(populate_existing=True)
    return work.session.scalars(fresh).all()


def _due_of(work: UnitOfWork, customer_ids: Sequence[UUID], what: Any) -> Select[Any]:
    """What is due of customers, the earliest end first, then the older user."""
    statement: Select[Any] = select(what)
    return statement.where(
        Subscription.customer_id.in_(customer_ids), *_is_due(work)
    ).order_by(Subscription.ends_at, Subscription.user_id)


def _is_due(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    """Due now; what is of a partner that is away stays due until it comes back."""
    return (
        Subscription.renewal_due_at <= work.now + LEAD,
        is_not_put_off(work.now),
        people.is_served(Subscription.partner_id),
    )
