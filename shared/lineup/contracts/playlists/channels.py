"""Channels, their order, and many of them at once."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import PARTNERS, SELLERS_AND_SUPPORT
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
    """How a source's address is signed at play time."""

    SESSION = "session"
    """The channel's folder for hours, in the path, which whatever it names inherits."""
    SECURE_LINK = "secure_link"
    """One file, in the query: ?st=<md5>&e=<expires> (nginx secure_link)."""
    NONE = "none"


class Catchup(enum.StrEnum):
    """How a source is asked for what it showed before."""

    SHIFT = "shift"
    """The live address with `utc` and `lutc` in its query."""
    DEFAULT = "default"
    """`catchup_source` is the whole address."""
    APPEND = "append"
    """`catchup_source` comes behind the live address."""
    FLUSSONIC = "flussonic"
    """In Flussonic's form: .../timeshift_abs-<start>.m3u8."""
    XTREAM = "xc"
    """In the form of Xtream panels: /timeshift/<user>/<password>/..."""


class GuideReach(enum.StrEnum):
    """How far the guide of a channel reaches from now."""

    NONE = "none"
    """It shows no guide, or one that is over."""
    SHORT = "short"
    """Under 24 hours."""
    LACKING = "lacking"
    """Either of the two: what staff should look at."""
    ENOUGH = "enough"


class TiedBy(enum.StrEnum):
    """Why a channel shows the guide channel it shows."""

    MANUAL = "manual"
    """Staff said it: final."""
    ID = "id"
    NAME = "name"


@dataclass(frozen=True, kw_only=True)
class ChannelDetails:
    """What staff says of a channel."""

    number: ChannelNumber
    name: Title
    address: StreamAddress
    logo: WebAddress = ""
    group: OptionalTitle = ""
    guide_id: OptionalTitle = ""
    """tvg-id: the guide channel it is tied to."""
    is_adult: bool = False
    catchup_days: CatchupDays = 0
    is_on: bool = True
    signing: Signing = Signing.SESSION
    guide_shift_minutes: ShiftMinutes = 0
    """Added to the times of its guide, beside the source's own shift."""
    catchup: Catchup = Catchup.SHIFT
    """How its source is asked for what it showed before."""
    catchup_source: ArchiveTemplate = ""
    """The archive's address, or what comes behind the live one, with places such as
    {utc}, {duration} or ${start}."""
    is_radio: bool = False
    """Sound only."""
    player_lines: PlayerLines = field(default_factory=list)
    """What players must know beside the address: #EXTVLCOPT, #KODIPROP, #EXTHTTP."""


@dataclass(frozen=True, kw_only=True)
class DetailsChange:
    """What shall be otherwise of a channel's details."""

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
    """How its source is asked for what it showed before."""
    catchup_source: Given[ArchiveTemplate] = resets_to("")
    """The archive's address, or what comes behind the live one."""
    is_radio: Given[bool] = resets_to(value=False)
    """Sound only."""
    player_lines: Given[PlayerLines] = resets_to([])
    """What players must know beside the address."""


@dataclass(frozen=True, kw_only=True)
class ChannelGuide:
    """The guide channel that a channel shows, and why that one."""

    source_id: UUID
    source_name: str
    guide_id: str
    name: str
    programmes: int
    tied_by: TiedBy


@dataclass(frozen=True, kw_only=True)
class ChannelView:
    """One channel; `stream_id` is its permanent number in every protocol."""

    id: UUID
    partner_id: UUID
    stream_id: int
    details: ChannelDetails
    package_ids: list[UUID]
    guide_until: datetime | None
    """How far its guide reaches; None: no guide."""
    guide_reach: GuideReach | None = None
    """How far that is from now; None from a service before it told."""
    guide: ChannelGuide | None = None
    is_tied_by_staff: bool = False
    """Its guide, or that it has none, was chosen by staff and stays."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""
    said_by_staff: list[str] = field(default_factory=list)
    """Details that no import changes."""
    vanished_at: datetime | None = None
    """Since when its channel list names it no more."""


@verb("playlists", Kind.WRITE, allowed=PARTNERS, rest="POST /channels")
class CreateChannel(Request[ChannelView]):
    """Add a channel; number_taken when its number is in use."""

    details: ChannelDetails
    package_ids: Packages = field(default_factory=list)
    partner_id: UUID | None = None


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest="PATCH|PUT /channels/<uuid:channel_id>",
)
class UpdateChannel(Request[ChannelView]):
    """Change a channel's details and the packages it is in."""

    channel_id: UUID
    details: Given[DetailsChange] = UNSET
    package_ids: Given[Packages | None] = resets_to([])
    """The packages it is in from now on."""


@verb(
    "playlists", Kind.WRITE, allowed=PARTNERS, rest="DELETE /channels/<uuid:channel_id>"
)
class DeleteChannel(Request[Done]):
    """Remove a channel from everywhere."""

    channel_id: UUID


@verb(
    "playlists",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /channels/<uuid:channel_id>",
)
class GetChannel(Request[ChannelView]):
    """One channel by id."""

    channel_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChannelFilter:
    """What channels are narrowed by; what is left empty does not narrow."""

    search: Search = ""
    """Part of the name or group, the number, or a name as guides are matched."""
    package_id: UUID | None = None
    outside_package_id: UUID | None = None
    group: OptionalTitle = ""
    is_grouped: bool | None = None
    is_on: bool | None = None
    is_adult: bool | None = None
    guide: GuideReach | None = None
    is_vanished: bool | None = None
    """Whether its channel list names it no more."""
    partner_id: UUID | None = None


@verb("playlists", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /channels")
class ListChannels(ChannelFilter, Request[Page[ChannelView]]):
    """Channels by number; also by name, group, or how far the guide reaches."""

    SORTS: ClassVar[tuple[str, ...]] = ("number", "name", "group", "guide_until")

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class GroupView:
    """One group, and how many channels are in it; the nameless one is of the rest."""

    name: str
    channel_count: int


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Groups in the order in which they appear in playlists."""

    items: list[GroupView]


@verb(
    "playlists",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest=Route("GET /channel-groups", name="list_channel_groups"),
)
class ListGroups(Request[Groups]):
    """The groups of the channels there are."""

    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ChosenChannels:
    """Many channels at once: these, or all that a filter leaves. Never both."""

    channel_ids: Chosen = field(default_factory=list)
    matching: ChannelFilter | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelsTouched:
    """How many channels are otherwise than before."""

    count: int


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /channels/switch", status=200),
)
class SwitchChannels(ChosenChannels, Request[ChannelsTouched]):
    """Switch many channels on or off."""

    is_on: bool


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /channels/group", status=200),
)
class GroupChannels(ChosenChannels, Request[ChannelsTouched]):
    """Put many channels into a group; an empty name takes them out of theirs."""

    group: OptionalTitle


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /channels/delete", status=200),
)
class DeleteChannels(ChosenChannels, Request[ChannelsTouched]):
    """Remove many channels from everywhere."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /channels/follow", status=200),
)
class FollowList(ChosenChannels, Request[ChannelsTouched]):
    """Let imports change again what staff said of channels."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /channels/move", status=200),
)
class MoveChannels(Request[ChannelsTouched]):
    """Put channels, in the order given, right before or after another, or at a number.

    Exactly one place is given. The numbers in use stay the same: those moved and those
    they pass exchange them.
    """

    channel_ids: Chosen
    before_id: UUID | None = None
    after_id: UUID | None = None
    to_number: ChannelNumber | None = None
    """What the first of them gets, if it is in use, else the next that is."""


# Packages
