"""Imports, and the jobs they are."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.contracts.paging import Paging


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
    subject: str = ""
    """What it is about: a guide source's name, or where a playlist comes from."""
    source_id: UUID | None = None
    """The guide source it fetches, if it does."""


@dataclass(frozen=True, kw_only=True)
class GetJob:
    """One job by id."""

    job_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListJobs:
    """Jobs, newest first, narrowed by kind and state."""

    kind: str = ""
    state: JobState | None = None
    source_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)
