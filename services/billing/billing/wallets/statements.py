"""Statements and lists of wallets: what moved, what is there."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager

from billing.people.naming import below_account, customers_called, names_of
from billing.wallets.models import Entry, Transfer, Wallet
from billing.wallets.movements import Account
from billing.wallets.operations import account_of
from lineup.contracts.billing import (
    BalancesView,
    EntryView,
    GetBalances,
    GetStatement,
    ListEntries,
    ListWallets,
    StatementView,
    WalletView,
)
from lineup.contracts.paging import Page
from lineup.database import Work, page_of
from lineup.money import Money
from lineup.scope import in_scope

NEWEST_FIRST = "-booked"
ENTRY_ORDERS = {"booked": Entry.wallet_version}
WALLET_ORDERS = {"balance": Wallet.balance_minor}


def list_entries(work: Work, request: ListEntries) -> Page[EntryView]:
    """A customer's statement in the order of booking, newest first (WL-02)."""
    account = account_of(work, request.customer_id)
    statement = (
        select(Entry)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .options(contains_eager(Entry.transfer))
        .where(Entry.wallet_id == account.id)
        .where(*_within(request.booked_from, request.booked_until))
    )
    if request.cause:
        statement = statement.where(Transfer.cause == request.cause)
    order = request.paging.order or NEWEST_FIRST
    return page_of(
        work.session,
        statement,
        Entry,
        replace(request.paging, order=order),
        partial(_entry_view, account),
        ENTRY_ORDERS,
    )


def get_statement(work: Work, request: GetStatement) -> StatementView:
    """The sums of a statement: opening + incoming + outgoing = closing (WL-15)."""
    account = account_of(work, request.customer_id)
    incoming, outgoing, entries = _sums(
        work, account, request.booked_from, request.booked_until
    )
    before = (0, 0, 0)
    if request.booked_from is not None:
        before = _sums(work, account, None, request.booked_from)
    opening = before[0] + before[1]
    return StatementView(
        customer_id=request.customer_id,
        opening=Money(opening, account.asset),
        incoming=Money(incoming, account.asset),
        outgoing=Money(outgoing, account.asset),
        closing=Money(opening + incoming + outgoing, account.asset),
        entries=entries,
    )


def list_wallets(work: Work, request: ListWallets) -> Page[WalletView]:
    """Customers' balances in scope, the newest first or sorted by balance."""
    statement = _customers_wallets(work, request.account_id)
    if request.has_money is not None:
        has_money = Wallet.balance_minor > 0
        statement = statement.where(has_money if request.has_money else ~has_money)
    if request.search.strip():
        called = customers_called(work, request.search)
        statement = statement.where(Wallet.owner_id.in_(called))
    page: Page[Wallet] = page_of(
        work.session,
        statement,
        Wallet,
        request.paging,
        lambda wallet: wallet,
        WALLET_ORDERS,
    )
    return page.showing(_wallet_views(work, page.items))


def get_balances(work: Work, request: GetBalances) -> BalancesView:
    """What customers in scope have: the partner owes it to them (RP-05)."""
    owned = _customers_wallets(work, request.account_id).subquery()
    statement = select(
        owned.c.asset,
        func.sum(owned.c.balance_minor),
        func.count().filter(owned.c.balance_minor > 0),
    ).group_by(owned.c.asset)
    rows = work.session.execute(statement.order_by(owned.c.asset)).all()
    return BalancesView(
        owed=[Money(int(total), asset) for asset, total, _ in rows],
        customers=sum(count for _, _, count in rows),
    )


def _customers_wallets(work: Work, account_id: UUID | None) -> Select[Wallet]:
    statement = in_scope(select(Wallet), Wallet, work.actor)
    below = below_account(work, Wallet, account_id)
    return statement.where(~Wallet.is_system, *below)


def _sums(
    work: Work, account: Account, start: datetime | None, end: datetime | None
) -> tuple[int, int, int]:
    """What came in, what went out (not above zero), how many entries."""
    amount = Entry.amount_minor
    statement = (
        select(
            func.coalesce(func.sum(amount).filter(amount > 0), 0),
            func.coalesce(func.sum(amount).filter(amount < 0), 0),
            func.count(),
        )
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(Entry.wallet_id == account.id, *_within(start, end))
    )
    incoming, outgoing, entries = work.session.execute(statement).one()
    return int(incoming), int(outgoing), entries


def _within(start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    conditions = []
    if start is not None:
        conditions.append(Transfer.created_at >= start)
    if end is not None:
        conditions.append(Transfer.created_at < end)
    return conditions


def _wallet_views(work: Work, wallets: list[Wallet]) -> list[WalletView]:
    names = names_of(
        work,
        customer_ids={wallet.owner_id for wallet in wallets},
        scopes={wallet.scope for wallet in wallets},
    )
    return [
        WalletView(
            id=wallet.id,
            customer_id=wallet.owner_id,
            balance=wallet.balance,
            customer_name=names.customer(wallet.owner_id),
            seller_name=names.seller(wallet.scope),
        )
        for wallet in wallets
    ]


def _entry_view(account: Account, entry: Entry) -> EntryView:
    made = entry.transfer
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
