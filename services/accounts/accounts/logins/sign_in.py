"""Signing in: the same time and the same answer for a wrong name and a wrong password.

The password is checked between two transactions, so that no connection waits for it
and the count of tries stays even when the sign-in fails.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert

from accounts.logins.identity import identify
from accounts.logins.models import Login, Session, SignInTries
from accounts.logins.passwords import NOBODYS_HASH
from lineup.context import Call
from lineup.contracts.accounts import Identify, SessionKind, SignedIn, SignIn, Status
from lineup.database import Database, Work
from lineup.errors import TooMany, Unauthenticated

TRIES_LIMIT = 10
TRIES_WINDOW = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
TOKEN_BYTES = 32
USERNAME_CHARACTERS = 100
CLIENT_CHARACTERS = 200


class InvalidCredentials(Unauthenticated):
    """The login name or the password is wrong."""

    code = "invalid_credentials"


class TooManyTries(TooMany):
    """Too many tries for this login name; wait a little."""


@dataclass(frozen=True)
class Candidate:
    """What a password is checked against; an unknown login has nobody's hash."""

    login_id: UUID | None
    password_hash: str


def sign_in(
    database: Database, call: Call[SignIn], is_right: Callable[[str, str], bool]
) -> SignedIn:
    """Begin a session, or make an API token.

    Refuses as InvalidCredentials, TooManyTries (after 10 a minute for one name; details
    hold `retry_after` seconds) or, to who knows the password, AccountInactive.
    """
    with database.transaction(call.context) as work:
        candidate = find_candidate(work, call.request)
    if not is_right(candidate.password_hash, call.request.password):
        raise InvalidCredentials
    with database.transaction(call.context) as work:
        return begin_session(work, candidate, call.request)


def find_candidate(work: Work, request: SignIn) -> Candidate:
    """Count the try, and find the login or nobody."""
    username = request.username.strip().lower()[:USERNAME_CHARACTERS]
    count_try(work, username)
    login = work.session.scalar(
        select(Login).where(Login.username == username, Login.status != Status.DELETED)
    )
    if login is None:
        return Candidate(None, NOBODYS_HASH)
    return Candidate(login.id, login.password_hash)


def begin_session(work: Work, candidate: Candidate, request: SignIn) -> SignedIn:
    """Sign in a login whose password was right; its count of tries starts anew."""
    login = work.session.scalar(
        select(Login).where(
            Login.id == candidate.login_id, Login.status != Status.DELETED
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
    forget_tries(work, login.username)
    return SignedIn(token=token, actor=actor, expires_at=session.expires_at)


def shortened(client: str) -> str:
    """What one signs in with, as it is kept: printable and not too long."""
    return "".join(mark for mark in client if mark.isprintable())[:CLIENT_CHARACTERS]


def count_try(work: Work, username: str) -> None:
    """Count a try of a name's password; TooManyTries after 10 in a minute."""
    counted = insert(SignInTries).values(
        username=username, started_at=work.now, tries=1
    )
    is_over = SignInTries.started_at <= work.now - TRIES_WINDOW
    counted = counted.on_conflict_do_update(
        index_elements=[SignInTries.username],
        set_={
            "tries": case((is_over, 1), else_=SignInTries.tries + 1),
            "started_at": case((is_over, work.now), else_=SignInTries.started_at),
        },
    )
    started_at, tries = work.session.execute(
        counted.returning(SignInTries.started_at, SignInTries.tries)
    ).one()
    if tries > TRIES_LIMIT:
        wait = started_at + TRIES_WINDOW - work.now
        raise TooManyTries(details={"retry_after": max(1, -(-wait // SECOND))})


def forget_tries(work: Work, username: str) -> None:
    """Begin to count a name's tries anew."""
    work.session.execute(delete(SignInTries).where(SignInTries.username == username))
