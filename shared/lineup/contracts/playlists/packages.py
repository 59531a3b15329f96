"""Packages: channels that are sold together."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import PARTNERS, SELLERS_AND_SUPPORT
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
    """One package."""

    id: UUID
    partner_id: UUID
    name: str
    is_demo: bool
    """The partner's demo set: what users without a subscription see."""
    channel_count: int
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb("playlists", Kind.WRITE, allowed=PARTNERS, rest="POST /packages")
class CreatePackage(Request[PackageView]):
    """Channels sold together."""

    name: Name
    channel_ids: Chosen = field(default_factory=list)
    partner_id: UUID | None = None


@verb(
    "playlists", Kind.WRITE, allowed=PARTNERS, rest="PATCH /packages/<uuid:package_id>"
)
class RenamePackage(Request[PackageView]):
    """Call a package otherwise."""

    package_id: UUID
    name: Given[Name] = UNSET


@verb(
    "playlists", Kind.WRITE, allowed=PARTNERS, rest="DELETE /packages/<uuid:package_id>"
)
class DeletePackage(Request[Done]):
    """Remove a package; package_in_use while a subscription runs on it."""

    package_id: UUID


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest="PUT /packages/<uuid:package_id>/channels",
)
class SetPackageChannels(Request[PackageView]):
    """Say which channels are in a package."""

    package_id: UUID
    channel_ids: Chosen


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /packages/<uuid:package_id>/channels/add", status=200),
)
class AddPackageChannels(ChosenChannels, Request[PackageView]):
    """Put channels into a package, beside those in it."""

    package_id: UUID


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /packages/<uuid:package_id>/channels/remove", status=200),
)
class RemovePackageChannels(ChosenChannels, Request[PackageView]):
    """Take channels out of a package."""

    package_id: UUID


@verb(
    "playlists",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /packages/<uuid:package_id>",
)
class GetPackage(Request[PackageView]):
    """One package by id."""

    package_id: UUID


@verb("playlists", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /packages")
class ListPackages(Request[Page[PackageView]]):
    """Packages, the demo set among them; newest first, or by name."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    search: Search = ""
    partner_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)
