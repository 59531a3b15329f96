"""Customer groups: made by each company as it likes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import SELLERS, SELLERS_AND_SUPPORT
from lineup.contracts.changes import UNSET, Given
from lineup.contracts.paging import Page, Paging
from lineup.values.types import Name, Search
from lineup.verbs import Done, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class CustomerGroupView:
    """One group, and how many customers are in it."""

    id: UUID
    account_id: UUID
    """The company whose group it is."""
    account_name: str
    scope: str
    name: str
    customer_count: int
    created_at: datetime

    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    rest="POST /customer-groups",
)
class CreateCustomerGroup(Request[CustomerGroupView]):
    """A group of the actor's own company; the operator names whose it is."""

    name: Name
    account_id: UUID | None = None


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    rest=Route("PATCH /customer-groups/<uuid:group_id>", name="update_customer_group"),
)
class RenameCustomerGroup(Request[CustomerGroupView]):
    """Give a group another name."""

    group_id: UUID
    name: Given[Name] = UNSET


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    rest="DELETE /customer-groups/<uuid:group_id>",
)
class DeleteCustomerGroup(Request[Done]):
    """Remove a group that no customer is in."""

    group_id: UUID


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /customer-groups/<uuid:group_id>",
)
class GetCustomerGroup(Request[CustomerGroupView]):
    """One group by id."""

    group_id: UUID


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /customer-groups",
)
class ListCustomerGroups(Request[Page[CustomerGroupView]]):
    """Groups by name; those that a seller's customers can be in, where it is named."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    search: Search = ""
    seller_id: UUID | None = None
    """A seller or partner: its own groups, and those of accounts above it."""
    paging: Paging = field(default_factory=Paging)
