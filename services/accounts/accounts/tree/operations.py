"""What can be asked of the tree."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from accounts.tree.links import has_left
from accounts.tree.models import LIVING, Account, serves_nobody
from accounts.tree.rights import (
    SELLER_KINDS,
    STAFFED_KINDS,
    is_switchable,
    login_roles,
    may_edit,
    may_switch,
)
from lineup.context import Actor
from lineup.contracts.accounts.refusals import (
    AccountNotFound,
    CustomerNotFound,
    OwnAccount,
)
from lineup.contracts.accounts.tree import (
    GONE,
    AccountKind,
    AccountView,
    GetAccount,
    ListAccounts,
    SetAccountState,
    Status,
)
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, counts_by, get_held, page_of
from lineup.errors import Invalid, NotFound
from lineup.scope import ROOT, acting_partner, in_scope
from lineup.verbs import handles

R = TypeVar("R")

ORDERS = {
    "created_at": Account.id,
    "name": Account.name,
    "username": Account.username,
    "state": Account.status,
}


@handles(GetAccount, row=Account)
def get_account(work: UnitOfWork, request: GetAccount) -> AccountView:
    """One account above the customers, in the actor's part of the tree."""
    return view_of(work, account_in_scope(work, request.account_id))


@handles(ListAccounts)
def list_accounts(work: UnitOfWork, request: ListAccounts) -> Page[AccountView]:
    """Accounts above the customers, newest first, narrowed as the request says."""
    statement = _narrowed(work, _staffed(work), request)
    page = page_of(
        work.session, statement, Account, request.paging, lambda row: row, ORDERS
    )
    counts = count_customers(work, page.items)
    return page.showing(
        [_account_view(work, one, counts[one.id]) for one in page.items]
    )


def view_of(work: UnitOfWork, account: Account) -> AccountView:
    """An account with the number of its customers, and what one may do with it."""
    return _account_view(work, account, count_customers(work, [account])[account.id])


def _account_view(
    work: UnitOfWork, account: Account, customer_count: int
) -> AccountView:
    return replace(
        account.view(),
        customer_count=customer_count,
        may_edit=may_edit(work.actor, account),
        may_switch=may_switch(work.actor, account),
        login_roles=login_roles(work.actor, account),
    )


def count_customers(work: UnitOfWork, accounts: Collection[Account]) -> dict[UUID, int]:
    """How many customers each account has: a seller its own, a partner all."""
    found: dict[UUID, int] = {}
    for column, kinds in (
        (Account.parent_id, SELLER_KINDS),
        (Account.partner_id, {AccountKind.PARTNER}),
    ):
        ids = [account.id for account in accounts if account.kind in kinds]
        if ids:
            found |= counts_by(
                work, column, ids, LIVING, Account.status != Status.TRASHED
            )
    return {account.id: found.get(account.id, 0) for account in accounts}


def _narrowed(
    work: UnitOfWork, statement: Select[Account], request: ListAccounts
) -> Select[Account]:
    is_wanted = (
        Account.status != Status.DELETED
        if request.state is None
        else Account.status == request.state
    )
    statement = statement.where(is_wanted, ~has_left(Account, work.now))
    if request.kind is not None:
        statement = statement.where(Account.kind == request.kind)
    if request.partner_id is not None:
        statement = statement.where(Account.partner_id == request.partner_id)
    if request.email:
        same = func.lower(Account.email) == request.email.strip().lower()
        statement = statement.where(same)
    if request.username:
        statement = statement.where(Account.username == request.username)
    text = func.lower(
        func.concat_ws(" ", Account.name, Account.username, Account.email)
    )
    for word in request.search.lower().split():
        statement = statement.where(text.contains(word, autoescape=True))
    return statement


@handles(SetAccountState, changes=GetAccount)
def set_account_state(work: UnitOfWork, request: SetAccountState) -> AccountView:
    """Switch a partner or seller on or off: off, nobody at or below it may act."""
    account = account_in_scope(work, request.account_id)
    refuse_status_change(work.actor, account, request.state)
    work.session.refresh(account, with_for_update=True)
    if account.status is not request.state:
        account.set_status(request.state)
        work.announce(account.state())
    return view_of(work, account)


def refuse_status_change(actor: Actor, account: Account, status: Status) -> None:
    """Invalid for deletion, which has a verb of its own; OwnAccount for one's own."""
    if status is Status.DELETED:
        raise Invalid(fields={"state": ["Choose active or inactive."]})
    if not is_switchable(actor, account):
        raise OwnAccount


def account_in_scope(work: UnitOfWork, account_id: UUID) -> Account:
    """An account above the customers that the actor may see; NotFound otherwise."""
    account = work.session.scalar(_staffed(work).where(Account.id == account_id))
    if account is None or account.status is Status.DELETED:
        raise AccountNotFound
    return account


def named_account(work: UnitOfWork, account_id: UUID, field: str) -> Account:
    """An account that a field names; NotFound, with the field, outside the scope."""
    try:
        return account_in_scope(work, account_id)
    except NotFound as refusal:
        raise AccountNotFound(fields={field: [refusal.message]}) from None


def named_partner(work: UnitOfWork, partner_id: UUID | None) -> Account:
    """The partner that something is made for: the one named, else the actor's own.

    Invalid where that is no partner.
    """
    wanted = acting_partner(work.actor, partner_id)
    partner = named_account(work, wanted, "partner_id")
    if partner.kind is not AccountKind.PARTNER:
        raise Invalid(fields={"partner_id": ["Choose a partner."]})
    return partner


def account_names(
    work: UnitOfWork, account_ids: Iterable[UUID | None]
) -> dict[UUID | None, str]:
    """What accounts are called, by id."""
    wanted = select(Account.id, Account.name).where(
        Account.id.in_(set(account_ids) - {None})
    )
    return {row.id: row.name for row in work.session.execute(wanted)}


def customer_in_scope(work: UnitOfWork, customer_id: UUID) -> Account:
    """A customer's place in the tree that the actor may see; NotFound otherwise."""
    statement = select(Account).where(
        Account.id == customer_id,
        Account.kind == AccountKind.CUSTOMER,
        Account.status.not_in(GONE),
    )
    account = work.session.scalar(in_scope(statement, Account, work.actor))
    if account is None:
        raise CustomerNotFound
    return account


def any_account_in_scope(work: UnitOfWork, account_id: UUID) -> Account:
    """An account of any kind, customers too; NotFound outside the actor's scope."""
    statement = select(Account).where(
        Account.id == account_id, Account.status.not_in(GONE)
    )
    account = work.session.scalar(in_scope(statement, Account, work.actor))
    if account is None:
        raise AccountNotFound
    return account


def lock_account(work: UnitOfWork, account: Account) -> None:
    """Keep an account as it is until the transaction ends; NotFound once deleted.

    Whoever puts a customer below it holds it, so that none slips below a seller that
    is being deleted.
    """
    work.session.refresh(account, with_for_update={"read": True, "key_share": True})
    if account.status is Status.DELETED:
        raise AccountNotFound


def account_at(work: UnitOfWork, scope: str) -> Account:
    """The account whose own path this is, seen by the actor; NotFound otherwise."""
    account = work.session.scalar(_staffed(work).where(Account.scope == scope))
    if account is None:
        raise AccountNotFound
    return account


def root_account(work: UnitOfWork) -> Account:
    """The operator's account; made when the first operator is."""
    root = work.session.scalar(select(Account).where(Account.scope == ROOT))
    if root is None:
        root = Account.operator(work.now)
        work.session.add(root)
        work.session.flush()
    return root


def public_urls(
    session: Session, partner_ids: Collection[UUID], default: str
) -> dict[UUID, str]:
    """Where the subscribers of each partner reach playlists."""
    wanted = set(partner_ids)
    if len(wanted) == 1:
        [only] = wanted
        partner = get_held(session, Account, only)
        return {} if partner is None else {partner.id: partner.public_url or default}
    rows = session.execute(
        select(Account.id, Account.public_url).where(Account.id.in_(wanted))
    )
    return {partner_id: own or default for partner_id, own in rows}


def switched_off(work: UnitOfWork) -> frozenset[str]:
    """The paths of partners and sellers that are switched off, as far as the actor's
    customers may lie below them.
    """
    wanted = select(Account.scope).where(
        Account.kind.in_(STAFFED_KINDS), serves_nobody()
    )
    return frozenset(work.session.scalars(of_partner(wanted, Account, work.actor)))


def is_below_switched_off(work: UnitOfWork, scope: str) -> bool:
    """Whether whoever lies at this path cannot be served, since a seller above is off.

    Asked of one path alone, whoever asks.
    """
    above = select(Account.id).where(
        Account.kind.in_(STAFFED_KINDS),
        serves_nobody(),
        literal(scope).startswith(Account.scope),
    )
    return work.session.scalar(above.limit(1)) is not None


def of_partner(statement: Select[R], model: Any, actor: Actor) -> Select[R]:
    """Say the scope again by partner: an index gives that in the order of a list."""
    if actor.partner_id is None:
        return statement
    return statement.where(model.partner_id == actor.partner_id)


def _staffed(work: UnitOfWork) -> Select[Account]:
    statement = select(Account).where(Account.kind != AccountKind.CUSTOMER)
    return in_scope(statement, Account, work.actor)
