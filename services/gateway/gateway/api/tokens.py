"""Sign-in by API: a login's name and password for a bearer token."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import g

from gateway.api.doors import Doors, bearer_token
from gateway.asking import actor, context
from gateway.ground import clients, ground
from gateway.identity import digest_of
from lineup.context import EVERYBODY, NOBODY_YET, Role
from lineup.contracts.accounts import Done, SignIn, SignOut

doors = Doors("tokens", "Signing in and out.")


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What one signs in with."""

    username: str
    password: str


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who is signed in."""

    role: Role
    login_id: UUID | None
    account_id: UUID | None
    partner_id: UUID | None
    name: str


@dataclass(frozen=True, kw_only=True)
class Token:
    """A bearer token, shown once, and whom it speaks for."""

    token: str
    expires_at: datetime
    me: Me


@dataclass(frozen=True, kw_only=True)
class CurrentToken:
    """End the token this request came with."""


@dataclass(frozen=True, kw_only=True)
class WhoAmI:
    """Who is behind the token."""


@doors.open("POST /tokens", Credentials, Token, NOBODY_YET)
def create_token(question: Credentials) -> Token:
    """Sign in for a bearer token; at most 10 tries a minute for one name."""
    signed = clients().accounts.sign_in(
        context(),
        SignIn(
            username=question.username, password=question.password, wants_token=True
        ),
    )
    g.actor = signed.actor
    return Token(token=signed.token, expires_at=signed.expires_at, me=me())


@doors.open("DELETE /tokens/current", CurrentToken, Done, EVERYBODY)
def delete_current_token(_: CurrentToken) -> Done:
    """Sign out: the token this request came with ends now."""
    token = bearer_token()
    clients().accounts.sign_out(context(), SignOut(token=token))
    ground().identities.forget(digest_of(token))
    return Done()


@doors.open("GET /me", WhoAmI, Me, EVERYBODY)
def get_me(_: WhoAmI) -> Me:
    """Who is signed in."""
    return me()


def me() -> Me:
    """The actor, as itself may see it."""
    who = actor()
    return Me(
        role=who.role,
        login_id=who.login_id,
        account_id=who.account_id,
        partner_id=who.partner_id,
        name=who.name,
    )
