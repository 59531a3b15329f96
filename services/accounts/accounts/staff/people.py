"""Finding everybody who can sign in, whatever kind of account they belong to."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, and_, not_, select

from accounts.logins.models import Login
from accounts.search_text import search_words
from accounts.staff.logins import manageable
from accounts.tree.models import Account
from accounts.tree.operations import of_partner
from lineup.contracts.accounts.people import ListPeople, PersonView
from lineup.contracts.accounts.tree import GONE, Status
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.scope import within
from lineup.verbs import handles

ORDERS = {"username": Login.username}


@handles(ListPeople)
def list_people(work: UnitOfWork, request: ListPeople) -> Page[PersonView]:
    """Logins in the actor's part of the tree, narrowed as the request says."""
    statement = _narrowed(_visible(work), request)
    page = page_of(
        work.session, statement, Login, request.paging, lambda row: row, ORDERS
    )
    accounts = _accounts_of(work, {one.account_id for one in page.items})
    editable = _editable(work, [one.id for one in page.items])
    return page.showing(
        [
            _view(one, accounts[one.account_id], may_edit=one.id in editable)
            for one in page.items
        ]
    )


def _visible(work: UnitOfWork) -> Select[Login]:
    statement = (
        select(Login)
        .join(Account, Account.id == Login.account_id)
        .where(
            within(Account.scope, work.actor),
            Account.status.not_in(GONE),
            Login.status != Status.DELETED,
        )
    )
    return of_partner(statement, Login, work.actor)


def _narrowed(statement: Select[Login], request: ListPeople) -> Select[Login]:
    for word in search_words(request.search):
        statement = statement.where(Login.search.contains(word, autoescape=True))
    if request.role is not None:
        statement = statement.where(Login.role == request.role)
    if request.partner_id is not None:
        statement = statement.where(Login.partner_id == request.partner_id)
    if request.state is not None:
        is_on = and_(Login.status == Status.ACTIVE, Account.status == Status.ACTIVE)
        wanted = is_on if request.state is Status.ACTIVE else not_(is_on)
        statement = statement.where(wanted)
    return statement


def _accounts_of(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, Account]:
    statement = select(Account).where(Account.id.in_(ids))
    return {one.id: one for one in work.session.scalars(statement)}


def _editable(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Those of some logins that the actor may change: never its own."""
    statement = manageable(work.actor).where(Login.id.in_(ids))
    found = work.session.scalars(statement.with_only_columns(Login.id))
    return set(found) - {work.actor.login_id}


def _view(login: Login, account: Account, *, may_edit: bool) -> PersonView:
    states = (account.status, login.status)
    return PersonView(
        id=login.id,
        account_id=account.id,
        partner_id=login.partner_id,
        role=login.role,
        name=account.name,
        username=login.username,
        email=login.email or account.email,
        state=next((one for one in states if one is not Status.ACTIVE), Status.ACTIVE),
        created_at=login.created_at,
        may_edit=may_edit,
        updated_at=login.last_change,
    )
