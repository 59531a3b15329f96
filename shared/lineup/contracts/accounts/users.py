"""Users: the lines of a customer, and their credentials."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, SELLERS_AND_CUSTOMERS, Permission
from lineup.contracts.accounts.customers import CustomerStatus
from lineup.contracts.accounts.tree import Status
from lineup.contracts.changes import UNSET, Given
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.secrets import Sealed
from lineup.values.types import (
    Name,
    OptionalPlayerPassword,
    Password,
    PlayerPassword,
    PlayerUsername,
    Search,
    Token,
)
from lineup.verbs import Done, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class UserView:
    """A user with its playlist and Xtream credentials; the password is encrypted."""

    id: UUID
    customer_id: UUID
    partner_id: UUID
    scope: str
    name: str
    username: str
    password: Sealed
    token: str
    """The playlist link is <public url>/p/<token>.m3u8."""
    public_url: str
    is_active: bool
    """False: the user is suspended or its customer is disabled."""
    created_at: datetime
    state: CustomerStatus = CustomerStatus.PENDING
    ends_at: datetime | None = None
    """Latest end date of its subscriptions, active or ended."""
    product_id: UUID | None = None
    """Current or last product."""
    product_name: str = ""
    device_count: int = 0
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.CUSTOMERS,
    rest="POST /customers/<uuid:customer_id>/users",
)
class CreateUser(Request[UserView]):
    """Create a user; playlist link and Xtream credentials are generated."""

    customer_id: UUID
    name: Name


@verb("accounts", Kind.READ, allowed=EVERYBODY, rest="GET /users/<uuid:user_id>")
class GetUser(Request[UserView]):
    """Get a user."""

    user_id: UUID


@verb("accounts", Kind.READ, allowed=EVERYBODY, rest="GET /users")
class ListUsers(Request[Page[UserView]]):
    """List users, newest first, optionally of one customer."""

    SORTS: ClassVar[tuple[str, ...]] = ("name", "username", "ends_at")

    customer_id: UUID | None = None
    search: Search = ""
    """Words in name or Xtream username."""
    username: Token = ""
    """Exact Xtream username."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.CUSTOMERS,
    rest="PATCH /users/<uuid:user_id>",
)
class RenameUser(Request[UserView]):
    """Rename a user."""

    user_id: UUID
    name: Given[Name] = UNSET


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.DELETE,
    rest="DELETE /users/<uuid:user_id>",
)
class DeleteUser(Request[Done]):
    """Delete a user without an active subscription."""

    user_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.CUSTOMERS,
    rest=Route("POST /users/<uuid:user_id>/link/replace", status=200),
)
class ReplacePlaylistLink(Request[UserView]):
    """Replace the playlist link of a user; the old link stops working.

    Its Xtream username and password stay as they are.
    """

    user_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    in_own_name=True,
    needs=Permission.CUSTOMERS,
    rest=Route("POST /users/<uuid:user_id>/password/replace", status=200),
)
class ReplacePlayerPassword(Request[UserView]):
    """Replace the Xtream password of a user; its playlist link stays the same."""

    user_id: UUID
    new_password: OptionalPlayerPassword = ""
    """Empty: one is generated."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    in_own_name=True,
    needs=Permission.CUSTOMERS,
    rest=Route("POST /users/change-login", status=200, has_tag=False),
)
class ChangePlayerLogin(Request[UserView]):
    """Change the Xtream username and password of a user with the current ones as proof.

    Its playlist link stays the same. Too many wrong attempts have to wait.
    """

    old_username: Token
    old_password: Password
    new_username: PlayerUsername
    new_password: PlayerPassword


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class UserChanged:
    """A user as it now is, with what its playlist needs."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    customer_id: UUID
    partner_id: UUID
    scope: str
    """The path of the customer above it."""
    name: str
    username: str
    password: Sealed
    token: str
    public_url: str
    status: Status
    created_at: datetime
    is_ordered: bool = False
    """Made for a shop's order: what it bought follows at once."""
    forfeits: bool = False
    """Deleted with its seller: what is left of its subscription is not given back."""


@dataclass(frozen=True, kw_only=True)
class PlayerCredentials:
    """What one user types into a player."""

    user_id: UUID
    name: str
    username: str
    password: Sealed
    token: str


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class CredentialsIssued:
    """Credentials were generated and wait to be told, in one message."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """What they were made for: a customer, or a shop order, which may grow."""
    version: int
    """Rises with each issue; every one tells of other users."""
    partner_id: UUID
    scope: str
    customer_id: UUID
    first_name: str
    last_name: str
    email: str
    username: str
    """The customer's login name."""
    password: Sealed | None
    """The login's password where it was generated just now; None: known already."""
    public_url: str
    users: list[PlayerCredentials]
    service_id: str = ""
    """What the customer signs in with beside its name; empty: nothing."""
