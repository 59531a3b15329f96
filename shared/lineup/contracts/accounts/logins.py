"""Signing in and out, and further logins."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import Actor, Role
from lineup.contracts.accounts.tree import LoginDetails, Status
from lineup.events import event


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A login name and password; `wants_token` asks for an API token instead."""

    username: str
    password: str
    wants_token: bool = False


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The session (or API token), shown once, and who it is."""

    token: str
    actor: Actor
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Identify:
    """Who is behind a session cookie or bearer token."""

    token: str


@dataclass(frozen=True, kw_only=True)
class SignOut:
    """End a session or token."""

    token: str


@dataclass(frozen=True, kw_only=True)
class Done:
    """It is done; nothing more to say."""


@dataclass(frozen=True, kw_only=True)
class CreateStaff:
    """Make a further login on an existing account (roles at or below the actor's)."""

    account_id: UUID
    role: Role
    login: LoginDetails


@dataclass(frozen=True, kw_only=True)
class LoginView:
    """One login of an account."""

    id: UUID
    account_id: UUID
    username: str
    role: Role
    status: Status
    created_at: datetime


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class SessionEnded:
    """A session or token ended; whoever remembers it must forget it."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    token_digest: str
