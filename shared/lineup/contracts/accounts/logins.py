"""Signing in and out, further logins, sessions and visits to lower accounts."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, PUBLIC, SELLERS, Actor, Role
from lineup.contracts.accounts.tree import LoginDetails, Status
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.values.rules import OneOf
from lineup.values.types import Line, NewPassword, Password, TimeZone, Token, Word
from lineup.verbs import Done, Kind, Request, verb


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


LoginRole = Annotated[
    Role, OneOf(tuple(role for role in Role if role is not Role.SYSTEM))
]
"""What somebody may do who signs in."""


@dataclass(frozen=True, kw_only=True)
class LoginView:
    """One login of an account."""

    id: UUID
    account_id: UUID
    username: str
    role: Role
    state: Status
    created_at: datetime
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb("accounts", Kind.WRITE, allowed=SELLERS)
class CreateStaff(Request[LoginView]):
    """Make a further login on an existing account (roles at or below the actor's)."""

    account_id: UUID
    role: LoginRole
    login: LoginDetails


@verb("accounts", Kind.READ, allowed=SELLERS)
class ListLogins(Request[Page[LoginView]]):
    """The logins of an account or customer, newest first."""

    SORTS: ClassVar[tuple[str, ...]] = ("username",)

    account_id: UUID
    paging: Paging = field(default_factory=Paging)


@verb("accounts", Kind.WRITE, allowed=SELLERS)
class SetLoginState(Request[LoginView]):
    """Switch a login off, on again, or delete it; its name stays reserved."""

    login_id: UUID
    state: Status


@verb("accounts", Kind.WRITE, allowed=SELLERS)
class ResetPassword(Request[Done]):
    """Give somebody else's login a new password; it must sign in anew."""

    login_id: UUID
    password: NewPassword


@verb("accounts", Kind.WRITE, allowed=EVERYBODY)
class ChangePassword(Request[Done]):
    """Change one's own password; all other sessions and tokens of the login end."""

    old_password: Password
    new_password: NewPassword
    token: Token = ""
    """The session that goes on."""


@verb("accounts", Kind.WRITE, allowed=frozenset({Role.CUSTOMER}))
class SetTimeZone(Request[Done]):
    """Show a customer its times in another zone."""

    time_zone: TimeZone


class SessionKind(enum.StrEnum):
    """A session slides on while it is used; a token and a visit have a fixed end."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    VISIT = "visit"
    """A stay in a lower account (AH-28)."""


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


@verb("accounts", Kind.READ, allowed=EVERYBODY)
class ListSessions(Request[Page[SessionView]]):
    """What keeps logins signed in: one's own, or those of an account below."""

    account_id: UUID | None = None
    """None: one's own login."""
    token: Token = ""
    """The session that asks, to be told from the others."""
    paging: Paging = field(default_factory=Paging)


@verb("accounts", Kind.WRITE, allowed=EVERYBODY)
class EndSession(Request[Done]):
    """End a session, API token or visit from the server."""

    session_id: UUID


@verb("accounts", Kind.WRITE, allowed=SELLERS)
class EnterAccount(Request[SignedIn]):
    """Act for half an hour as a lower account or customer of one's own (AH-28)."""

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
