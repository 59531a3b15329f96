"""Customer groups: made by each company as it likes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import SELLERS, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.changes import UNSET, Given
from lineup.contracts.paging import Page, Paging
from lineup.values.types import Name, Search
from lineup.verbs import Done, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class CustomerGroupView:
    """A customer group and its number of customers."""

    id: UUID
    account_id: UUID
    """The account that owns the group."""
    account_name: str
    scope: str
    name: str
    customer_count: int
    created_at: datetime

    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest="POST /customer-groups",
)
class CreateCustomerGroup(Request[CustomerGroupView]):
    """Create a customer group; the operator names the account that owns it."""

    name: Name
    account_id: UUID | None = None


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest=Route("PATCH /customer-groups/<uuid:group_id>", name="update_customer_group"),
)
class RenameCustomerGroup(Request[CustomerGroupView]):
    """Rename a customer group."""

    group_id: UUID
    name: Given[Name] = UNSET


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest="DELETE /customer-groups/<uuid:group_id>",
)
class DeleteCustomerGroup(Request[Done]):
    """Delete an empty customer group."""

    group_id: UUID


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /customer-groups/<uuid:group_id>",
)
class GetCustomerGroup(Request[CustomerGroupView]):
    """Get a customer group."""

    group_id: UUID


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /customer-groups",
)
class ListCustomerGroups(Request[Page[CustomerGroupView]]):
    """List customer groups by name, optionally those available to a seller."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    search: Search = ""
    seller_id: UUID | None = None
    """Groups of this account and the accounts above it."""
    paging: Paging = field(default_factory=Paging)
