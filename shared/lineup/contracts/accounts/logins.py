"""Further logins of accounts and customers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import SELLERS, Role
from lineup.contracts.accounts.tree import LoginDetails, Status
from lineup.contracts.paging import Page, Paging
from lineup.values.rules import OneOf
from lineup.values.types import NewPassword
from lineup.verbs import Done, Kind, Request, Route, verb

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


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    rest=Route("POST /accounts/<uuid:account_id>/logins", name="create_login"),
)
class CreateStaff(Request[LoginView]):
    """Make a further login on an existing account (roles at or below the actor's)."""

    account_id: UUID
    role: LoginRole
    login: LoginDetails


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS,
    rest="GET /accounts/<uuid:account_id>/logins",
)
class ListLogins(Request[Page[LoginView]]):
    """The logins of an account or customer, newest first."""

    SORTS: ClassVar[tuple[str, ...]] = ("username",)

    account_id: UUID
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    rest=Route("PUT /logins/<uuid:login_id>/state", has_tag=False),
)
class SetLoginState(Request[LoginView]):
    """Switch a login off, on again, or delete it; its name stays reserved."""

    login_id: UUID
    state: Status


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    rest=Route(
        "PUT /logins/<uuid:login_id>/password", name="set_login_password", has_tag=False
    ),
)
class ResetPassword(Request[Done]):
    """Give somebody else's login a new password; it must sign in anew."""

    login_id: UUID
    password: NewPassword
