"""What can be asked of logins and sessions."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select

from accounts.findings import Findings
from accounts.logins.models import Login, Session, SignInTries, digest
from accounts.logins.passwords import check_password
from accounts.logins.usernames import check_username
from accounts.means import Means
from accounts.taken import note_taken
from accounts.tree.models import Account, is_switched_off
from lineup.context import Actor, Role
from lineup.contracts.accounts import (
    AccountKind,
    Done,
    Identify,
    LoginDetails,
    SignOut,
    Status,
)
from lineup.database import Work
from lineup.errors import Forbidden, Unauthenticated
from lineup.ids import new_id

PRUNED_AFTER = timedelta(hours=1)
PRUNED_AT_ONCE = 1000


class NotSignedIn(Unauthenticated):
    """This session or token is unknown or over: sign in again."""

    code = "not_signed_in"


class AccountInactive(Forbidden):
    """This account, or one above it, is switched off."""

    code = "account_inactive"


class AccountLocked(AccountInactive):
    """This customer is switched off; its provider can switch it on again (CU-15)."""

    code = "account_locked"


def identify(work: Work, request: Identify) -> Actor:
    """Who is behind a token; NotSignedIn or AccountInactive. One query."""
    row = work.session.execute(
        select(Session, Login, Account, is_switched_off(Account.scope))
        .join(Login, Login.id == Session.login_id)
        .join(Account, Account.id == Login.account_id)
        .where(Session.digest == digest(request.token), Session.expires_at > work.now)
    ).first()
    if row is None:
        raise NotSignedIn
    session, login, account, is_off = row
    refuse_off(login, account, is_off=is_off)
    session.slide(work.now)
    return login.actor_at(account)


def refuse_off(login: Login, account: Account, *, is_off: bool) -> None:
    """AccountInactive when a login, its account or one above is switched off.

    AccountLocked where that is the customer itself.
    """
    is_customer = account.kind is AccountKind.CUSTOMER
    if is_customer and account.status is Status.INACTIVE:
        raise AccountLocked
    if is_off or login.status is not Status.ACTIVE:
        raise AccountInactive


def sign_out(work: Work, request: SignOut) -> Done:
    """End a session or revoke a token; whoever remembers it is told to forget it."""
    session = work.session.scalar(
        select(Session).where(Session.digest == digest(request.token))
    )
    if session is not None:
        end_session(work, session)
    return Done()


def end_session(work: Work, session: Session) -> None:
    """Forget a session or token, and announce it."""
    work.announce(session.ended())
    work.session.delete(session)


def check_login(
    work: Work, findings: Findings, details: LoginDetails, role: Role
) -> None:
    """Note what is wrong with a wanted login, a taken name included."""
    check_username(findings, "login.username", details.username)
    check_password(findings, "login.password", details.password, role)
    if is_taken(work, details.username):
        note_taken(findings, "uq_logins_username")


def is_taken(work: Work, username: str) -> bool:
    """Whether a login name is used anywhere in the installation."""
    return bool(work.session.scalar(select(exists().where(Login.username == username))))


def add_login(
    work: Work, means: Means, account: Account, role: Role, details: LoginDetails
) -> Login:
    """Make a login whose details were checked."""
    login = Login(
        id=new_id(),
        account_id=account.id,
        role=role,
        username=details.username,
        password_hash=means.hash_password(details.password),
        status=Status.ACTIVE,
        created_at=work.now,
    )
    work.session.add(login)
    work.session.flush()
    return login


def delete_logins(work: Work, account_id: UUID) -> None:
    """Delete an account's logins and end their sessions; the names stay reserved."""
    logins = select(Login).where(Login.account_id == account_id)
    for login in work.session.scalars(logins):
        login.status = Status.DELETED
    end_sessions(work, account_id)


def end_sessions(work: Work, account_id: UUID) -> None:
    """End every session and token of an account's logins."""
    sessions = select(Session).join(Login).where(Login.account_id == account_id)
    for session in work.session.scalars(sessions):
        end_session(work, session)


def prune(work: Work) -> int:
    """Forget a thousand expired sessions and old counts of tries; how many went."""
    gone = 0
    for model, key, moment in (
        (Session, Session.id, Session.expires_at),
        (SignInTries, SignInTries.username, SignInTries.started_at),
    ):
        old = select(key).where(moment < work.now - PRUNED_AFTER).limit(PRUNED_AT_ONCE)
        doomed = old.with_for_update(skip_locked=True)
        result = work.session.execute(
            delete(model).where(key.in_(doomed)).returning(key)
        )
        gone += len(result.all())
    return gone
