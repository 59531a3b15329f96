"""Guide sources, which guide channel shows where, and what is on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
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
    """One source with how its last run went."""

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
    """None: never by itself."""
    reach: GuideReach | None = None
    """How far that is from now; None from a service before it told."""
    header_names: list[str] = field(default_factory=list)
    """Header fields sent with each fetch; what they hold is not shown."""
    open_job_id: UUID | None = None
    """The fetch that waits or runs."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /guide-sources", without=frozenset({"upload"})),
)
class CreateGuideSource(Request[GuideSourceView]):
    """Where a guide comes from: XMLTV, plain or gz, by address or upload."""

    name: Name
    address: WebAddress = ""
    upload: Upload = ""
    """Name of a blob under uploads/: read once, in place of an address."""
    every_hours: EveryHours = 6
    headers: Headers = field(default_factory=dict)
    shift_minutes: ShiftMinutes = 0
    time_zone: TimeZone = "UTC"
    """For times that carry no offset."""
    is_on: bool = True
    partner_id: UUID | None = None


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route(
        "PATCH|PUT /guide-sources/<uuid:source_id>", without=frozenset({"upload"})
    ),
)
class UpdateGuideSource(Request[GuideSourceView]):
    """Change a source."""

    source_id: UUID
    name: Given[Name] = UNSET
    address: Given[WebAddress] = resets_to("")
    every_hours: Given[EveryHours] = resets_to(6)
    shift_minutes: Given[ShiftMinutes] = resets_to(0)
    time_zone: Given[TimeZone] = resets_to("UTC")
    is_on: Given[bool] = resets_to(value=True)
    headers: Given[Headers | None] = resets_to({}, is_shown=False)
    """All of them from now on; left out, they stay, since nobody is shown them."""
    header_changes: Given[HeaderChanges] = merges_into("headers")
    """Some of them: a value, or None for one that is to go."""
    upload: Upload = ""
    """Name of a blob under uploads/ that takes the place of the file before."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /guide-sources/<uuid:source_id>/fetch", status=202),
)
class FetchGuide(Request[JobView]):
    """Fetch a source now; `force` takes an answer that looks cut, too."""

    source_id: UUID
    force: bool = False


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest="DELETE /guide-sources/<uuid:source_id>",
)
class DeleteGuideSource(Request[Done]):
    """Forget a source and its programmes."""

    source_id: UUID


@verb(
    "playlists",
    Kind.READ,
    allowed=PARTNERS_AND_SUPPORT,
    rest="GET /guide-sources/<uuid:source_id>",
)
class GetGuideSource(Request[GuideSourceView]):
    """One source by id."""

    source_id: UUID


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /guide-sources")
class ListGuideSources(Request[Page[GuideSourceView]]):
    """Guide sources, newest first; also by name, last fetch or how far they reach."""

    SORTS: ClassVar[tuple[str, ...]] = (
        "name",
        "last_fetched_at",
        "reaches_until",
        "programmes",
    )

    search: Search = ""
    is_on: bool | None = None
    is_failing: bool | None = None
    """Whether the last fetch was refused."""
    paging: Paging = field(default_factory=Paging)


# Which guide channel a channel shows


@dataclass(frozen=True, kw_only=True)
class ChannelTie:
    """One channel's guide, as staff chooses it."""

    channel_id: UUID
    guide_id: OptionalTitle | None
    """The guide channel's id; empty: none at all; None: found by id and name again."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /guide-ties", status=200),
)
class TieChannels(Request[ChannelsTouched]):
    """Choose the guide of channels by hand; no import changes it."""

    ties: Annotated[list[ChannelTie], Items(most=10_000)]


@dataclass(frozen=True, kw_only=True)
class GuideChannelView:
    """A guide channel that a channel could show."""

    source_id: UUID
    source_name: str
    guide_id: str
    name: str
    programmes: int
    reaches_until: datetime | None
    likeness: int
    """Of the two names, in percent."""
    reach: GuideReach | None = None
    """How far it reaches from now; None from a service before it told."""


@dataclass(frozen=True, kw_only=True)
class GuideChannelsFound:
    """Guide channels, the likeliest first."""

    items: list[GuideChannelView]


@verb(
    "playlists",
    Kind.READ,
    allowed=PARTNERS_AND_SUPPORT,
    rest="GET /channels/<uuid:channel_id>/guide-channels",
)
class FindGuideChannels(Request[GuideChannelsFound]):
    """Guide channels of a channel's partner: the most alike, or those of a text."""

    channel_id: UUID
    search: Search = ""


@dataclass(frozen=True, kw_only=True)
class ChannelProposals:
    """A channel without a guide and what it could show."""

    channel_id: UUID
    number: int
    name: str
    group: str
    proposals: list[GuideChannelView]


# What is on


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /guide-proposals")
class ListGuideProposals(Request[Page[ChannelProposals]]):
    """Channels without a guide that could show one, the likeliest first."""

    SORTS: ClassVar[None] = None
    """It stands in no other order."""

    search: Search = ""
    partner_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class ProgrammeView:
    """One programme as a channel shows it."""

    start_at: datetime
    stop_at: datetime
    title: str
    sub_title: str
    description: str
    """Its beginning: 300 characters at most."""


@dataclass(frozen=True, kw_only=True)
class ChannelProgrammes:
    """One channel and what is on; times with its shift."""

    channel_id: UUID
    number: int
    name: str
    logo: str
    is_on: bool
    guide_until: datetime | None
    programmes: list[ProgrammeView]


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /programmes")
class ListProgrammes(ChannelFilter, Request[Page[ChannelProgrammes]]):
    """What is on between two instants, at most 24 hours, channel by channel."""

    SORTS: ClassVar[tuple[str, ...]] = ("number",)

    from_at: datetime
    until_at: datetime
    paging: Paging = field(default_factory=Paging)
