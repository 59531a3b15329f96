"""What playlists is asked, answers and announces."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.contracts.paging import Paging
from lineup.events import event


class Signing(enum.StrEnum):
    """How a source's address is signed at play time."""

    SECURE_LINK = "secure_link"
    """nginx secure_link: ?st=<md5>&e=<expires>."""
    NONE = "none"


# Channels and packages


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


@dataclass(frozen=True, kw_only=True)
class DeleteChannel:
    """Remove a channel from everywhere."""

    channel_id: UUID


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


@dataclass(frozen=True, kw_only=True)
class GetChannel:
    """One channel by id."""

    channel_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListChannels:
    """Channels in order of number, narrowed by a text or package."""

    search: str = ""
    package_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class CreatePackage:
    """Channels sold together."""

    name: str
    channel_ids: list[UUID] = field(default_factory=list)
    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class SetPackageChannels:
    """Say which channels are in a package."""

    package_id: UUID
    channel_ids: list[UUID]


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
    """Packages, the demo set among them."""

    paging: Paging = field(default_factory=Paging)


# Imports and guide sources


class JobState(enum.StrEnum):
    """Where a job of the worker stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class ImportChannels:
    """Import an M3U: from an uploaded blob or from an address.

    New channels are added, known ones (same address, else same name and group) are
    updated, nothing is removed. All go into `package_id` where it is named.
    """

    upload: str = ""
    """Name of a blob under uploads/."""
    address: str = ""
    package_id: UUID | None = None
    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class JobView:
    """How a job goes: `done` of `total` (0: unknown yet), and what came of it."""

    id: UUID
    kind: str
    state: JobState
    done: int
    total: int
    message: str
    code: str
    """Stable code of the failure; empty otherwise."""
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class GetJob:
    """One job by id."""

    job_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListJobs:
    """Jobs, newest first."""

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class CreateGuideSource:
    """Where a guide comes from: XMLTV, plain or gz, by address or upload (PE-12)."""

    name: str
    address: str = ""
    upload: str = ""
    """Name of a blob under uploads/: read once, in place of an address."""
    every_hours: int = 6
    headers: dict[str, str] = field(default_factory=dict)
    shift_minutes: int = 0
    time_zone: str = "UTC"
    """For times that carry no offset."""
    is_on: bool = True
    partner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateGuideSource:
    """Change a source; every field is given."""

    source_id: UUID
    name: str
    address: str
    every_hours: int
    headers: dict[str, str]
    shift_minutes: int
    time_zone: str
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class FetchGuide:
    """Fetch a source now; `force` takes an answer that looks cut, too."""

    source_id: UUID
    force: bool = False


@dataclass(frozen=True, kw_only=True)
class DeleteGuideSource:
    """Forget a source and its programmes."""

    source_id: UUID


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


@dataclass(frozen=True, kw_only=True)
class GetGuideSource:
    """One source by id."""

    source_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListGuideSources:
    """Guide sources."""

    paging: Paging = field(default_factory=Paging)


# Events


@event(source="playlists")
@dataclass(frozen=True, kw_only=True)
class PackageChanged:
    """A package as it now is."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    scope: str
    name: str
    is_demo: bool
    is_deleted: bool = False


@event(source="playlists")
@dataclass(frozen=True, kw_only=True)
class AccessChanged:
    """A user's access fact was written anew: forget what is remembered of it."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The user's id."""
    version: int
    keys: list[str]
    """Blob names of the facts concerned."""


@event(source="playlists")
@dataclass(frozen=True, kw_only=True)
class ChannelSetRendered:
    """A channel set has new content."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    """The set's revision."""
    set_id: str
    partner_id: UUID
