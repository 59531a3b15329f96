"""Signing in and out, further logins, sessions and visits to lower accounts."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import Actor, Role
from lineup.contracts.accounts.tree import LoginDetails, Status
from lineup.contracts.paging import Paging
from lineup.events import event
from lineup.values.rules import OneOf
from lineup.values.types import Line, NewPassword, Password, TimeZone, Token, Word


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A login name and password; `wants_token` asks for an API token instead."""

    username: Token
    password: Password
    wants_token: bool = False
    client: Line = ""
    """What it signs in with, as its owner will know it again."""
    address: Word = ""
    """From where, as trusted proxies tell; empty: failures count for the name alone."""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The session (or API token), shown once, and who it is."""

    token: str
    actor: Actor
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Identify:
    """Who is behind a session cookie or bearer token."""

    token: Token


@dataclass(frozen=True, kw_only=True)
class SignOut:
    """End a session or token."""

    token: Token


@dataclass(frozen=True, kw_only=True)
class Done:
    """It is done; nothing more to say."""


LoginRole = Annotated[
    Role, OneOf(tuple(role for role in Role if role is not Role.SYSTEM))
]
"""What somebody may do who signs in."""


@dataclass(frozen=True, kw_only=True)
class CreateStaff:
    """Make a further login on an existing account (roles at or below the actor's)."""

    account_id: UUID
    role: LoginRole
    login: LoginDetails


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


@dataclass(frozen=True, kw_only=True)
class ListLogins:
    """The logins of an account or customer, newest first."""

    SORTS: ClassVar[tuple[str, ...]] = ("username",)

    account_id: UUID
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class SetLoginState:
    """Switch a login off, on again, or delete it; its name stays reserved."""

    login_id: UUID
    state: Status


@dataclass(frozen=True, kw_only=True)
class ResetPassword:
    """Give somebody else's login a new password; it must sign in anew."""

    login_id: UUID
    password: NewPassword


@dataclass(frozen=True, kw_only=True)
class ChangePassword:
    """Change one's own password; all other sessions and tokens of the login end."""

    old_password: Password
    new_password: NewPassword
    token: Token = ""
    """The session that goes on."""


@dataclass(frozen=True, kw_only=True)
class SetTimeZone:
    """Show a customer its times in another zone."""

    time_zone: TimeZone


class SessionKind(enum.StrEnum):
    """A session slides on while it is used; a token and a visit have a fixed end."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    VISIT = "visit"
    """A stay in a lower account (AH-28)."""


@dataclass(frozen=True, kw_only=True)
class ListSessions:
    """What keeps logins signed in: one's own, or those of an account below."""

    account_id: UUID | None = None
    """None: one's own login."""
    token: Token = ""
    """The session that asks, to be told from the others."""
    paging: Paging = field(default_factory=Paging)


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


@dataclass(frozen=True, kw_only=True)
class EndSession:
    """End a session, API token or visit from the server."""

    session_id: UUID


@dataclass(frozen=True, kw_only=True)
class EnterAccount:
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
