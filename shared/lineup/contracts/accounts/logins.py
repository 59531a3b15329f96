"""Further logins of accounts and customers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import SELLERS, Permission, Role
from lineup.contracts.accounts.tree import LoginDetails, Status
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.values.rules import OneOf
from lineup.values.types import NewPassword, OptionalMailAddress
from lineup.verbs import Done, Kind, Request, Route, verb

LoginRole = Annotated[
    Role, OneOf(tuple(role for role in Role if role is not Role.SYSTEM))
]
"""Role of a login."""


@dataclass(frozen=True, kw_only=True)
class LoginView:
    """One login of an account."""

    id: UUID
    account_id: UUID
    username: str
    role: Role
    state: Status
    created_at: datetime
    email: str = ""
    """Where its reset links go; empty: the account's email address."""
    must_change_password: bool = False
    """Whether it must choose a new password at its next sign-in."""
    permission_set_id: UUID | None = None
    """What a staff login may do; null: all that staff may."""
    permission_set: str = ""
    """Name of the permission set; empty: none."""
    has_second_factor: bool = False
    """Whether signing in takes a code besides the password."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    in_own_name=True,
    needs=Permission.LOGINS,
    rest=Route("POST /accounts/<uuid:account_id>/logins", name="create_login"),
)
class CreateStaff(Request[LoginView]):
    """Create a login for an account, with at most the caller's role."""

    account_id: UUID
    role: LoginRole
    login: LoginDetails
    email: OptionalMailAddress = ""
    """Where its reset links go; empty: the account's email address."""
    must_change_password: bool = False
    """Whether it must choose a new password at first sign-in."""
    permission_set_id: UUID | None = None
    """What a staff login may do; null: all that staff may."""


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS,
    rest="GET /accounts/<uuid:account_id>/logins",
)
class ListLogins(Request[Page[LoginView]]):
    """List the logins of an account or customer, newest first."""

    SORTS: ClassVar[tuple[str, ...]] = ("username",)

    account_id: UUID
    paging: Paging = field(default_factory=Paging)


@verb("accounts", Kind.READ, allowed=SELLERS, rest="GET /logins/<uuid:login_id>")
class GetLogin(Request[LoginView]):
    """Get a login."""

    login_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    in_own_name=True,
    needs=Permission.LOGINS,
    rest=Route("PUT /logins/<uuid:login_id>/state", has_tag=False),
)
class SetLoginState(Request[LoginView]):
    """Enable, disable or delete a login; its username stays reserved."""

    login_id: UUID
    state: Status


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    in_own_name=True,
    needs=Permission.LOGINS,
    rest=Route(
        "PUT /logins/<uuid:login_id>/password",
        name="set_login_password",
        without=frozenset({"must_change_password"}),
        has_tag=False,
    ),
)
class ResetPassword(Request[Done]):
    """Reset the password of a login; its sessions end."""

    login_id: UUID
    password: NewPassword
    must_change_password: bool = False
    """Whether it must choose a new one at the next sign-in."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    in_own_name=True,
    needs=Permission.LOGINS,
    rest="PATCH /logins/<uuid:login_id>",
)
class UpdateLogin(Request[LoginView]):
    """Change the settings of a login."""

    login_id: UUID
    email: Given[OptionalMailAddress] = UNSET
    """Where its reset links go; empty: the account's email address."""
    must_change_password: Given[bool] = UNSET
    """Whether it must choose a new password at its next sign-in."""
    permission_set_id: Given[UUID | None] = resets_to(None)
    """What a staff login may do; null: all that staff may."""
