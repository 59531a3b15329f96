"""What can be asked of the tree."""

from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.tree.models import Account
from lineup.context import Actor
from lineup.contracts.accounts import (
    AccountKind,
    AccountView,
    GetAccount,
    ListAccounts,
    SetAccountStatus,
    Status,
)
from lineup.contracts.paging import Page
from lineup.database import Work, page_of
from lineup.errors import Forbidden, Invalid, NotFound
from lineup.scope import ROOT, in_scope

R = TypeVar("R")

SELLER_KINDS = frozenset({AccountKind.RESELLER, AccountKind.DEALER})
STAFFED_KINDS = SELLER_KINDS | {AccountKind.PARTNER}


class OwnAccount(Forbidden):
    """Nobody switches off the account they act from."""

    code = "own_account"


def get_account(work: Work, request: GetAccount) -> AccountView:
    """One account above the customers, in the actor's part of the tree."""
    return account_in_scope(work, request.account_id).view()


def list_accounts(work: Work, request: ListAccounts) -> Page[AccountView]:
    """Accounts above the customers, newest first, of one kind where it is named."""
    statement = _staffed(work).where(Account.status != Status.DELETED)
    if request.kind is not None:
        statement = statement.where(Account.kind == request.kind)
    return page_of(work.session, statement, Account, request.paging, Account.view)


def set_account_status(work: Work, request: SetAccountStatus) -> AccountView:
    """Switch a partner or seller on or off: off, nobody at or below it may act."""
    if request.status is Status.DELETED:
        raise Invalid(fields={"status": ["Choose active or inactive."]})
    account = account_in_scope(work, request.account_id)
    if account.id == work.actor.account_id or account.kind not in STAFFED_KINDS:
        raise OwnAccount
    work.session.refresh(account, with_for_update=True)
    if account.status is not request.status:
        account.turn(request.status)
        work.announce(account.state())
    return account.view()


def account_in_scope(work: Work, account_id: UUID) -> Account:
    """An account above the customers that the actor may see; NotFound otherwise."""
    account = work.session.scalar(_staffed(work).where(Account.id == account_id))
    if account is None or account.status is Status.DELETED:
        raise NotFound
    return account


def customer_in_scope(work: Work, customer_id: UUID) -> Account:
    """A customer's place in the tree that the actor may see; NotFound otherwise."""
    statement = select(Account).where(
        Account.id == customer_id,
        Account.kind == AccountKind.CUSTOMER,
        Account.status != Status.DELETED,
    )
    account = work.session.scalar(in_scope(statement, Account, work.actor))
    if account is None:
        raise NotFound
    return account


def account_at(work: Work, scope: str) -> Account:
    """The account whose own path this is, seen by the actor; NotFound otherwise."""
    account = work.session.scalar(_staffed(work).where(Account.scope == scope))
    if account is None:
        raise NotFound
    return account


def root_account(work: Work) -> Account:
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
    rows = session.execute(
        select(Account.id, Account.public_url).where(Account.id.in_(set(partner_ids)))
    )
    return {partner_id: own or default for partner_id, own in rows}


def of_partner(statement: Select[R], model: Any, actor: Actor) -> Select[R]:
    """Say the scope again by partner: an index gives that in the order of a list."""
    if actor.partner_id is None:
        return statement
    return statement.where(model.partner_id == actor.partner_id)


def _staffed(work: Work) -> Select[Account]:
    statement = select(Account).where(Account.kind != AccountKind.CUSTOMER)
    return in_scope(statement, Account, work.actor)
