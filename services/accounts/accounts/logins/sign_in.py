"""Signing in: the same time and the same answer for a wrong name and a wrong password.

The password is checked between two transactions, so that no connection waits for it
and the failure stays counted when the sign-in fails.
"""

import secrets
from uuid import UUID

from sqlalchemy import select

from accounts.logins.attempts import (
    SignInAttempt,
    begin_attempt,
    count_code,
    settle,
    take_back,
)
from accounts.logins.identity import identify, own_login_id
from accounts.logins.limits import USUAL_LIMITS, SignInLimits, TooManyTries
from accounts.logins.models import Login, Session, digest
from accounts.logins.passwords import PasswordCheck
from accounts.logins.second_factor import has_second_factor, use_code
from lineup.access import SecondFactorRequired, refuse_sellers_of_locked
from lineup.context import Call
from lineup.contracts.accounts.refusals import InvalidCredentials, NotSignedIn
from lineup.contracts.accounts.second_factor import ConfirmSignIn
from lineup.contracts.accounts.sessions import Identify, SessionKind, SignedIn, SignIn
from lineup.contracts.accounts.tree import Status
from lineup.database import Database, UnitOfWork
from lineup.database.audit.recording import acted_by
from lineup.secrets import Keyring
from lineup.verbs import Done, handles_call

TOKEN_BYTES = 32
CLIENT_CHARACTERS = 200


@handles_call(SignIn)
def sign_in(
    database: Database,
    call: Call[SignIn],
    *,
    is_right: PasswordCheck,
    keyring: Keyring,
    limits: SignInLimits = USUAL_LIMITS,
) -> SignedIn:
    """Begin a session, or make an API token.

    Refuses as InvalidCredentials, TooManyTries (details hold `retry_after` seconds)
    or, to who knows the password, AccountInactive, SecondFactorRequired for a token
    without a code, and CodeWrong.
    """
    with database.transaction(call.context) as work:
        attempt = begin_attempt(work, call.request, limits)
    if not is_right(attempt.password_hash, call.request.password):
        if attempt.wait_seconds:
            raise TooManyTries(attempt.wait_seconds)
        raise InvalidCredentials
    with database.transaction(call.context) as work:
        settle(work, attempt)
    with database.transaction(call.context) as work:
        counted = _count_code(work, attempt, call.request, limits)
    with database.recorded(call) as work:
        if counted and attempt.login_id:
            use_code(work, attempt.login_id, call.request.code, keyring)
            take_back(work, counted)
        return begin_session(work, attempt, call.request, is_proven=bool(counted))


@handles_call(ConfirmSignIn)
def confirm_sign_in(
    database: Database,
    call: Call[ConfirmSignIn],
    *,
    keyring: Keyring,
    limits: SignInLimits = USUAL_LIMITS,
) -> Done:
    """Let a session that its password alone has begun be like any other.

    CodeWrong, or TooManyTries after too many codes; NotSignedIn where it is over,
    somebody else's, or waits for none.
    """
    request, login_id = call.request, own_login_id(call.actor)
    with database.transaction(call.context) as work:
        counted = count_code(work, login_id, limits)
    with database.recorded(call) as work:
        session = _waiting(work, login_id, request.token)
        use_code(work, login_id, request.code, keyring)
        take_back(work, counted)
        session.confirm(work.now)
    return Done()


def begin_session(
    work: UnitOfWork, attempt: SignInAttempt, request: SignIn, *, is_proven: bool
) -> SignedIn:
    """Sign in a login whose password was right; `is_proven`: its code, too."""
    found = work.session.execute(
        select(Login, has_second_factor()).where(
            Login.id == attempt.login_id, Login.status != Status.DELETED
        )
    ).first()
    if found is None:
        raise InvalidCredentials
    login, has_factor = found
    kind = SessionKind.TOKEN if request.wants_token else SessionKind.SESSION
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session.begin(login.id, kind, token, work.now)
    session.client = shortened(request.client)
    if has_factor and not is_proven:
        if request.wants_token:
            raise SecondFactorRequired
        session.wait_for_code()
    work.session.add(session)
    work.session.flush()
    actor = identify(work, Identify(token=token))
    refuse_sellers_of_locked(actor)
    acted_by(work, actor)
    return SignedIn(token=token, actor=actor, expires_at=session.expires_at)


def _count_code(
    work: UnitOfWork, attempt: SignInAttempt, request: SignIn, limits: SignInLimits
) -> tuple[bytes, ...]:
    """Count the code that a sign-in brings; nothing where none is looked at."""
    if attempt.login_id and request.code and _has_factor(work, attempt):
        return count_code(work, attempt.login_id, limits)
    return ()


def _has_factor(work: UnitOfWork, attempt: SignInAttempt) -> bool:
    statement = select(has_second_factor()).where(Login.id == attempt.login_id)
    return bool(work.session.scalar(statement))


def _waiting(work: UnitOfWork, login_id: UUID, token: str) -> Session:
    """A login's session that waits for its code, locked."""
    session = work.session.scalar(
        select(Session)
        .where(
            Session.digest == digest(token),
            Session.login_id == login_id,
            Session.needs_code,
            Session.expires_at > work.now,
        )
        .with_for_update()
    )
    if session is None:
        raise NotSignedIn
    return session


def shortened(client: str) -> str:
    """What one signs in with, as it is kept: printable and not too long."""
    return "".join(mark for mark in client if mark.isprintable())[:CLIENT_CHARACTERS]
