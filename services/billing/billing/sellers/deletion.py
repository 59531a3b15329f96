"""What becomes of the Credits of a seller that was deleted: its partner has them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, select

from billing.people import operations as people
from billing.people.models import AccountCopy
from billing.sellers.models import SellerTerms
from billing.wallets.models import Wallet
from billing.wallets.movements import Movement, OwnerKind, between, issued
from billing.wallets.operations import account_at
from billing.wallets.posting import transfer_all
from lineup.contracts.accounts.tree import AccountChanged, Status
from lineup.contracts.billing.wallets import Cause
from lineup.database import UnitOfWork
from lineup.money import CREDIT

REFERENCE = "seller deleted"


def follow_accounts(work: UnitOfWork, states: Sequence[AccountChanged]) -> None:
    """Keep the copies of partners and sellers; those that were deleted are settled."""
    people.upsert_accounts(work, states)
    gone = {state.id for state in states if state.status is Status.DELETED}
    if gone:
        settle_deleted(work, gone)


def settle_deleted(work: UnitOfWork, seller_ids: Collection[UUID]) -> None:
    """Take back the Credits of deleted sellers, by transfers that say so, and forget
    how they paid. What comes later, the refund of a stop, is taken when it comes.
    """
    deleted = select(AccountCopy.id).where(
        AccountCopy.id.in_(seller_ids), AccountCopy.status == Status.DELETED
    )
    statement = (
        select(Wallet)
        .where(
            Wallet.owner_kind == OwnerKind.SELLER,
            Wallet.owner_id.in_(deleted),
            Wallet.asset == CREDIT,
            Wallet.balance_minor > 0,
        )
        .order_by(Wallet.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    wallets = work.session.scalars(statement).all()
    transfer_all(work, [_emptying(wallet) for wallet in wallets])
    forgotten = delete(SellerTerms).where(SellerTerms.seller_id.in_(deleted))
    work.session.execute(forgotten.execution_options(synchronize_session=False))


def _emptying(wallet: Wallet) -> Movement:
    return between(
        account_at(wallet),
        issued(wallet.partner_id, wallet.asset),
        wallet.balance,
        key=f"settle:{wallet.id}:{wallet.version}",
        cause=Cause.CREDITS_TAKEN,
        reference=REFERENCE,
    )
