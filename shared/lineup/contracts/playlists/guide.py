"""Guide sources, which guide channel shows where, and what is on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Permission
from lineup.contracts.changes import UNSET, Given, merges_into, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.contracts.playlists.channels import (
    ChannelFilter,
    ChannelsTouched,
    GuideReach,
)
from lineup.contracts.playlists.jobs import JobView
from lineup.values.rules import Items
from lineup.values.types import (
    EveryHours,
    HeaderChanges,
    Headers,
    Name,
    OptionalTitle,
    Search,
    ShiftMinutes,
    TimeZone,
    Upload,
    WebAddress,
)
from lineup.verbs import Done, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class GuideSourceView:
    """A guide source and its last fetch."""

    UNTAGGED: ClassVar[tuple[str, ...]] = ("reach",)

    id: UUID
    partner_id: UUID
    name: str
    address: str
    every_hours: int
    shift_minutes: int
    time_zone: str
    is_on: bool
    programmes: int
    channels: int
    matched_channels: int
    last_fetched_at: datetime | None
    last_error: str
    last_error_code: str
    warnings: list[str]
    reaches_until: datetime | None
    next_fetch_at: datetime | None = None
    """Null: not scheduled."""
    reach: GuideReach | None = None
    """How far that is from now; None from a service before it told."""
    header_names: list[str] = field(default_factory=list)
    """Names of HTTP headers sent with each fetch."""
    open_job_id: UUID | None = None
    """The queued or running fetch."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest=Route("POST /guide-sources", without=frozenset({"upload"})),
)
class CreateGuideSource(Request[GuideSourceView]):
    """Create a guide source: XMLTV, plain or gzip, by URL or upload."""

    name: Name
    address: WebAddress = ""
    upload: Upload = ""
    """Name of an uploaded file, instead of a URL."""
    every_hours: EveryHours = 6
    headers: Headers = field(default_factory=dict)
    shift_minutes: ShiftMinutes = 0
    time_zone: TimeZone = "UTC"
    """For times without a time zone."""
    is_on: bool = True
    partner_id: UUID | None = None


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest=Route(
        "PATCH|PUT /guide-sources/<uuid:source_id>", without=frozenset({"upload"})
    ),
)
class UpdateGuideSource(Request[GuideSourceView]):
    """Update a guide source."""

    source_id: UUID
    name: Given[Name] = UNSET
    address: Given[WebAddress] = resets_to("")
    every_hours: Given[EveryHours] = resets_to(6)
    shift_minutes: Given[ShiftMinutes] = resets_to(0)
    time_zone: Given[TimeZone] = resets_to("UTC")
    is_on: Given[bool] = resets_to(value=True)
    headers: Given[Headers | None] = resets_to({}, is_shown=False)
    """All HTTP headers; leave out to keep the current ones."""
    header_changes: Given[HeaderChanges] = merges_into("headers")
    """HTTP headers to change; null removes one."""
    upload: Upload = ""
    """Name of an uploaded file that replaces the previous one."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.IMPORT,
    rest=Route("POST /guide-sources/<uuid:source_id>/fetch", status=202),
)
class FetchGuide(Request[JobView]):
    """Fetch a guide source now; `force` accepts a much smaller guide."""

    source_id: UUID
    force: bool = False


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="DELETE /guide-sources/<uuid:source_id>",
)
class DeleteGuideSource(Request[Done]):
    """Delete a guide source and its programmes."""

    source_id: UUID


@verb(
    "playlists",
    Kind.READ,
    allowed=PARTNERS_AND_SUPPORT,
    rest="GET /guide-sources/<uuid:source_id>",
)
class GetGuideSource(Request[GuideSourceView]):
    """Get a guide source."""

    source_id: UUID


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /guide-sources")
class ListGuideSources(Request[Page[GuideSourceView]]):
    """List guide sources, newest first by default."""

    SORTS: ClassVar[tuple[str, ...]] = (
        "name",
        "last_fetched_at",
        "reaches_until",
        "programmes",
    )

    search: Search = ""
    is_on: bool | None = None
    is_failing: bool | None = None
    """Whether the last fetch failed."""
    paging: Paging = field(default_factory=Paging)


# Which guide channel a channel shows


@dataclass(frozen=True, kw_only=True)
class ChannelTie:
    """The guide chosen for a channel."""

    channel_id: UUID
    guide_id: OptionalTitle | None
    """Guide ID; empty: no guide; null: match automatically."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest=Route("POST /guide-ties", status=200),
)
class TieChannels(Request[ChannelsTouched]):
    """Choose the guide of channels; imports keep the choice."""

    ties: Annotated[list[ChannelTie], Items(most=10_000)]


@dataclass(frozen=True, kw_only=True)
class GuideChannelView:
    """A guide channel suggested for a channel."""

    source_id: UUID
    source_name: str
    guide_id: str
    name: str
    programmes: int
    reaches_until: datetime | None
    likeness: int
    """Similarity of the names in percent."""
    reach: GuideReach | None = None
    """How far it reaches from now; None from a service before it told."""


@dataclass(frozen=True, kw_only=True)
class GuideChannelsFound:
    """Guide channels, best match first."""

    items: list[GuideChannelView]


@verb(
    "playlists",
    Kind.READ,
    allowed=PARTNERS_AND_SUPPORT,
    rest="GET /channels/<uuid:channel_id>/guide-channels",
)
class FindGuideChannels(Request[GuideChannelsFound]):
    """Find guide channels for a channel, by similarity or text."""

    channel_id: UUID
    search: Search = ""


@dataclass(frozen=True, kw_only=True)
class ChannelProposals:
    """A channel without a guide and its suggestions."""

    channel_id: UUID
    number: int
    name: str
    group: str
    proposals: list[GuideChannelView]


# What is on


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /guide-proposals")
class ListGuideProposals(Request[Page[ChannelProposals]]):
    """List guide suggestions for channels without a guide, best match first."""

    SORTS: ClassVar[None] = None
    """It stands in no other order."""

    search: Search = ""
    partner_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class ProgrammeView:
    """A programme of a channel."""

    start_at: datetime
    stop_at: datetime
    title: str
    sub_title: str
    description: str
    """The first 300 characters."""


@dataclass(frozen=True, kw_only=True)
class ChannelProgrammes:
    """A channel and its programmes, with its time shift applied."""

    channel_id: UUID
    number: int
    name: str
    logo: str
    is_on: bool
    guide_until: datetime | None
    programmes: list[ProgrammeView]


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /programmes")
class ListProgrammes(ChannelFilter, Request[Page[ChannelProgrammes]]):
    """List programmes by channel, for at most 24 hours."""

    SORTS: ClassVar[tuple[str, ...]] = ("number",)

    from_at: datetime
    until_at: datetime
    paging: Paging = field(default_factory=Paging)
