"""Checking the books: what the ledger promises, asked of the tables themselves."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select

from billing.wallets.models import KEEPS_BALANCE, Entry, Transfer, Wallet
from lineup.contracts.billing.wallets import CheckLedger, LedgerReport
from lineup.database import UnitOfWork
from lineup.money import Money
from lineup.scope import in_scope, within
from lineup.verbs import handles


@handles(CheckLedger)
def check_ledger(work: UnitOfWork, _request: CheckLedger) -> LedgerReport:
    """Check every transfer and wallet in the actor's scope.

    Transfers sum to zero in each asset and have entries; a customer's balance is the
    sum of its entries and the last balance noted; versions run 1, 2, 3 … without gap.
    """
    transfers = in_scope(select(Transfer.id), Transfer, work.actor)
    entries = select(func.count()).where(Entry.transfer_id.in_(transfers))
    return LedgerReport(
        transfers=_number(work, select(func.count()).select_from(transfers.subquery())),
        entries=_number(work, entries),
        unbalanced_transfers=_unbalanced(work),
        wrong_wallets=_wrong_wallets(work),
        sums=_sums(work),
    )


def _number(work: UnitOfWork, statement: Select[int]) -> int:
    return work.session.scalar(statement) or 0


def _unbalanced(work: UnitOfWork) -> list[UUID]:
    amount = func.coalesce(func.sum(Entry.amount_minor), 0)
    statement = (
        select(Transfer.id)
        .outerjoin(Entry, Entry.transfer_id == Transfer.id)
        .outerjoin(Wallet, Wallet.id == Entry.wallet_id)
        .where(within(Transfer.scope, work.actor))
        .group_by(Transfer.id, Wallet.asset)
        .having(or_(amount != 0, func.count(Wallet.id) < 2))
        .order_by(Transfer.id)
    )
    return list(dict.fromkeys(work.session.scalars(statement)))


def _wrong_wallets(work: UnitOfWork) -> list[UUID]:
    lines = _lines(work)
    totals = (
        select(
            lines.c.wallet_id,
            func.sum(lines.c.amount_minor).label("balance"),
            func.count().label("entries"),
            func.bool_and(lines.c.is_in_order).label("is_in_order"),
        )
        .group_by(lines.c.wallet_id)
        .subquery()
    )
    statement = (
        select(Wallet.id)
        .outerjoin(totals, totals.c.wallet_id == Wallet.id)
        .where(within(Wallet.scope, work.actor), KEEPS_BALANCE, _differs(totals))
        .order_by(Wallet.id)
    )
    return list(work.session.scalars(statement))


def _differs(totals: Subquery) -> ColumnElement[bool]:
    return or_(
        Wallet.balance_minor != func.coalesce(totals.c.balance, 0),
        Wallet.version != func.coalesce(totals.c.entries, 0),
        ~func.coalesce(totals.c.is_in_order, True),
        Wallet.balance_minor < -Wallet.credit_limit_minor,
    )


def _lines(work: UnitOfWork) -> Subquery:
    """Each entry of a customer's wallet, and whether it follows the one before."""
    turn: dict[str, Any] = {
        "partition_by": Entry.wallet_id,
        "order_by": Entry.wallet_version,
    }
    balance = func.sum(Entry.amount_minor).over(**turn, rows=(None, 0))
    is_in_order = and_(
        Entry.wallet_version.is_not_distinct_from(func.row_number().over(**turn)),
        Entry.balance_after_minor.is_not_distinct_from(balance),
    )
    return (
        select(Entry.wallet_id, Entry.amount_minor, is_in_order.label("is_in_order"))
        .join(Wallet, Wallet.id == Entry.wallet_id)
        .where(within(Wallet.scope, work.actor), KEEPS_BALANCE)
        .subquery()
    )


def _sums(work: UnitOfWork) -> list[Money]:
    statement = (
        select(Wallet.asset, func.sum(Entry.amount_minor))
        .join(Wallet, Wallet.id == Entry.wallet_id)
        .where(within(Wallet.scope, work.actor))
        .group_by(Wallet.asset)
        .order_by(Wallet.asset)
    )
    return [
        Money(int(total), asset) for asset, total in work.session.execute(statement)
    ]
