"""Sign-in by API: a login's name and password for a bearer token."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask import g

from gateway.api.doors import Doors, bearer_token
from gateway.asking import actor, address, context, user_agent
from gateway.clients import AccountsClient
from gateway.ground import clients, ground
from gateway.identity import digest_of
from lineup.context import EVERYBODY, PUBLIC, SELLERS, Role
from lineup.contracts.accounts.logins import (
    ChangePassword,
    EnterAccount,
    ListSessions,
    SessionView,
    SignedIn,
    SignIn,
    SignOut,
)
from lineup.contracts.paging import Page
from lineup.values import types as values
from lineup.verbs import Done

doors = Doors("tokens", "Signing in and out.", AccountsClient)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What one signs in with."""

    username: values.Token
    password: values.Password


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who is signed in."""

    role: Role
    login_id: UUID | None
    account_id: UUID | None
    partner_id: UUID | None
    name: str
    time_zone: str
    on_behalf_of: str
    """Who really acts, while signed in as another; else empty."""


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


@doors.open("POST /tokens", Credentials, Token, PUBLIC)
def create_token(question: Credentials) -> Token:
    """Sign in for a bearer token; wrong tries are answered slower and slower."""
    signed = clients().accounts.sign_in(
        context(),
        SignIn(
            username=question.username,
            password=question.password,
            wants_token=True,
            client=user_agent(),
            address=address(),
        ),
    )
    return _token_of(signed)


@doors.open("POST /accounts/<uuid:account_id>/visits", EnterAccount, Token, SELLERS)
def enter_account(question: EnterAccount) -> Token:
    """A token of half an hour that acts as a lower account or customer."""
    return _token_of(clients().accounts.enter_account(context(), question))


@doors.open("DELETE /tokens/current", CurrentToken, Done, EVERYBODY, has_tag=False)
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


@doors.open(
    "PUT /me/password",
    ChangePassword,
    Done,
    EVERYBODY,
    without=frozenset({"token"}),
    has_tag=False,
)
def change_own_password(question: ChangePassword) -> Done:
    """Change one's own password; all sessions and tokens but this one end."""
    kept = replace(question, token=bearer_token())
    return clients().accounts.change_password(context(), kept)


@doors.open(
    "GET /sessions",
    ListSessions,
    Page[SessionView],
    EVERYBODY,
    without=frozenset({"token"}),
)
def list_sessions(question: ListSessions) -> Page[SessionView]:
    """What keeps one's own login, or an account's logins, signed in."""
    asking = replace(question, token=bearer_token())
    return clients().accounts.list_sessions(context(), asking)


doors.ask("DELETE /sessions/<uuid:session_id>", "end_session", EVERYBODY, has_tag=False)
doors.ask(
    "PUT /me/time-zone",
    "set_time_zone",
    frozenset({Role.CUSTOMER}),
    name="set_own_time_zone",
    has_tag=False,
)


def _token_of(signed: SignedIn) -> Token:
    g.actor = signed.actor
    return Token(token=signed.token, expires_at=signed.expires_at, me=me())


def me() -> Me:
    """The actor, as itself may see it."""
    who = actor()
    return Me(
        role=who.role,
        login_id=who.login_id,
        account_id=who.account_id,
        partner_id=who.partner_id,
        name=who.name,
        time_zone=who.time_zone,
        on_behalf_of=who.on_behalf_of,
    )
