"""What can be asked of logins and sessions."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update

from accounts.dependencies import Dependencies
from accounts.logins.attempts import KNOWN_FOR, clear_failures, delete_known_addresses
from accounts.logins.models import (
    KnownAddress,
    Login,
    ResetLink,
    Session,
    SignInFailures,
    SignInTries,
    digest,
)
from accounts.logins.naming import business_of, called, is_taken
from accounts.logins.passwords import (
    GeneratedPassword,
    check_password,
    hash_generated,
)
from accounts.logins.second_factor import delete_second_factors
from accounts.logins.usernames import check_username
from accounts.tree.models import Account
from accounts.unique_violations import note_duplicate
from lineup.context import Call, Role
from lineup.contracts.accounts.refusals import LoginNotFound
from lineup.contracts.accounts.sessions import SignOut
from lineup.contracts.accounts.tree import LoginDetails, Status
from lineup.database import Database, UnitOfWork
from lineup.ids import new_id
from lineup.validation import ValidationErrors
from lineup.verbs import Done, handles_call

ENDED_FOR = timedelta(hours=1)
FAILED_FOR = timedelta(days=2)
"""Failures this old slow nobody down any more."""
PRUNED_AT_ONCE = 1000


@handles_call(SignOut)
def sign_out(database: Database, call: Call[SignOut]) -> Done:
    """End a session or revoke a token; whoever remembers it is told to forget it.

    Each time anew, whatever the key: one form may sign out of two sessions.
    """
    with database.recorded(call) as work:
        session = work.session.scalar(
            select(Session).where(Session.digest == digest(call.request.token))
        )
        if session is not None:
            end_session(work, session)
    return Done()


def end_session(work: UnitOfWork, session: Session) -> None:
    """Forget a session or token, and announce it."""
    work.announce(session.ended())
    work.session.delete(session)


def check_login(
    work: UnitOfWork,
    errors: ValidationErrors,
    details: LoginDetails,
    role: Role,
    account: Account,
) -> None:
    """Note what is wrong with a wanted login at, or below, an account; a taken name
    included.
    """
    check_username(errors, "login.username", details.username)
    check_password(errors, "login.password", details.password, role)
    if is_taken(work, details.username, business_of(work, account)):
        note_duplicate(errors, "uq_logins_username")


def add_login(
    work: UnitOfWork,
    dependencies: Dependencies,
    account: Account,
    role: Role,
    details: LoginDetails,
    *,
    email: str = "",
) -> Login:
    """Make a login whose details were checked; its own `email` where it has one."""
    login = Login(
        id=new_id(),
        account_id=account.id,
        partner_id=account.partner_id,
        business_id=business_of(work, account),
        role=role,
        username=details.username,
        password_hash=_hash_of(dependencies, details.password),
        email=email,
        status=Status.ACTIVE,
        created_at=work.now,
    )
    login.index(account)
    account.username = account.username or login.username
    work.session.add(login)
    work.session.flush()
    return login


def follow_account(work: UnitOfWork, account: Account) -> None:
    """Let an account's logins be found by what it is called now."""
    for login in work.session.scalars(
        select(Login).where(Login.account_id == account.id)
    ):
        login.index(account)


def count_staff(work: UnitOfWork, account_id: UUID) -> int:
    """How many logins an account has."""
    living = Login.account_id == account_id, Login.status != Status.DELETED
    return work.session.scalar(select(func.count()).where(*living)) or 0


def reset_password(
    work: UnitOfWork,
    dependencies: Dependencies,
    username: str,
    password: str,
    service: str = "",
) -> None:
    """Give a login a new password and end its sessions; NotFound without such a login,
    a refusal of the password as at its making.
    """
    login = login_called(work, username, service)
    if login is None:
        raise LoginNotFound
    set_password(work, dependencies, login, password)
    end_sessions(work, Login.id == login.id)


def login_called(work: UnitOfWork, username: str, service: str) -> Login | None:
    """The login that a name means, locked; None where that is not clear."""
    row = called(work, select(Login.id), username, service)
    return row and work.session.get(Login, row.id, with_for_update=True)


def set_password(
    work: UnitOfWork,
    dependencies: Dependencies,
    login: Login,
    password: str,
    *,
    field: str = "password",
    must_change: bool = False,
) -> None:
    """Let a login have a new password, or refuse it; its failures are forgotten, and
    its reset links with them.

    Which of its sessions end is the caller's to say.
    """
    errors = ValidationErrors()
    check_password(errors, field, password, login.role)
    errors.refuse()
    login.password_hash = _hash_of(dependencies, password)
    login.must_change_password = must_change
    clear_failures(work, login)
    work.session.execute(delete(ResetLink).where(ResetLink.login_id == login.id))


def _hash_of(dependencies: Dependencies, password: str) -> str:
    """What is kept of a password: slow to make for one that a person chose."""
    if isinstance(password, GeneratedPassword):
        return hash_generated(password)
    return dependencies.hash_password(password)


def delete_logins(work: UnitOfWork, account_ids: Collection[UUID]) -> None:
    """Delete accounts' logins and end their sessions; the names stay reserved."""
    theirs = Login.account_id.in_(account_ids)
    end_sessions(work, theirs)
    delete_known_addresses(work, theirs)
    delete_second_factors(work, theirs)
    work.session.execute(update(Login).where(theirs).values(status=Status.DELETED))


def end_sessions(work: UnitOfWork, *conditions: ColumnElement[bool]) -> None:
    """End every session of the logins, or the sessions, that the conditions name."""
    sessions = select(Session).join(Login, Login.id == Session.login_id)
    for session in work.session.scalars(sessions.where(*conditions)):
        end_session(work, session)


def prune(work: UnitOfWork) -> int:
    """Forget a thousand expired sessions, old failures and addresses each; how many."""
    gone = 0
    for model, moment, kept_for in (
        (Session, Session.expires_at, ENDED_FOR),
        (SignInTries, SignInTries.started_at, ENDED_FOR),
        (SignInFailures, SignInFailures.since, FAILED_FOR),
        (KnownAddress, KnownAddress.seen_at, KNOWN_FOR),
        (ResetLink, ResetLink.expires_at, ENDED_FOR),
    ):
        keys = tuple(model.__table__.primary_key)
        old = select(*keys).where(moment < work.now - kept_for).limit(PRUNED_AT_ONCE)
        doomed = old.with_for_update(skip_locked=True)
        result = work.session.execute(
            delete(model).where(tuple_(*keys).in_(doomed)).returning(*keys)
        )
        gone += len(result.all())
    return gone
