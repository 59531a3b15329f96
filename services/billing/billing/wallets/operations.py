"""What can be asked of the ledger."""

from uuid import UUID

from sqlalchemy import select, update

from billing.people import operations as people
from billing.wallets.models import Cause, Entry, Wallet
from billing.wallets.movements import (
    Account,
    Leg,
    Movement,
    between,
    cash,
    customer_account,
)
from billing.wallets.posting import Posted, transfer, transfer_all
from lineup.contracts.billing import (
    GetWallet,
    TopUp,
    WalletView,
)
from lineup.database import Work
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.money import CurrencyMismatch, Money

__all__ = [
    "account_of",
    "get_wallet",
    "place",
    "reverse",
    "top_up",
    "transfer",
    "transfer_all",
]


def account_of(work: Work, customer_id: UUID) -> Account:
    """A customer's balance in its partner's currency; NotFound outside the scope."""
    customer = people.get_customer(work, customer_id)
    partner = people.get_partner(work, customer.partner_id)
    return customer_account(
        customer.id, customer.partner_id, customer.scope, partner.currency
    )


def balance_of(work: Work, account: Account) -> Money:
    """What a customer's account holds; nothing while it was never used."""
    statement = select(Wallet.balance_minor).where(Wallet.id == account.id)
    return Money(work.session.scalar(statement) or 0, account.asset)


def top_up(work: Work, request: TopUp) -> WalletView:
    """Put money paid outside on a customer's balance: cash -> balance."""
    account = account_of(work, request.customer_id)
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
    transfer(work, movement)
    return _view(work, account)


def get_wallet(work: Work, request: GetWallet) -> WalletView:
    """A customer's balance."""
    return _view(work, account_of(work, request.customer_id))


def place(work: Work, customer_id: UUID, scope: str) -> None:
    """Let a customer's balances lie where it now lies; entries stay as they are."""
    work.session.execute(
        update(Wallet)
        .where(Wallet.owner_id == customer_id, Wallet.scope != scope)
        .values(scope=scope)
    )


def reverse(
    work: Work, transfer_id: UUID, *, cause: Cause = Cause.CORRECTION, reference: str
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
        Leg(account=_account(wallet), amount_minor=-amount)
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


def _account(wallet: Wallet) -> Account:
    return Account(
        owner_id=wallet.owner_id,
        purpose=wallet.purpose,
        asset=wallet.asset,
        partner_id=wallet.partner_id,
        scope=wallet.scope,
        is_system=wallet.is_system,
    )


def _view(work: Work, account: Account) -> WalletView:
    return WalletView(
        id=account.id,
        customer_id=account.owner_id,
        balance=balance_of(work, account),
    )
