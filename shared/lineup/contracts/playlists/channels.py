"""Channels, their order, and the packages they are sold in."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.contracts.paging import Paging


class Signing(enum.StrEnum):
    """How a source's address is signed at play time."""

    SECURE_LINK = "secure_link"
    """nginx secure_link: ?st=<md5>&e=<expires>."""
    NONE = "none"


class GuideReach(enum.StrEnum):
    """How far the guide of a channel reaches from now (PE-13)."""

    NONE = "none"
    """It shows no guide, or one that is over."""
    SHORT = "short"
    """Under 24 hours."""
    LACKING = "lacking"
    """Either of the two: what staff should look at."""
    ENOUGH = "enough"


class TiedBy(enum.StrEnum):
    """Why a channel shows the guide channel it shows (PE-14)."""

    MANUAL = "manual"
    """Staff said it: final."""
    ID = "id"
    NAME = "name"


@dataclass(frozen=True, kw_only=True)
class ChannelDetails:
    """What staff says of a channel (PE-18)."""

    number: int
    name: str
    address: str
    logo: str = ""
    group: str = ""
    guide_id: str = ""
    """tvg-id: the guide channel it is tied to."""
    is_adult: bool = False
    catchup_days: int = 0
    is_on: bool = True
    signing: Signing = Signing.SECURE_LINK
    guide_shift_minutes: int = 0
    """Added to the times of its guide, beside the source's own shift."""


@dataclass(frozen=True, kw_only=True)
class CreateChannel:
    """Add a channel; number_taken when its number is in use."""

    details: ChannelDetails
    package_ids: list[UUID] = field(default_factory=list)
    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateChannel:
    """Change a channel; every detail is given."""

    channel_id: UUID
    details: ChannelDetails
    package_ids: list[UUID] | None = None
    """The packages it is in from now on; None leaves that as it is."""


@dataclass(frozen=True, kw_only=True)
class DeleteChannel:
    """Remove a channel from everywhere."""

    channel_id: UUID


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
    guide: ChannelGuide | None = None
    is_tied_by_staff: bool = False
    """Its guide, or that it has none, was chosen by staff and stays."""


@dataclass(frozen=True, kw_only=True)
class GetChannel:
    """One channel by id."""

    channel_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChannelFilter:
    """What channels are narrowed by; what is left empty does not narrow."""

    search: str = ""
    """Part of the name or group, the number, or a name as guides are matched."""
    package_id: UUID | None = None
    outside_package_id: UUID | None = None
    group: str = ""
    is_grouped: bool | None = None
    is_on: bool | None = None
    is_adult: bool | None = None
    guide: GuideReach | None = None
    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ListChannels(ChannelFilter):
    """Channels by number; also by name, group, or how far the guide reaches."""

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class ListGroups:
    """The groups of the channels there are."""

    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class GroupView:
    """One group, and how many channels are in it; the nameless one is of the rest."""

    name: str
    channel_count: int


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Groups in the order in which they appear in playlists."""

    items: list[GroupView]


@dataclass(frozen=True, kw_only=True)
class ChosenChannels:
    """Many channels at once: these, or all that a filter leaves. Never both."""

    channel_ids: list[UUID] = field(default_factory=list)
    matching: ChannelFilter | None = None


@dataclass(frozen=True, kw_only=True)
class SwitchChannels(ChosenChannels):
    """Switch many channels on or off."""

    is_on: bool


@dataclass(frozen=True, kw_only=True)
class GroupChannels(ChosenChannels):
    """Put many channels into a group; an empty name takes them out of theirs."""

    group: str


@dataclass(frozen=True, kw_only=True)
class ChannelsTouched:
    """How many channels are otherwise than before."""

    count: int


@dataclass(frozen=True, kw_only=True)
class MoveChannels:
    """Put channels, in the order given, right before or after another, or at a number.

    Exactly one place is given. The numbers in use stay the same: those moved and those
    they pass exchange them.
    """

    channel_ids: list[UUID]
    before_id: UUID | None = None
    after_id: UUID | None = None
    to_number: int | None = None
    """What the first of them gets, if it is in use, else the next that is."""


# Packages


@dataclass(frozen=True, kw_only=True)
class CreatePackage:
    """Channels sold together."""

    name: str
    channel_ids: list[UUID] = field(default_factory=list)
    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class RenamePackage:
    """Call a package otherwise."""

    package_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class DeletePackage:
    """Remove a package; package_in_use while a subscription runs on it."""

    package_id: UUID


@dataclass(frozen=True, kw_only=True)
class SetPackageChannels:
    """Say which channels are in a package."""

    package_id: UUID
    channel_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class AddPackageChannels(ChosenChannels):
    """Put channels into a package, beside those in it."""

    package_id: UUID


@dataclass(frozen=True, kw_only=True)
class RemovePackageChannels(ChosenChannels):
    """Take channels out of a package."""

    package_id: UUID


@dataclass(frozen=True, kw_only=True)
class PackageView:
    """One package."""

    id: UUID
    partner_id: UUID
    name: str
    is_demo: bool
    """The partner's demo set: what users without a subscription see (PE-04)."""
    channel_count: int


@dataclass(frozen=True, kw_only=True)
class GetPackage:
    """One package by id."""

    package_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListPackages:
    """Packages, the demo set among them; newest first, or by name."""

    search: str = ""
    partner_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)
