"""Packages of one customer: added to what its products have, or removed from it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.context import PARTNERS, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.paging import Page, Paging
from lineup.verbs import Kind, Request, verb


@dataclass(frozen=True, kw_only=True)
class CustomerPackageView:
    """A package that was added to a customer, or removed from it."""

    id: UUID
    customer_id: UUID
    package_id: UUID
    partner_id: UUID
    package_name: str
    is_included: bool
    """True: added to what the customer's products have; false: removed from it."""
    created_at: datetime
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@dataclass(frozen=True, kw_only=True)
class ContentPackage:
    """A package that a customer's products have, or that was added or removed."""

    package_id: UUID
    name: str
    channel_count: int
    products: list[str]
    """The products with active subscriptions that have it."""
    is_included: bool | None = None
    """True: added for this customer; false: removed; null: as its products have it."""

    @property
    def is_shown(self) -> bool:
        """Whether users with all of the customer's products see it."""
        return bool(self.products) if self.is_included is None else self.is_included


@dataclass(frozen=True, kw_only=True)
class CustomerContent:
    """The packages of a customer."""

    customer_id: UUID
    packages: list[ContentPackage]
    """By name."""


@verb(
    "playlists",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /customers/<uuid:customer_id>/packages",
)
class GetCustomerContent(Request[CustomerContent]):
    """Get the packages of a customer: of its products, added and removed."""

    customer_id: UUID


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="PUT /customers/<uuid:customer_id>/packages/<uuid:package_id>",
)
class SetCustomerPackage(Request[CustomerContent]):
    """Add a package to a customer, or remove it, whatever its products have.

    Applies to all users of the customer while they have an active subscription, also
    after renewals and changes of product.
    """

    customer_id: UUID
    package_id: UUID
    is_included: bool


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="DELETE /customers/<uuid:customer_id>/packages/<uuid:package_id>",
)
class ResetCustomerPackage(Request[CustomerContent]):
    """Let a customer have a package again as its products have it."""

    customer_id: UUID
    package_id: UUID


@verb(
    "playlists",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /customer-packages",
)
class ListCustomerPackages(Request[Page[CustomerPackageView]]):
    """List packages that were added to customers or removed from them."""

    customer_id: UUID | None = None
    package_id: UUID | None = None
    is_included: bool | None = None
    """True: only added ones; false: only removed ones."""
    paging: Paging = field(default_factory=Paging)
