"""Further logins of an account: seen, switched off, given new passwords."""

from uuid import UUID

from sqlalchemy import Select, select

from accounts.dependencies import Dependencies
from accounts.logins.models import Login
from accounts.logins.operations import end_sessions, set_password
from accounts.tree.models import Account
from accounts.tree.operations import any_account_in_scope
from accounts.tree.rights import GRANTS
from lineup.context import SELLERS, Actor, Role
from lineup.contracts.accounts.logins import (
    ListLogins,
    LoginView,
    ResetPassword,
    SetLoginState,
)
from lineup.contracts.accounts.refusals import LastLogin, LoginNotFound, OwnLogin
from lineup.contracts.accounts.tree import Status
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.impersonation import refuse_while_impersonating
from lineup.scope import within
from lineup.verbs import Done, handles

ORDERS = {"created_at": Login.id, "username": Login.username}


@handles(ListLogins)
def list_logins(work: UnitOfWork, request: ListLogins) -> Page[LoginView]:
    """The logins of an account or customer that the actor may manage."""
    account = any_account_in_scope(work, request.account_id)
    statement = manageable(work.actor).where(Login.account_id == account.id)
    return page_of(work.session, statement, Login, request.paging, Login.view, ORDERS)


@handles(SetLoginState)
def set_login_state(work: UnitOfWork, request: SetLoginState) -> LoginView:
    """Switch a login off, on or delete it; off, its sessions and tokens end.

    LastLogin when it is the only one of its account: that can be switched off alone.
    """
    login = _other_login(work, request.login_id)
    if login.status is not request.state:
        if request.state is Status.DELETED:
            _leave_to_another(work, login)
        login.set_status(request.state)
    if login.status is not Status.ACTIVE:
        end_sessions(work, Login.id == login.id)
    return login.view()


@handles(ResetPassword)
def reset_password(
    work: UnitOfWork, request: ResetPassword, *, dependencies: Dependencies
) -> Done:
    """Give somebody else's login a new password; its sessions and tokens end."""
    login = _other_login(work, request.login_id)
    set_password(work, dependencies, login, request.password)
    end_sessions(work, Login.id == login.id)
    return Done()


def manageable(actor: Actor) -> Select[Login]:
    """Living logins in the actor's scope, of roles that it may hand out itself."""
    roles = GRANTS.get(actor.role, frozenset())
    if actor.role in SELLERS:
        roles |= {Role.CUSTOMER}
    return (
        select(Login)
        .join(Account, Account.id == Login.account_id)
        .where(
            within(Account.scope, actor),
            Login.role.in_(roles),
            Login.status != Status.DELETED,
        )
    )


def _leave_to_another(work: UnitOfWork, login: Login) -> None:
    """Let an account bear the name of its oldest other login, where it bore this one's.

    LastLogin where there is no other.
    """
    account = work.session.get_one(Account, login.account_id, with_for_update=True)
    others = select(Login).where(
        Login.account_id == account.id,
        Login.id != login.id,
        Login.status != Status.DELETED,
    )
    other = work.session.scalar(others.order_by(Login.id).limit(1))
    if other is None:
        raise LastLogin
    if account.username == login.username:
        account.username = other.username


def _other_login(work: UnitOfWork, login_id: UUID) -> Login:
    refuse_while_impersonating(work.actor)
    if login_id == work.actor.login_id:
        raise OwnLogin
    statement = manageable(work.actor).where(Login.id == login_id)
    login = work.session.scalar(statement.with_for_update(of=Login))
    if login is None:
        raise LoginNotFound
    return login
