"""Exceptions that people settled: kept to be told, and no longer listed."""

from collections.abc import Sequence

from sqlalchemy import select

from billing.webshops.models import OrderClosing, ShopOrderRecord
from lineup.contracts.billing.orders import ClosedException, ExceptionSettlement
from lineup.database import UnitOfWork
from lineup.ids import new_id
from lineup.impersonation import signature


def record_closing(
    work: UnitOfWork,
    order: ShopOrderRecord,
    exception: str,
    settlement: ExceptionSettlement,
    note: str,
) -> None:
    """Keep who settled an exception, how, and what was said; it is listed no more."""
    work.session.add(
        OrderClosing(
            id=new_id(),
            order_id=order.id,
            exception=exception,
            settlement=settlement,
            note=note,
            closed_by=signature(work.actor),
            closed_at=work.now,
            hides=True,
        )
    )
    work.session.flush()


def still_open(
    work: UnitOfWork, order: ShopOrderRecord, found: Sequence[str]
) -> list[str]:
    """What was found wrong with an order and that nobody settled.

    What is settled and no longer found is over: when it comes again, it is listed.
    """
    hiding = [closing for closing in _closings(work, order) if closing.hides]
    for closing in hiding:
        closing.hides = closing.exception in found
    settled = {closing.exception for closing in hiding}
    return [text for text in found if text not in settled]


def closed_exceptions_of(
    work: UnitOfWork, order: ShopOrderRecord
) -> list[ClosedException]:
    """What people settled of an order, oldest first."""
    return [
        ClosedException(
            exception=closing.exception,
            settlement=ExceptionSettlement(closing.settlement),
            note=closing.note,
            closed_by=closing.closed_by,
            closed_at=closing.closed_at,
        )
        for closing in _closings(work, order)
    ]


def _closings(work: UnitOfWork, order: ShopOrderRecord) -> Sequence[OrderClosing]:
    if order.is_unsaved:
        return []
    statement = select(OrderClosing).where(OrderClosing.order_id == order.id)
    return work.session.scalars(statement.order_by(OrderClosing.id)).all()
