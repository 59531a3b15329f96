"""Payments that extend nothing: kept, seen, and noted as returned."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from accounts.partners.models import Unmatched
from lineup.contracts.accounts.refusals import PaymentNotFound
from lineup.contracts.accounts.unmatched_payments import (
    GetUnmatchedPayment,
    ListUnmatchedPayments,
    SettleUnmatchedPayment,
    UnmatchedPayment,
    WhyUnmatched,
)
from lineup.contracts.billing.partners import PartnerPaymentReceived
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.impersonation import signature
from lineup.verbs import handles

ORDERS = {"received_at": Unmatched.received_at}


def keep_unmatched(
    work: UnitOfWork, received: PartnerPaymentReceived, reason: WhyUnmatched
) -> None:
    """Keep a payment that extends nothing, once."""
    amount = received.amount
    kept = insert(Unmatched).values(
        id=received.id,
        partner_id=received.partner_id,
        reference=received.reference,
        amount_minor=amount and amount.amount_minor,
        asset=amount and amount.asset,
        reason=reason,
        received_at=work.now,
        handled_by="",
        note="",
    )
    work.session.execute(kept.on_conflict_do_nothing())


@handles(ListUnmatchedPayments)
def list_unmatched(
    work: UnitOfWork, request: ListUnmatchedPayments
) -> Page[UnmatchedPayment]:
    """Payments that extend nothing, the newest first."""
    statement = select(Unmatched)
    if request.is_handled is not None:
        is_handled = Unmatched.handled_at.is_not(None)
        statement = statement.where(is_handled == request.is_handled)
    if request.partner_id is not None:
        statement = statement.where(Unmatched.partner_id == request.partner_id)
    return page_of(
        work.session, statement, Unmatched, request.paging, Unmatched.view, ORDERS
    )


@handles(GetUnmatchedPayment, row=Unmatched)
def get_unmatched(work: UnitOfWork, request: GetUnmatchedPayment) -> UnmatchedPayment:
    """One payment that extends nothing."""
    return _find(work, request.payment_id).view()


@handles(SettleUnmatchedPayment, changes=GetUnmatchedPayment)
def settle_unmatched(
    work: UnitOfWork, request: SettleUnmatchedPayment
) -> UnmatchedPayment:
    """Note what became of a payment's money."""
    payment = _find(work, request.payment_id)
    work.session.refresh(payment, with_for_update=True)
    payment.settle(signature(work.actor), request.note, work.now)
    return payment.view()


def _find(work: UnitOfWork, payment_id: UUID) -> Unmatched:
    payment = work.session.get(Unmatched, payment_id)
    if payment is None:
        raise PaymentNotFound
    return payment
