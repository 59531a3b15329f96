"""What can be asked of the ledger."""

from uuid import UUID

from sqlalchemy import select

from billing.people import operations as people
from billing.wallets.models import Cause, Entry, Transfer, Wallet
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
    EntryView,
    GetWallet,
    ListEntries,
    TopUp,
    WalletView,
)
from lineup.contracts.paging import MAX_LIMIT, Page
from lineup.database import Work
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.money import CurrencyMismatch, Money

__all__ = [
    "account_of",
    "get_wallet",
    "list_entries",
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


def list_entries(work: Work, request: ListEntries) -> Page[EntryView]:
    """A customer's statement in the order of booking, newest first (WL-02)."""
    account = account_of(work, request.customer_id)
    limit = max(1, min(request.paging.limit, MAX_LIMIT))
    statement = (
        select(Entry, Transfer)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(Entry.wallet_id == account.id)
        .order_by(Entry.wallet_version.desc())
        .limit(limit + 1)
    )
    if request.paging.after is not None:
        after = select(Entry.wallet_version).where(Entry.id == request.paging.after)
        statement = statement.where(Entry.wallet_version < after.scalar_subquery())
    rows = work.session.execute(statement).all()
    return Page(
        items=[_entry_view(entry, made, account) for entry, made in rows[:limit]],
        next_after=rows[limit - 1][0].id if len(rows) > limit else None,
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


def _entry_view(entry: Entry, made: Transfer, account: Account) -> EntryView:
    return EntryView(
        id=entry.id,
        transfer_id=made.id,
        cause=made.cause,
        amount=Money(entry.amount_minor, account.asset),
        balance_after=Money(entry.balance_after_minor or 0, account.asset),
        reference=made.reference,
        actor=made.actor,
        created_at=made.created_at,
    )
