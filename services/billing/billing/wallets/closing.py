"""What becomes of the money of customers that were deleted."""

from collections.abc import Collection

from sqlalchemy import select

from billing.people.models import CustomerCopy
from billing.wallets.models import Wallet
from billing.wallets.movements import Account, Movement, between, cash, written_off
from billing.wallets.operations import account_at, transfer_all
from lineup.contracts.accounts.customers import BalanceSettlement
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork

CAUSES = {
    BalanceSettlement.PAY_OUT: Cause.PAYOUT,
    BalanceSettlement.WRITE_OFF: Cause.WRITE_OFF,
}


def settle(work: UnitOfWork, customers: Collection[CustomerCopy]) -> None:
    """Empty the balances of deleted customers, by transfers that say who and why.

    The caller holds the customers' locks. Whatever comes later (the refund of a stop)
    is settled when it comes; with nothing there nothing is booked. A customer deleted
    before anybody was asked what becomes of its money keeps it, to be paid out.
    """
    leaving = {
        one.id: (one, BalanceSettlement(one.settlement))
        for one in customers
        if one.is_deleted and one.settlement is not None
    }
    if not leaving:
        return
    statement = (
        select(Wallet)
        .where(Wallet.owner_id.in_(leaving), Wallet.balance_minor > 0)
        .order_by(Wallet.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    wallets = work.session.scalars(statement).all()
    transfer_all(work, [_emptying(one, *leaving[one.owner_id]) for one in wallets])


def _emptying(
    wallet: Wallet, customer: CustomerCopy, fate: BalanceSettlement
) -> Movement:
    return between(
        account_at(wallet),
        _target(wallet, fate),
        wallet.balance,
        key=f"settle:{wallet.id}:{wallet.version}",
        cause=CAUSES[fate],
        reference=_reference(customer),
    )


def _target(wallet: Wallet, fate: BalanceSettlement) -> Account:
    where = cash if fate is BalanceSettlement.PAY_OUT else written_off
    return where(wallet.partner_id, wallet.asset)


def _reference(customer: CustomerCopy) -> str:
    who = f" by {customer.deleted_by}" if customer.deleted_by else ""
    why = f": {customer.deletion_reason}" if customer.deletion_reason else ""
    return f"customer deleted{who}{why}"
