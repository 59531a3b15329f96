"""What can be asked of the ledger."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from billing.people import operations as people
from billing.people.models import CustomerCopy
from billing.wallets.models import Entry, Transfer, Wallet
from billing.wallets.movements import (
    Account,
    AccountPurpose,
    Leg,
    Movement,
    OwnerKind,
    between,
    cash,
    customer_account,
)
from billing.wallets.posting import Posted, transfer, transfer_all
from lineup.contracts.billing.refusals import CustomerDeleted
from lineup.contracts.billing.wallets import Cause, GetWallet, TopUp, WalletView
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.money import CurrencyMismatch, Money
from lineup.verbs import handles

__all__ = [
    "account_of",
    "book_top_up",
    "get_wallet",
    "move_to_scope",
    "reverse",
    "transfer",
    "transfer_all",
]


def account_of(work: UnitOfWork, customer_id: UUID) -> Account:
    """A customer's balance in its partner's currency; NotFound outside the scope."""
    return balance_account(work, people.get_customer(work, customer_id))


def balance_account(work: UnitOfWork, customer: CustomerCopy) -> Account:
    """The balance of a customer in its partner's currency."""
    partner = people.get_partner(work, customer.partner_id)
    return customer_account(
        customer.id, customer.partner_id, customer.scope, partner.currency
    )


def balance_of(work: UnitOfWork, account: Account) -> Money:
    """What a customer's account holds; nothing while it was never used."""
    statement = select(Wallet.balance_minor).where(Wallet.id == account.id)
    return Money(work.session.scalar(statement) or 0, account.asset)


def book_top_up(work: UnitOfWork, customer: CustomerCopy, request: TopUp) -> Posted:
    """Put money paid outside on a customer's balance: cash -> balance.

    The caller holds the customer's lock. CustomerDeleted for one that was deleted.
    """
    if customer.is_gone:
        raise CustomerDeleted
    account = balance_account(work, customer)
    if request.amount.asset != account.asset:
        raise CurrencyMismatch
    if request.amount.amount_minor <= 0:
        raise Invalid(fields={"amount": ["Must be above zero."]})
    movement = between(
        cash(account.partner_id, account.asset),
        account,
        request.amount,
        key=f"top-up:{new_id()}",
        cause=Cause.TOP_UP,
        reference=request.note,
    )
    return transfer(work, movement)


@handles(GetWallet)
def get_wallet(work: UnitOfWork, request: GetWallet) -> WalletView:
    """A customer's balance."""
    return view_of(work, people.get_customer(work, request.customer_id))


def move_to_scope(work: UnitOfWork, customer_ids: Collection[UUID]) -> None:
    """Let customers' balances lie where they now lie; entries stay as they are."""
    work.session.execute(
        update(Wallet)
        .where(
            Wallet.owner_id == CustomerCopy.id,
            CustomerCopy.id.in_(customer_ids),
            Wallet.scope != CustomerCopy.scope,
        )
        .values(scope=CustomerCopy.scope)
    )


def reverse(
    work: UnitOfWork,
    transfer_id: UUID,
    *,
    cause: Cause = Cause.CORRECTION,
    reference: str,
) -> Posted:
    """Undo a transfer by its mirror image; a second reversal is the first one.

    InsufficientBalance when a customer has spent what would go back.
    """
    statement = (
        select(Entry.amount_minor, Wallet)
        .join(Wallet, Wallet.id == Entry.wallet_id)
        .where(Entry.transfer_id == transfer_id)
    )
    legs = tuple(
        Leg(account=account_at(wallet), amount_minor=-amount)
        for amount, wallet in work.session.execute(statement)
    )
    movement = Movement(
        key=f"reverse:{transfer_id}",
        cause=cause,
        legs=legs,
        reference=reference,
        reverses_id=transfer_id,
    )
    return transfer(work, movement)


def reference_of(work: UnitOfWork, transfer_id: UUID) -> str:
    """What a transfer says it was for."""
    statement = select(Transfer.reference).where(Transfer.id == transfer_id)
    return work.session.scalar(statement) or ""


def account_at(wallet: Wallet) -> Account:
    """The account that a wallet's row is of."""
    return Account(
        owner_id=wallet.owner_id,
        owner_kind=OwnerKind(wallet.owner_kind),
        purpose=AccountPurpose(wallet.purpose),
        shop_id=wallet.shop_id,
        asset=wallet.asset,
        partner_id=wallet.partner_id,
        scope=wallet.scope,
    )


def view_of(work: UnitOfWork, customer: CustomerCopy) -> WalletView:
    """A customer's balance as its callers see it."""
    account = balance_account(work, customer)
    statement = select(Wallet.balance_minor, Wallet.updated_at)
    row = work.session.execute(statement.where(Wallet.id == account.id)).first()
    balance_minor, updated_at = row or (0, None)
    return wallet_view(account, customer, balance_minor, updated_at)


def wallet_view(
    account: Account,
    customer: CustomerCopy,
    balance_minor: int,
    updated_at: datetime | None,
) -> WalletView:
    """What is on a customer's account, and since when."""
    return WalletView(
        updated_at=updated_at,
        id=account.id,
        customer_id=customer.id,
        balance=Money(balance_minor, account.asset),
        is_closed=customer.is_deleted,
    )
