"""Seller plans: named limits that a partner gives to its resellers and dealers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import (
    PARTNERS,
    PARTNERS_AND_SUPPORT,
    SELLERS_AND_SUPPORT,
    Permission,
)
from lineup.contracts.accounts.tree import AccountView
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.values.rules import Whole
from lineup.values.types import Name, Search
from lineup.verbs import Done, Kind, Request, verb

Most = Annotated[int, Whole(least=0, most=10_000_000)]
"""How many of something a seller may have."""


@dataclass(frozen=True, kw_only=True)
class SellerPlanView:
    """A seller plan and the number of its sellers."""

    id: UUID
    partner_id: UUID
    name: str
    most_customers: int | None
    """0: none; null: no limit. The same holds for the other limits."""
    most_users: int | None
    most_trials_per_day: int | None
    seller_count: int
    created_at: datetime
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@dataclass(frozen=True, kw_only=True)
class SellerLimits:
    """What a seller may have at most, and what it has; null: no limit.

    Customers in the trash count until they are purged.
    """

    account_id: UUID
    seller_plan_id: UUID | None
    seller_plan_name: str
    """Empty without a seller plan."""
    customers: int
    most_customers: int | None
    users: int
    most_users: int | None
    most_trials_per_day: int | None


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest="POST /seller-plans",
)
class CreateSellerPlan(Request[SellerPlanView]):
    """Create a seller plan; the operator names its partner."""

    name: Name
    most_customers: Most | None = None
    most_users: Most | None = None
    most_trials_per_day: Most | None = None
    partner_id: UUID | None = None


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest="PATCH|PUT /seller-plans/<uuid:seller_plan_id>",
)
class UpdateSellerPlan(Request[SellerPlanView]):
    """Update a seller plan; the limits of all its sellers follow at once.

    Nothing is taken from a seller that has more: it only makes no more.
    """

    seller_plan_id: UUID
    name: Given[Name] = UNSET
    most_customers: Given[Most | None] = resets_to(None)
    most_users: Given[Most | None] = resets_to(None)
    most_trials_per_day: Given[Most | None] = resets_to(None)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest="DELETE /seller-plans/<uuid:seller_plan_id>",
)
class DeleteSellerPlan(Request[Done]):
    """Delete a seller plan that no seller has."""

    seller_plan_id: UUID


@verb(
    "accounts",
    Kind.READ,
    allowed=PARTNERS_AND_SUPPORT,
    rest="GET /seller-plans/<uuid:seller_plan_id>",
)
class GetSellerPlan(Request[SellerPlanView]):
    """Get a seller plan."""

    seller_plan_id: UUID


@verb("accounts", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /seller-plans")
class ListSellerPlans(Request[Page[SellerPlanView]]):
    """List seller plans by name."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    search: Search = ""
    partner_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest="PUT /accounts/<uuid:account_id>/seller-plan",
)
class SetSellerPlan(Request[AccountView]):
    """Give a reseller or dealer a seller plan, or none: then nothing is limited."""

    account_id: UUID
    seller_plan_id: UUID | None


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /accounts/<uuid:account_id>/limits",
)
class GetSellerLimits(Request[SellerLimits]):
    """Get what a reseller or dealer may have at most, and what it has."""

    account_id: UUID
