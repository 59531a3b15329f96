"""Signing in and out, one's own login, sessions and visits to lower accounts."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import (
    EVERYBODY,
    PUBLIC,
    SELLERS_AND_SUPPORT,
    Actor,
    Pending,
    Permission,
    Role,
)
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.values.types import Line, NewPassword, Password, TimeZone, Token, Word
from lineup.verbs import Done, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session or API token, shown only once, and its login."""

    token: str
    actor: Actor
    expires_at: datetime


@verb("accounts", Kind.WRITE, allowed=PUBLIC)
class SignIn(Request[SignedIn]):
    """Sign in with username and password; `wants_token` returns an API token.

    A session of a login with a second factor waits for `confirm_sign_in`, unless the
    code was given; no token is made without it.
    """

    UNLOGGED: ClassVar[frozenset[str]] = frozenset({"code"})

    username: Token
    password: Password
    service: Word = ""
    """Service ID of the partner meant; needed where several have this username."""
    wants_token: bool = False
    client: Line = ""
    """Name of the browser or app."""
    address: Word = ""
    """Client IP address, as reported by trusted proxies; empty: unknown."""
    code: Word = ""
    """Of the second factor; a session may be begun without it and confirmed later."""


@verb("accounts", Kind.READ, allowed=PUBLIC)
class Identify(Request[Actor]):
    """Get the login of a session or token."""

    token: Token
    link_id: UUID | None = None
    """Of a reseller company: the link through which it acts; null: none, or the one
    that its API key was made for."""


@verb("accounts", Kind.WRITE, allowed=PUBLIC)
class SignOut(Request[Done]):
    """End a session or token."""

    token: Token


@verb(
    "accounts",
    Kind.WRITE,
    allowed=EVERYBODY,
    in_own_name=True,
    while_pending=frozenset({Pending.PASSWORD_CHANGE}),
    while_locked=True,
    rest=Route(
        "PUT /me/password",
        name="change_own_password",
        without=frozenset({"token"}),
        has_tag=False,
    ),
)
class ChangePassword(Request[Done]):
    """Change your own password; all other sessions and tokens end."""

    old_password: Password
    new_password: NewPassword
    token: Token = ""
    """The session to keep."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=frozenset({Role.CUSTOMER}),
    rest=Route("PUT /me/time-zone", name="set_own_time_zone", has_tag=False),
)
class SetTimeZone(Request[Done]):
    """Set the time zone of a customer."""

    time_zone: TimeZone


class SessionKind(enum.StrEnum):
    """Type of a session; visits are logins as another account."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    VISIT = "visit"
    """Logged in as another account."""
    KEY = "key"
    """API key."""


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """A session or API token."""

    id: UUID
    login_id: UUID
    username: str
    kind: SessionKind
    client: str
    entered: str
    """Of a visit: the username of the other account."""
    is_current: bool
    created_at: datetime
    expires_at: datetime
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "accounts",
    Kind.READ,
    allowed=EVERYBODY,
    while_locked=True,
    rest=Route("GET /sessions", without=frozenset({"token"})),
)
class ListSessions(Request[Page[SessionView]]):
    """List sessions and tokens, your own or those of an account below."""

    account_id: UUID | None = None
    """Null: your own login."""
    token: Token = ""
    """The current session, to be marked in the list."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=EVERYBODY,
    while_locked=True,
    rest=Route("DELETE /sessions/<uuid:session_id>", has_tag=False),
)
class EndSession(Request[Done]):
    """End a session or revoke an API token."""

    session_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_SUPPORT,
    in_own_name=True,
    needs=Permission.LOGIN_AS,
    rest="POST /accounts/<uuid:account_id>/visits",
)
class EnterAccount(Request[SignedIn]):
    """Log in as an account or customer below your own, for 30 minutes.

    Support needs a grant of the partner, and is out when the grant ends.
    """

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
