"""Imports, and the jobs they are."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
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
    """Where a job of the worker stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class LeftOutLine:
    """One line of which something did not come in."""

    line: int
    """Its number in the file."""
    text: str
    """The channel's name, or how the line begins."""
    reason: str
    """Why, in words."""


@dataclass(frozen=True, kw_only=True)
class GroupFound:
    """One group of a playlist that was looked at."""

    name: str
    """As the list calls it; empty: in no group."""
    channels: int
    """How many are live."""
    new: int
    """How many of them are not there yet."""
    films: int
    """How many films and episodes are among them."""
    is_adult: bool
    """Whether its name says that it is for adults."""


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
    subject: str = ""
    """What it is about: a guide source's name, or where a playlist comes from."""
    source_id: UUID | None = None
    """The guide source it fetches, if it does."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""
    left_out: list[LeftOutLine] = field(default_factory=list)
    """The first lines that did not come in, or not whole; only of one job."""
    vanished: list[str] = field(default_factory=list)
    """Names of channels that the list names no more; only of one job."""
    groups: list[GroupFound] = field(default_factory=list)
    """What a preview found; only of one job."""
    may_be_undone: bool = False
    """Whether it is the partner's last import; only of one job."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /channel-imports", status=202, without=frozenset({"upload"})),
)
class ImportChannels(Request[JobView]):
    """Import an M3U: from an uploaded blob or from an address.

    New channels are added, known ones (same id, same address, else same name and group)
    are updated but for what staff said of them, nothing is removed: what the list names
    no more is marked. All go into `package_id` where it is named.
    """

    upload: Upload = ""
    """Name of a blob under uploads/."""
    address: WebAddress = ""
    preview_id: UUID | None = None
    """The preview of what is to be imported, in place of an upload or an address."""
    file_name: OptionalName = ""
    """Of an upload: files of one name are one list, of which channels may vanish."""
    package_id: UUID | None = None
    partner_id: UUID | None = None
    groups: ChosenGroups | None = None
    """Only channels of these groups; None: of all."""
    takes_films: bool = False
    """Films and episodes, too, as if they were channels."""
    signs: bool = True
    """Sign addresses of new channels at play time, where one can be signed; no: give
    them as they are, because another's server checks them."""
    marks_adult_groups: bool = True
    """Mark channels for adults whose group's name says that."""


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /channel-previews", status=202, without=frozenset({"upload"})),
)
class PreviewChannels(Request[JobView]):
    """Read an M3U without importing it: the job tells its groups and what is new."""

    upload: Upload = ""
    """Name of a blob under uploads/."""
    address: WebAddress = ""
    """Where it is fetched from."""
    file_name: OptionalName = ""
    """Of an upload: files of one name are one list."""
    partner_id: UUID | None = None


@verb(
    "playlists",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /jobs/<uuid:job_id>/undo", status=202),
)
class UndoImport(Request[JobView]):
    """Undo a partner's last import: what it added goes, the rest is as before."""

    job_id: UUID


@verb(
    "playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /jobs/<uuid:job_id>"
)
class GetJob(Request[JobView]):
    """One job by id."""

    job_id: UUID


@verb("playlists", Kind.READ, allowed=PARTNERS_AND_SUPPORT, rest="GET /jobs")
class ListJobs(Request[Page[JobView]]):
    """Jobs, newest first, narrowed by kind and state."""

    kind: Word = ""
    state: JobState | None = None
    source_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)
