"""Signing in: the same time and the same answer for a wrong name and a wrong password.

The password is checked between two transactions, so that no connection waits for it
and the failure stays counted when the sign-in fails.
"""

import secrets

from sqlalchemy import select

from accounts.logins.attempts import (
    SignInAttempt,
    begin_attempt,
    settle,
)
from accounts.logins.identity import identify
from accounts.logins.limits import USUAL_LIMITS, SignInLimits, TooManyTries
from accounts.logins.models import Login, Session
from accounts.logins.passwords import PasswordCheck
from lineup.context import Call
from lineup.contracts.accounts.refusals import InvalidCredentials
from lineup.contracts.accounts.sessions import Identify, SessionKind, SignedIn, SignIn
from lineup.contracts.accounts.tree import Status
from lineup.database import Database, UnitOfWork
from lineup.database.audit.recording import acted_by
from lineup.verbs import handles_call

TOKEN_BYTES = 32
CLIENT_CHARACTERS = 200


@handles_call(SignIn)
def sign_in(
    database: Database,
    call: Call[SignIn],
    *,
    is_right: PasswordCheck,
    limits: SignInLimits = USUAL_LIMITS,
) -> SignedIn:
    """Begin a session, or make an API token.

    Refuses as InvalidCredentials, TooManyTries (details hold `retry_after` seconds)
    or, to who knows the password, AccountInactive.
    """
    with database.transaction(call.context) as work:
        attempt = begin_attempt(work, call.request, limits)
    if not is_right(attempt.password_hash, call.request.password):
        if attempt.wait_seconds:
            raise TooManyTries(attempt.wait_seconds)
        raise InvalidCredentials
    with database.transaction(call.context) as work:
        settle(work, attempt)
    with database.recorded(call) as work:
        return begin_session(work, attempt, call.request)


def begin_session(
    work: UnitOfWork, attempt: SignInAttempt, request: SignIn
) -> SignedIn:
    """Sign in a login whose password was right."""
    login = work.session.scalar(
        select(Login).where(
            Login.id == attempt.login_id, Login.status != Status.DELETED
        )
    )
    if login is None:
        raise InvalidCredentials
    kind = SessionKind.TOKEN if request.wants_token else SessionKind.SESSION
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session.begin(login.id, kind, token, work.now)
    session.client = shortened(request.client)
    work.session.add(session)
    work.session.flush()
    actor = identify(work, Identify(token=token))
    acted_by(work, actor)
    return SignedIn(token=token, actor=actor, expires_at=session.expires_at)


def shortened(client: str) -> str:
    """What one signs in with, as it is kept: printable and not too long."""
    return "".join(mark for mark in client if mark.isprintable())[:CLIENT_CHARACTERS]
