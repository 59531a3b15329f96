"""Further logins of an account: seen, switched off, given new passwords."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from accounts.dependencies import Dependencies
from accounts.logins.models import Login, PermissionSet, SecondFactor
from accounts.logins.operations import end_sessions, set_password
from accounts.logins.permission_sets import check_set, hands_out, within_own
from accounts.logins.second_factor import delete_second_factors
from accounts.tree.models import Account
from accounts.tree.operations import any_account_in_scope
from lineup.context import SELLERS, Actor, Role
from lineup.contracts.accounts.logins import (
    GetLogin,
    ListLogins,
    LoginView,
    ResetPassword,
    SetLoginState,
    UpdateLogin,
)
from lineup.contracts.accounts.refusals import LastLogin, LoginNotFound, OwnLogin
from lineup.contracts.accounts.tree import Status
from lineup.contracts.changes import UNSET, either
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.scope import within
from lineup.validation import ValidationErrors
from lineup.verbs import Done, handles

ORDERS = {"created_at": Login.id, "username": Login.username}


@handles(ListLogins)
def list_logins(work: UnitOfWork, request: ListLogins) -> Page[LoginView]:
    """The logins of an account or customer that the actor may manage."""
    account = any_account_in_scope(work, request.account_id)
    statement = manageable(work.actor).where(Login.account_id == account.id)
    page = page_of(
        work.session, statement, Login, request.paging, lambda row: row, ORDERS
    )
    return page.showing(_all_shown(work, page.items))


@handles(GetLogin, row=Login)
def get_login(work: UnitOfWork, request: GetLogin) -> LoginView:
    """A login that the actor may manage."""
    statement = manageable(work.actor).where(Login.id == request.login_id)
    login = work.session.scalar(statement)
    if login is None:
        raise LoginNotFound
    return _shown(work, login)


@handles(SetLoginState)
def set_login_state(work: UnitOfWork, request: SetLoginState) -> LoginView:
    """Switch a login off, on or delete it; off, its sessions and tokens end.

    LastLogin when it is the only one of its account: that can be switched off alone.
    """
    login = other_login(work, request.login_id)
    if login.status is not request.state:
        if request.state is Status.DELETED:
            _leave_to_another(work, login)
            delete_second_factors(work, Login.id == login.id)
        login.set_status(request.state)
    if login.status is not Status.ACTIVE:
        end_sessions(work, Login.id == login.id)
    return _shown(work, login)


@handles(ResetPassword)
def reset_password(
    work: UnitOfWork, request: ResetPassword, *, dependencies: Dependencies
) -> Done:
    """Give somebody else's login a new password; its sessions and tokens end."""
    login = other_login(work, request.login_id)
    must_change = request.must_change_password
    set_password(work, dependencies, login, request.password, must_change=must_change)
    end_sessions(work, Login.id == login.id)
    return Done()


@handles(UpdateLogin, changes=GetLogin)
def update_login(work: UnitOfWork, request: UpdateLogin) -> LoginView:
    """Change a login's settings; what is not given stays."""
    login = other_login(work, request.login_id)
    account = work.session.get_one(Account, login.account_id)
    login.email = either(request.email, login.email)
    login.index(account)
    login.must_change_password = either(
        request.must_change_password, login.must_change_password
    )
    if request.permission_set_id is not UNSET:
        errors = ValidationErrors()
        check_set(work, errors, request.permission_set_id, login.role, account.scope)
        errors.refuse()
        login.permission_set_id = request.permission_set_id
    return _shown(work, login)


def manageable(actor: Actor) -> Select[Login]:
    """Living logins in the actor's scope, of roles that it may hand out itself; of
    staff, who may do no more than the actor.
    """
    roles = hands_out(actor)
    if roles and actor.role in SELLERS:
        roles |= {Role.CUSTOMER}
    return (
        select(Login)
        .join(Account, Account.id == Login.account_id)
        .where(
            within(Account.scope, actor),
            Login.role.in_(roles),
            within_own(actor),
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


def _shown(work: UnitOfWork, login: Login) -> LoginView:
    return _all_shown(work, [login])[0]


def _all_shown(work: UnitOfWork, logins: Sequence[Login]) -> list[LoginView]:
    names, ids = _set_names(work, logins), [one.id for one in logins]
    theirs = select(SecondFactor.login_id).where(SecondFactor.login_id.in_(ids))
    with_factor = set(work.session.scalars(theirs))
    return [
        one.view(
            names.get(one.permission_set_id, ""),
            has_second_factor=one.id in with_factor,
        )
        for one in logins
    ]


def _set_names(work: UnitOfWork, logins: Sequence[Login]) -> dict[UUID | None, str]:
    wanted = {one.permission_set_id for one in logins} - {None}
    if not wanted:
        return {}
    sets = select(PermissionSet).where(PermissionSet.id.in_(wanted))
    return {one.id: one.name for one in work.session.scalars(sets)}


def other_login(work: UnitOfWork, login_id: UUID) -> Login:
    """Somebody else's login that the actor may manage, locked; LoginNotFound."""
    if login_id == work.actor.login_id:
        raise OwnLogin
    statement = manageable(work.actor).where(Login.id == login_id)
    login = work.session.scalar(statement.with_for_update(of=Login))
    if login is None:
        raise LoginNotFound
    return login
