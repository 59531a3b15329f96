"""Password resets: a link by mail that works once, within an hour."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lineup.context import PUBLIC, SELLERS, Permission
from lineup.events import event
from lineup.secrets import Sealed
from lineup.values.types import NewPassword, Token, Word
from lineup.verbs import Done, Kind, Request, Route, verb


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PUBLIC,
    rest=Route(
        "POST /password-resets",
        name="create_password_reset",
        without=frozenset({"address"}),
    ),
)
class RequestPasswordReset(Request[Done]):
    """Request a reset link by email; the answer is the same for unknown names."""

    username: Token
    """Username or email address."""
    service: Word = ""
    """Service ID of the partner meant; needed where several have this username."""
    address: Word = ""
    """Client IP address, as reported by trusted proxies; empty: unknown."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PUBLIC,
    rest=Route(
        "POST /password-resets/complete",
        name="set_password_by_link",
        without=frozenset({"address"}),
    ),
)
class SetPasswordByLink(Request[Done]):
    """Set a new password with the code of a reset link; all sessions end."""

    token: Token
    new_password: NewPassword
    address: Word = ""
    """Client IP address, as reported by trusted proxies; empty: unknown."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    in_own_name=True,
    needs=Permission.LOGINS,
    rest=Route(
        "POST /logins/<uuid:login_id>/reset-link",
        name="create_reset_link",
        has_tag=False,
    ),
)
class SendResetLink(Request[Done]):
    """Email a reset link to a login; its password works until a new one is set."""

    login_id: UUID


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class ResetLinkIssued:
    """A reset link waits to be sent."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    customer_id: UUID | None
    """None: the login is not a customer's."""
    scope: str
    email: str
    username: str
    public_url: str
    token: Sealed
