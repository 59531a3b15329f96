"""Channels, their order, and many of them at once."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import PARTNERS, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.values.types import (
    ArchiveTemplate,
    CatchupDays,
    ChannelNumber,
    Chosen,
    OptionalTitle,
    Packages,
    PlayerLines,
    Search,
    ShiftMinutes,
    StreamAddress,
    Title,
    WebAddress,
)
from lineup.verbs import Done, Kind, Request, Route, verb


class Signing(enum.StrEnum):
    """How stream URLs are signed."""

    SESSION = "session"
    """Signs the folder of the stream in the path, valid for hours."""
    SECURE_LINK = "secure_link"
    """Signs one file in the query: ?st=<md5>&e=<expires> (nginx secure_link)."""
    NONE = "none"


class Catchup(enum.StrEnum):
    """Catch-up type of a stream."""

    SHIFT = "shift"
    """The stream URL with `utc` and `lutc` in the query."""
    DEFAULT = "default"
    """`catchup_source` is the full URL."""
    APPEND = "append"
    """`catchup_source` is appended to the stream URL."""
    FLUSSONIC = "flussonic"
    """Flussonic: .../timeshift_abs-<start>.m3u8."""
    XTREAM = "xc"
    """Xtream panels: /timeshift/<user>/<password>/..."""


class GuideReach(enum.StrEnum):
    """Guide coverage of a channel."""

    NONE = "none"
    """No guide, or a guide that has ended."""
    SHORT = "short"
    """Less than 24 hours."""
    LACKING = "lacking"
    """No guide or less than 24 hours."""
    ENOUGH = "enough"


class TiedBy(enum.StrEnum):
    """How the guide of a channel was matched."""

    MANUAL = "manual"
    """Chosen manually; imports do not change it."""
    ID = "id"
    NAME = "name"


@dataclass(frozen=True, kw_only=True)
class ChannelDetails:
    """Details of a channel."""

    number: ChannelNumber
    name: Title
    address: StreamAddress
    logo: WebAddress = ""
    group: OptionalTitle = ""
    guide_id: OptionalTitle = ""
    """Guide ID (tvg-id)."""
    is_adult: bool = False
    catchup_days: CatchupDays = 0
    is_on: bool = True
    signing: Signing = Signing.SESSION
    guide_shift_minutes: ShiftMinutes = 0
    """Time shift of its guide, in addition to that of the source."""
    catchup: Catchup = Catchup.SHIFT
    """Catch-up type."""
    catchup_source: ArchiveTemplate = ""
    """Archive URL or suffix, with placeholders such as {utc}, {duration} or
    ${start}."""
    is_radio: bool = False
    """Audio only."""
    player_lines: PlayerLines = field(default_factory=list)
    """Extra playlist tags: #EXTVLCOPT, #KODIPROP, #EXTHTTP."""


@dataclass(frozen=True, kw_only=True)
class DetailsChange:
    """Changes to a channel's details."""

    number: Given[ChannelNumber] = UNSET
    name: Given[Title] = UNSET
    address: Given[StreamAddress] = UNSET
    logo: Given[WebAddress] = resets_to("")
    group: Given[OptionalTitle] = resets_to("")
    guide_id: Given[OptionalTitle] = resets_to("")
    is_adult: Given[bool] = resets_to(value=False)
    catchup_days: Given[CatchupDays] = resets_to(0)
    is_on: Given[bool] = resets_to(value=True)
    signing: Given[Signing] = resets_to(Signing.SESSION)
    guide_shift_minutes: Given[ShiftMinutes] = resets_to(0)
    catchup: Given[Catchup] = resets_to(Catchup.SHIFT)
    """Catch-up type."""
    catchup_source: Given[ArchiveTemplate] = resets_to("")
    """Archive URL or suffix."""
    is_radio: Given[bool] = resets_to(value=False)
    """Audio only."""
    player_lines: Given[PlayerLines] = resets_to([])
    """Extra playlist tags."""


@dataclass(frozen=True, kw_only=True)
class ChannelGuide:
    """The guide of a channel, and how it was matched."""

    source_id: UUID
    source_name: str
    guide_id: str
    name: str
    programmes: int
    tied_by: TiedBy


@dataclass(frozen=True, kw_only=True)
class ChannelView:
    """A channel; `stream_id` is its permanent ID."""

    UNTAGGED: ClassVar[tuple[str, ...]] = ("guide_reach",)

    id: UUID
    partner_id: UUID
    stream_id: int
    details: ChannelDetails
    package_ids: list[UUID]
    guide_until: datetime | None
    """Until when its guide is available; null: no guide."""
    guide_reach: GuideReach | None = None
    """How far that is from now; None from a service before it told."""
    guide: ChannelGuide | None = None
    is_tied_by_staff: bool = False
    """Whether its guide was chosen manually."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""
    said_by_staff: list[str] = field(default_factory=list)
    """Details changed manually; imports keep them."""
    vanished_at: datetime | None = None
    """Since when it is missing from the imported playlist."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="POST /channels",
)
class CreateChannel(Request[ChannelView]):
    """Create a channel."""

    details: ChannelDetails
    package_ids: Packages = field(default_factory=list)
    partner_id: UUID | None = None


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="PATCH|PUT /channels/<uuid:channel_id>",
)
class UpdateChannel(Request[ChannelView]):
    """Update a channel and its packages."""

    channel_id: UUID
    details: Given[DetailsChange] = UNSET
    package_ids: Given[Packages | None] = resets_to([])
    """All packages of the channel."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest="DELETE /channels/<uuid:channel_id>",
)
class DeleteChannel(Request[Done]):
    """Delete a channel."""

    channel_id: UUID


@verb(
    "playlists",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /channels/<uuid:channel_id>",
)
class GetChannel(Request[ChannelView]):
    """Get a channel."""

    channel_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChannelFilter:
    """Filters for channels."""

    search: Search = ""
    """Part of the name or group, or the number."""
    package_id: UUID | None = None
    outside_package_id: UUID | None = None
    group: OptionalTitle = ""
    is_grouped: bool | None = None
    is_on: bool | None = None
    is_adult: bool | None = None
    guide: GuideReach | None = None
    is_vanished: bool | None = None
    """Whether it is missing from the imported playlist."""
    partner_id: UUID | None = None


@verb("playlists", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /channels")
class ListChannels(ChannelFilter, Request[Page[ChannelView]]):
    """List channels by number; can be sorted by name, group or guide coverage."""

    SORTS: ClassVar[tuple[str, ...]] = ("number", "name", "group", "guide_until")

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class GroupView:
    """A channel group; without a name: channels in no group."""

    name: str
    channel_count: int


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Channel groups in playlist order."""

    items: list[GroupView]


@verb(
    "playlists",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest=Route("GET /channel-groups", name="list_channel_groups"),
)
class ListGroups(Request[Groups]):
    """List channel groups."""

    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ChosenChannels:
    """Channels for a bulk action: by ID or by filter."""

    channel_ids: Chosen = field(default_factory=list)
    matching: ChannelFilter | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelsTouched:
    """Number of channels changed."""

    count: int


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest=Route("POST /channels/switch", status=200),
)
class SwitchChannels(ChosenChannels, Request[ChannelsTouched]):
    """Enable or disable channels in bulk."""

    is_on: bool


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest=Route("POST /channels/group", status=200),
)
class GroupChannels(ChosenChannels, Request[ChannelsTouched]):
    """Set the group of channels in bulk; empty: no group."""

    group: OptionalTitle


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest=Route("POST /channels/delete", status=200),
)
class DeleteChannels(ChosenChannels, Request[ChannelsTouched]):
    """Delete channels in bulk."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.IMPORT,
    rest=Route("POST /channels/follow", status=200),
)
class FollowList(ChosenChannels, Request[ChannelsTouched]):
    """Resume import updates for channels that were changed manually."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.CONTENT,
    rest=Route("POST /channels/move", status=200),
)
class MoveChannels(Request[ChannelsTouched]):
    """Move channels before or after another channel, or to a number.

    Give exactly one position. Only the moved channels and those in between are
    renumbered.
    """

    channel_ids: Chosen
    before_id: UUID | None = None
    after_id: UUID | None = None
    to_number: ChannelNumber | None = None
    """Number of the first moved channel, or the next number in use."""


# Packages
