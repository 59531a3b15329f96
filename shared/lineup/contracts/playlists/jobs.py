"""Imports, and the jobs they are."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Permission
from lineup.contracts.paging import Page, Paging
from lineup.values.types import (
    ChosenGroups,
    OptionalName,
    Upload,
    WebAddress,
    Word,
)
from lineup.verbs import Kind, Request, Route, verb


class JobState(enum.StrEnum):
    """Status of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class LeftOutLine:
    """A skipped or incomplete entry of an import."""

    line: int
    """Line number."""
    text: str
    """Name of the channel, or the start of the line."""
    reason: str
    """Why, in words."""


@dataclass(frozen=True, kw_only=True)
class GroupFound:
    """A group found by a preview."""

    name: str
    """Name of the group; empty: no group."""
    channels: int
    """Number of live channels."""
    new: int
    """Number of new channels."""
    films: int
    """Number of films and episodes."""
    is_adult: bool
    """Whether the name indicates adult content."""


@dataclass(frozen=True, kw_only=True)
class JobView:
    """A job, its progress (`total` 0: unknown) and its result."""

    id: UUID
    kind: str
    state: JobState
    done: int
    total: int
    message: str
    code: str
    """Error code; empty if it did not fail."""
    created_at: datetime
    finished_at: datetime | None
    subject: str = ""
    """Name of the guide source, or origin of the playlist."""
    source_id: UUID | None = None
    """The guide source being fetched."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""
    left_out: list[LeftOutLine] = field(default_factory=list)
    """First skipped or incomplete entries; only returned for a single job."""
    vanished: list[str] = field(default_factory=list)
    """Channels missing from the playlist; only returned for a single job."""
    groups: list[GroupFound] = field(default_factory=list)
    """Groups found by a preview; only returned for a single job."""
    may_be_undone: bool = False
    """Whether it can be undone; only returned for a single job."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.IMPORT,
    rest=Route("POST /channel-imports", status=202, without=frozenset({"upload"})),
)
class ImportChannels(Request[JobView]):
    """Import an M3U playlist from an upload or a URL.

    New channels are added. Existing ones (same ID, same URL, or same name and group)
    are updated, except for manual changes. Channels missing from the playlist are
    marked. All are added to `package_id`, if given.
    """

    upload: Upload = ""
    """Name of an uploaded file."""
    address: WebAddress = ""
    preview_id: UUID | None = None
    """The preview to import, instead of an upload or a URL."""
    file_name: OptionalName = ""
    """Name of the uploaded file; identifies the playlist in later imports."""
    package_id: UUID | None = None
    partner_id: UUID | None = None
    groups: ChosenGroups | None = None
    """Only channels of these groups; null: all."""
    takes_films: bool = False
    """Import films and episodes as channels."""
    signs: bool = True
    """Use signed links for new channels where possible; turn off for streams of a
    provider."""
    marks_adult_groups: bool = True
    """Mark adult channels by group name."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.IMPORT,
    rest=Route("POST /channel-previews", status=202, without=frozenset({"upload"})),
)
class PreviewChannels(Request[JobView]):
    """Preview an M3U playlist: its groups and new channels."""

    upload: Upload = ""
    """Name of an uploaded file."""
    address: WebAddress = ""
    """URL of the playlist."""
    file_name: OptionalName = ""
    """Name of the uploaded file; identifies the playlist in later imports."""
    partner_id: UUID | None = None


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.IMPORT,
    rest=Route("POST /jobs/<uuid:job_id>/undo", status=202),
)
class UndoImport(Request[JobView]):
    """Undo the last import of a partner."""

    job_id: UUID


@verb(
    "playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /jobs/<uuid:job_id>"
)
class GetJob(Request[JobView]):
    """Get a job."""

    job_id: UUID


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /jobs")
class ListJobs(Request[Page[JobView]]):
    """List jobs, newest first."""

    kind: Word = ""
    state: JobState | None = None
    source_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)
