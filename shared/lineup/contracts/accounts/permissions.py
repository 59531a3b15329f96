"""Permission sets: what the staff of a partner may do, under a name."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from lineup.context import OPERATORS, PARTNERS, Permission, Role
from lineup.contracts.changes import UNSET, Given
from lineup.contracts.paging import Page, Paging
from lineup.values.rules import Items
from lineup.values.types import Name
from lineup.verbs import Done, Kind, Request, verb

OWNERS = OPERATORS | {Role.PARTNER}
"""Staff never changes what staff may do."""
Permissions = Annotated[list[Permission], Items(most=100)]


@dataclass(frozen=True, kw_only=True)
class PermissionSetView:
    """A named set of permissions of a partner."""

    id: UUID
    partner_id: UUID
    name: str
    permissions: list[Permission]
    """What its logins may do beside looking."""
    login_count: int
    """How many logins have it."""
    created_at: datetime
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OWNERS,
    in_own_name=True,
    rest="POST /permission-sets",
)
class CreatePermissionSet(Request[PermissionSetView]):
    """Create a permission set."""

    name: Name
    permissions: Permissions
    """Everything else is refused to logins that have the set."""
    partner_id: UUID | None = None
    """Null: your own."""


@verb(
    "accounts",
    Kind.READ,
    allowed=PARTNERS,
    rest="GET /permission-sets/<uuid:set_id>",
)
class GetPermissionSet(Request[PermissionSetView]):
    """Get a permission set."""

    set_id: UUID


@verb("accounts", Kind.READ, allowed=PARTNERS, rest="GET /permission-sets")
class ListPermissionSets(Request[Page[PermissionSetView]]):
    """List permission sets, newest first."""

    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OWNERS,
    in_own_name=True,
    rest="PATCH /permission-sets/<uuid:set_id>",
)
class UpdatePermissionSet(Request[PermissionSetView]):
    """Change a permission set; its logins follow within ten seconds."""

    set_id: UUID
    name: Given[Name] = UNSET
    permissions: Given[Permissions] = UNSET
    """What its logins may do beside looking."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OWNERS,
    in_own_name=True,
    rest="DELETE /permission-sets/<uuid:set_id>",
)
class DeletePermissionSet(Request[Done]):
    """Delete a permission set that no login has."""

    set_id: UUID
