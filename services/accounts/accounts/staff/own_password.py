"""What a login changes about itself: its password."""

from typing import Any

from sqlalchemy import select

from accounts.dependencies import Dependencies
from accounts.logins.attempts import count_own, take_back
from accounts.logins.identity import own_login_id
from accounts.logins.limits import USUAL_LIMITS, SignInLimits
from accounts.logins.models import Login, Session, digest
from accounts.logins.operations import end_sessions, set_password
from accounts.logins.passwords import PasswordCheck
from lineup.context import Call
from lineup.contracts.accounts.refusals import LoginNotFound, PasswordWrong
from lineup.contracts.accounts.sessions import ChangePassword
from lineup.contracts.accounts.tree import Status
from lineup.database import Database, UnitOfWork
from lineup.verbs import Done, handles_call


@handles_call(ChangePassword)
def change_password(
    database: Database,
    call: Call[ChangePassword],
    *,
    is_right: PasswordCheck,
    dependencies: Dependencies,
    limits: SignInLimits = USUAL_LIMITS,
) -> Done:
    """Change one's own password; the login's other sessions and tokens end.

    PasswordWrong for a wrong old one, TooManyTries after too many: they are counted
    apart from those of signing in. The password is checked between two transactions,
    so that no connection waits for it.
    """
    password = call.request.old_password
    check_own_password(database, call, password, is_right, limits, field="old_password")
    with database.recorded(call) as work:
        return set_own_password(work, call.request, dependencies=dependencies)


def check_own_password(
    database: Database,
    call: Call[Any],
    password: str,
    is_right: PasswordCheck,
    limits: SignInLimits,
    *,
    field: str = "password",
) -> None:
    """Have one's own password shown before one's login is changed.

    PasswordWrong, at the field it was typed in, or TooManyTries.
    """
    with database.transaction(call.context) as work:
        login = _own_login(work)
        counted = count_own(work, login, limits)
    if not is_right(login.password_hash, password):
        raise PasswordWrong(fields={field: [PasswordWrong.__doc__ or ""]})
    with database.transaction(call.context) as work:
        take_back(work, counted)


def set_own_password(
    work: UnitOfWork, request: ChangePassword, *, dependencies: Dependencies
) -> Done:
    """Have a new password, of a login whose old one was right."""
    login = _own_login(work)
    set_password(work, dependencies, login, request.new_password, field="new_password")
    is_other = Session.digest != digest(request.token)
    end_sessions(work, Login.id == login.id, is_other)
    return Done()


def _own_login(work: UnitOfWork) -> Login:
    login_id = own_login_id(work.actor)
    statement = select(Login).where(Login.id == login_id, Login.status == Status.ACTIVE)
    login = work.session.scalar(statement)
    if login is None:
        raise LoginNotFound
    return login
