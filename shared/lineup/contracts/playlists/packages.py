"""Packages: channels that are sold together."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import PARTNERS, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.changes import UNSET, Given
from lineup.contracts.paging import Page, Paging
from lineup.contracts.playlists.channels import ChosenChannels
from lineup.values.types import (
    Chosen,
    Name,
    Search,
)
from lineup.verbs import Done, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class PackageView:
    """A package."""

    id: UUID
    partner_id: UUID
    name: str
    is_demo: bool
    """The demo package, shown to users without an active subscription."""
    channel_count: int
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="POST /packages",
)
class CreatePackage(Request[PackageView]):
    """Create a package of channels."""

    name: Name
    channel_ids: Chosen = field(default_factory=list)
    partner_id: UUID | None = None


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="PATCH /packages/<uuid:package_id>",
)
class RenamePackage(Request[PackageView]):
    """Rename a package."""

    package_id: UUID
    name: Given[Name] = UNSET


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="DELETE /packages/<uuid:package_id>",
)
class DeletePackage(Request[Done]):
    """Delete a package without active subscriptions."""

    package_id: UUID


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="PUT /packages/<uuid:package_id>/channels",
)
class SetPackageChannels(Request[PackageView]):
    """Set the channels of a package."""

    package_id: UUID
    channel_ids: Chosen


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest=Route("POST /packages/<uuid:package_id>/channels/add", status=200),
)
class AddPackageChannels(ChosenChannels, Request[PackageView]):
    """Add channels to a package."""

    package_id: UUID


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest=Route("POST /packages/<uuid:package_id>/channels/remove", status=200),
)
class RemovePackageChannels(ChosenChannels, Request[PackageView]):
    """Remove channels from a package."""

    package_id: UUID


@verb(
    "playlists",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /packages/<uuid:package_id>",
)
class GetPackage(Request[PackageView]):
    """Get a package."""

    package_id: UUID


@verb("playlists", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /packages")
class ListPackages(Request[Page[PackageView]]):
    """List packages, including the demo package."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    search: Search = ""
    partner_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)
