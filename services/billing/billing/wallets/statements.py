"""Statements and lists of wallets: what moved, what is there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager, undefer

from billing.people.models import CustomerCopy
from billing.people.naming import below_account, customers_called, names_of
from billing.people.operations import deleted_customers
from billing.wallets.bookings import entry_view
from billing.wallets.models import IS_CUSTOMERS, Entry, Transfer, Wallet
from billing.wallets.movements import Account
from billing.wallets.operations import account_of
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.seller_credits import (
    GetCreditsStatement,
    ListCreditsEntries,
)
from lineup.contracts.billing.wallets import (
    BalanceFilter,
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
from lineup.database import UnitOfWork, page_of
from lineup.money import Money
from lineup.scope import in_scope
from lineup.verbs import handles

EntryFilter = ListEntries | ListCreditsEntries
StatementFilter = GetStatement | GetCreditsStatement
NEWEST_FIRST = "-created_at"
ENTRY_ORDERS = {"created_at": Entry.wallet_version}
WALLET_ORDERS = {"balance": Wallet.balance_minor}


@handles(ListEntries)
def list_entries(work: UnitOfWork, request: ListEntries) -> Page[EntryView]:
    """A customer's statement in the order of booking, newest first."""
    account = account_of(work, request.customer_id)
    page, undone = entries_of(work, account, request)
    return page.showing([entry_view(account, one, undone) for one in page.items])


def entries_of(
    work: UnitOfWork, account: Account, request: EntryFilter
) -> tuple[Page[Entry], Mapping[UUID, UUID]]:
    """A page of an account's entries, newest first, and what undid which of them."""
    statement = (
        select(Entry)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .options(contains_eager(Entry.transfer), undefer(Entry.updated_at))
        .where(Entry.wallet_id == account.id)
        .where(*_meant(request))
    )
    order = request.paging.order or NEWEST_FIRST
    page: Page[Entry] = page_of(
        work.session,
        statement,
        Entry,
        replace(request.paging, order=order),
        lambda entry: entry,
        ENTRY_ORDERS,
    )
    return page, _corrections(work, [entry.transfer_id for entry in page.items])


def _corrections(work: UnitOfWork, transfer_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The transfers that undo these, by what they undo."""
    statement = select(Transfer.reverses_id, Transfer.id).where(
        Transfer.reverses_id.in_(transfer_ids)
    )
    return {undone: by for undone, by in work.session.execute(statement) if undone}


@handles(GetStatement)
def get_statement(work: UnitOfWork, request: GetStatement) -> StatementView:
    """The sums of a statement: opening + incoming + outgoing = closing."""
    account = account_of(work, request.customer_id)
    totals = totals_of(work, account, request)
    return StatementView(customer_id=request.customer_id, **totals)


def totals_of(
    work: UnitOfWork, account: Account, request: StatementFilter
) -> dict[str, Any]:
    """The sums of an account's statement, by the names of a view's fields."""
    incoming, outgoing, entries = _sums(work, account, request)
    before = (0, 0, 0)
    if request.booked_from is not None:
        earlier = replace(request, booked_from=None, booked_until=request.booked_from)
        before = _sums(work, account, earlier)
    opening = before[0] + before[1]
    return {
        "opening": Money(opening, account.asset),
        "incoming": Money(incoming, account.asset),
        "outgoing": Money(outgoing, account.asset),
        "closing": Money(opening + incoming + outgoing, account.asset),
        "entries": entries,
    }


@handles(ListWallets)
def list_wallets(work: UnitOfWork, request: ListWallets) -> Page[WalletView]:
    """Customers' balances in scope, the newest first or sorted by balance."""
    page: Page[Wallet] = page_of(
        work.session,
        _customers_wallets(work, request),
        Wallet,
        request.paging,
        lambda wallet: wallet,
        WALLET_ORDERS,
    )
    return page.showing(_wallet_views(work, page.items))


@handles(GetBalances)
def get_balances(work: UnitOfWork, request: GetBalances) -> BalancesView:
    """What the balances of the same list add up to: it is owed to them."""
    owned = _customers_wallets(work, request).subquery()
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


def _customers_wallets(work: UnitOfWork, request: BalanceFilter) -> Select[Wallet]:
    statement = in_scope(select(Wallet), Wallet, work.actor)
    below = below_account(work, Wallet, request.account_id)
    statement = statement.where(IS_CUSTOMERS, *below, _is_of_use())
    if request.has_money is not None:
        has_money = Wallet.balance_minor > 0
        statement = statement.where(has_money if request.has_money else ~has_money)
    if request.search.strip():
        called = customers_called(work, request.search)
        statement = statement.where(Wallet.owner_id.in_(called))
    return statement


def _is_of_use() -> ColumnElement[bool]:
    """Whether there is money in it, or its customer is there still."""
    is_deleted = exists().where(
        CustomerCopy.id == Wallet.owner_id, CustomerCopy.status == Status.DELETED
    )
    return or_(Wallet.balance_minor != 0, ~is_deleted)


def _sums(
    work: UnitOfWork, account: Account, request: StatementFilter
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
        .where(Entry.wallet_id == account.id, *_meant(request))
    )
    incoming, outgoing, entries = work.session.execute(statement).one()
    return int(incoming), int(outgoing), entries


def _meant(request: EntryFilter | StatementFilter) -> list[ColumnElement[bool]]:
    """The conditions of what and when, for the list and for its sums."""
    conditions = []
    if request.cause:
        conditions.append(Transfer.cause == request.cause)
    if request.booked_from is not None:
        conditions.append(Transfer.created_at >= request.booked_from)
    if request.booked_until is not None:
        conditions.append(Transfer.created_at < request.booked_until)
    return conditions


def _wallet_views(work: UnitOfWork, wallets: list[Wallet]) -> list[WalletView]:
    names = names_of(
        work,
        customer_ids={wallet.owner_id for wallet in wallets},
        scopes={wallet.scope for wallet in wallets},
    )
    closed = deleted_customers(work, {wallet.owner_id for wallet in wallets})
    return [
        WalletView(
            updated_at=wallet.last_change,
            id=wallet.id,
            customer_id=wallet.owner_id,
            balance=wallet.balance,
            customer_name=names.customer(wallet.owner_id),
            seller_name=names.seller(wallet.scope),
            is_closed=wallet.owner_id in closed,
        )
        for wallet in wallets
    ]
