"""Packages of the platform: what partners and resellers choose from."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import OPERATORS, PUBLIC, Feature, Role
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.money import Money
from lineup.values.rules import Items, Whole
from lineup.values.types import Name, Note, Price, Search
from lineup.verbs import Kind, Request, Route, verb

OPERATORS_AND_SUPPORT = OPERATORS | {Role.SUPPORT}
Most = Annotated[int, Whole(least=0)]
Features = Annotated[list[Feature], Items(most=len(Feature))]


class Audience(enum.StrEnum):
    """Who can choose a package."""

    PARTNERS = "partners"
    RESELLERS = "resellers"
    """Companies that sell for partners; users and customers count over all of them."""


class Limit(enum.StrEnum):
    """What a package limits the number of."""

    CUSTOMERS = "customers"
    USERS = "users"
    SELLERS = "sellers"
    STAFF = "staff"
    """Logins of the partner itself, the first one included."""


@dataclass(frozen=True, kw_only=True)
class PackageTerms:
    """What a partner package costs a month, allows and has."""

    offered_to: Audience = Audience.PARTNERS
    price: Money
    most_customers: int | None
    """None: as many as wanted; so are the others."""
    most_users: int | None
    most_sellers: int | None
    most_staff: int | None
    features: list[Feature]

    def most(self, limit: Limit) -> int | None:
        """The largest number allowed; None: any."""
        found: int | None = getattr(self, f"most_{limit.value}")
        return found


@dataclass(frozen=True, kw_only=True)
class PartnerPackageView(PackageTerms):
    """One partner package."""

    id: UUID
    name: str
    description: str
    is_offered: bool
    """Whether it can be chosen; who has it keeps it."""
    partner_count: int
    """Partners that have it."""
    created_at: datetime
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb("accounts", Kind.WRITE, allowed=OPERATORS, rest="POST /partner-packages")
class CreatePartnerPackage(Request[PartnerPackageView]):
    """Create a package for partners, or for resellers."""

    name: Name
    offered_to: Audience = Audience.PARTNERS
    """Cannot be changed later."""
    price: Price
    """For each month."""
    description: Note = ""
    most_customers: Most | None = None
    most_users: Most | None = None
    most_sellers: Most | None = None
    most_staff: Most | None = None
    features: Features = field(default_factory=list)
    is_offered: bool = True


@verb(
    "accounts",
    Kind.WRITE,
    allowed=OPERATORS,
    rest="PATCH|PUT /partner-packages/<uuid:package_id>",
)
class UpdatePartnerPackage(Request[PartnerPackageView]):
    """Update a partner package, for those who have it too."""

    package_id: UUID
    name: Given[Name] = UNSET
    price: Given[Price] = UNSET
    """Charged from the next month on."""
    description: Given[Note] = resets_to("")
    most_customers: Given[Most | None] = resets_to(None)
    most_users: Given[Most | None] = resets_to(None)
    most_sellers: Given[Most | None] = resets_to(None)
    most_staff: Given[Most | None] = resets_to(None)
    features: Given[Features] = UNSET
    is_offered: Given[bool] = resets_to(value=True)


@verb(
    "accounts",
    Kind.READ,
    allowed=OPERATORS_AND_SUPPORT,
    rest="GET /partner-packages/<uuid:package_id>",
)
class GetPartnerPackage(Request[PartnerPackageView]):
    """Get a partner package."""

    package_id: UUID


@verb(
    "accounts", Kind.READ, allowed=OPERATORS_AND_SUPPORT, rest="GET /partner-packages"
)
class ListPartnerPackages(Request[Page[PartnerPackageView]]):
    """List partner packages."""

    SORTS: ClassVar[tuple[str, ...]] = ("name", "price")

    offered_to: Audience | None = None
    is_offered: bool | None = None
    search: Search = ""
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class OfferedPackage(PackageTerms):
    """A package that anybody can choose."""

    id: UUID
    name: str
    description: str


@dataclass(frozen=True, kw_only=True)
class OfferedPackages:
    """All packages that can be chosen, the cheapest first."""

    packages: list[OfferedPackage]


@verb(
    "accounts",
    Kind.READ,
    allowed=PUBLIC,
    while_locked=True,
    rest=Route("GET /offered-packages", has_tag=False),
)
class ListOfferedPackages(Request[OfferedPackages]):
    """List the packages that a new partner or reseller can choose; allowed before
    sign-in.
    """

    offered_to: Audience | None = None
