"""Signing in and out, one's own login, sessions and visits to lower accounts."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, PUBLIC, SELLERS, Actor, Role
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.values.types import Line, NewPassword, Password, TimeZone, Token, Word
from lineup.verbs import Done, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The session (or API token), shown once, and who it is."""

    token: str
    actor: Actor
    expires_at: datetime


@verb("accounts", Kind.WRITE, allowed=PUBLIC)
class SignIn(Request[SignedIn]):
    """A login name and password; `wants_token` asks for an API token instead."""

    username: Token
    password: Password
    wants_token: bool = False
    client: Line = ""
    """What it signs in with, as its owner will know it again."""
    address: Word = ""
    """From where, as trusted proxies tell; empty: failures count for the name alone."""


@verb("accounts", Kind.READ, allowed=PUBLIC)
class Identify(Request[Actor]):
    """Who is behind a session cookie or bearer token."""

    token: Token


@verb("accounts", Kind.WRITE, allowed=PUBLIC)
class SignOut(Request[Done]):
    """End a session or token."""

    token: Token


@verb(
    "accounts",
    Kind.WRITE,
    allowed=EVERYBODY,
    rest=Route(
        "PUT /me/password",
        name="change_own_password",
        without=frozenset({"token"}),
        has_tag=False,
    ),
)
class ChangePassword(Request[Done]):
    """Change one's own password; all other sessions and tokens of the login end."""

    old_password: Password
    new_password: NewPassword
    token: Token = ""
    """The session that goes on."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=frozenset({Role.CUSTOMER}),
    rest=Route("PUT /me/time-zone", name="set_own_time_zone", has_tag=False),
)
class SetTimeZone(Request[Done]):
    """Show a customer its times in another zone."""

    time_zone: TimeZone


class SessionKind(enum.StrEnum):
    """A session slides on while it is used; a token and a visit have a fixed end."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    VISIT = "visit"
    """A stay in a lower account."""


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """One session, API token or visit."""

    id: UUID
    login_id: UUID
    username: str
    kind: SessionKind
    client: str
    entered: str
    """On a visit: the login name of the account entered."""
    is_current: bool
    created_at: datetime
    expires_at: datetime
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb(
    "accounts",
    Kind.READ,
    allowed=EVERYBODY,
    rest=Route("GET /sessions", without=frozenset({"token"})),
)
class ListSessions(Request[Page[SessionView]]):
    """What keeps logins signed in: one's own, or those of an account below."""

    account_id: UUID | None = None
    """None: one's own login."""
    token: Token = ""
    """The session that asks, to be told from the others."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=EVERYBODY,
    rest=Route("DELETE /sessions/<uuid:session_id>", has_tag=False),
)
class EndSession(Request[Done]):
    """End a session, API token or visit from the server."""

    session_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    rest="POST /accounts/<uuid:account_id>/visits",
)
class EnterAccount(Request[SignedIn]):
    """Act for half an hour as a lower account or customer of one's own."""

    account_id: UUID


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class SessionEnded:
    """A session or token ended; whoever remembers it must forget it."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    token_digest: str
