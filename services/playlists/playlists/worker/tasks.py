"""What each kind of job does, and how one is run from claim to end."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from lineup.blobs import BlobStore
from lineup.contracts.playlists import JobState
from lineup.database import Database, Work
from lineup.errors import Refusal
from lineup.secrets import Keyring
from playlists.addresses import Limits
from playlists.channels.importing import ChannelImporter, Origin
from playlists.channels.operations import IMPORT_JOB as IMPORT_CHANNELS
from playlists.guide.importing import Importer
from playlists.guide.source_views import IMPORT_JOB as IMPORT_GUIDE
from playlists.jobs.models import Job
from playlists.jobs.running import Heartbeat, LeaseLost, Progress, claim, held
from playlists.owners import Owner
from playlists.settings import PlaylistsSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What jobs work with."""

    database: Database
    blobs: BlobStore
    keyring: Keyring
    settings: PlaylistsSettings
    worker: str
    """The name this worker holds its jobs by; no other has it."""

    def limits(self, megabytes: int) -> Limits:
        """How far a fetch may go."""
        return Limits(
            megabytes=megabytes,
            seconds=self.settings.fetch_seconds,
            allow_private=self.settings.allow_private_sources,
        )


def run_next(tools: Tools, *, only: UUID | None = None) -> Job | None:
    """Do the oldest job that nobody does, or `only` that one; None when none is free.

    A refusal fails the job with its code. Anything else is a bug: the job fails as
    `internal_error` and the log says what happened.
    """
    with tools.database.transaction() as work:
        job = claim(work, tools.worker, tools.settings.job_lease_seconds, only)
    if job is None or job.state != JobState.RUNNING:
        return job
    _run(tools, job, Progress())
    return job


def _run(tools: Tools, job: Job, progress: Progress) -> None:
    lease = tools.settings.job_lease_seconds
    try:
        with Heartbeat(tools.database, job, progress, lease):
            message = KINDS[job.kind](tools, job, progress)
        _end(tools, job, lambda held, work: _finish(held, work, progress, message))
    except LeaseLost:
        log.warning("job_taken_over", job_id=str(job.id), kind=job.kind)
    except Refusal as refusal:
        told, code = refusal.message, refusal.code
        _end(tools, job, lambda held, work: held.fail(work.now, told, code))
    except Exception:
        log.exception("job_failed", job_id=str(job.id), kind=job.kind)
        told = "Something went wrong inside; the log knows more."
        _end(tools, job, lambda held, work: held.fail(work.now, told, "internal_error"))


def _finish(job: Job, work: Work, progress: Progress, message: str) -> None:
    job.done = job.total = max(progress.done, progress.total)
    job.finish(work.now, message)


def _end(tools: Tools, job: Job, end: Callable[[Job, Work], None]) -> None:
    with tools.database.transaction() as work:
        row = held(work, job.id, tools.worker)
        end(row, work)
    job.state, job.message, job.code = row.state, row.message, row.code


def _confirm(tools: Tools, job: Job) -> Callable[[Work], Job]:
    return functools.partial(held, job_id=job.id, worker=tools.worker)


def _import_guide(tools: Tools, job: Job, progress: Progress) -> str:
    importer = Importer(
        database=tools.database,
        blobs=tools.blobs,
        keyring=tools.keyring,
        limits=tools.limits(tools.settings.guide_max_megabytes),
        longest=tools.settings.guide_max_megabytes << 20,
        confirm=_confirm(tools, job),
        progress=progress,
    )
    source_id = UUID(job.payload["source_id"])
    return importer.run(source_id, force=bool(job.payload["force"]))


def _import_channels(tools: Tools, job: Job, progress: Progress) -> str:
    importer = ChannelImporter(
        database=tools.database,
        blobs=tools.blobs,
        limits=tools.limits(tools.settings.playlist_max_megabytes),
        confirm=_confirm(tools, job),
        progress=progress,
    )
    package_id = job.payload["package_id"]
    origin = Origin(
        upload=job.payload["upload"],
        address=job.payload["address"],
        package_id=UUID(package_id) if package_id else None,
    )
    return importer.run(Owner(job.partner_id), origin)


KINDS: dict[str, Callable[[Tools, Job, Progress], str]] = {
    IMPORT_GUIDE: _import_guide,
    IMPORT_CHANNELS: _import_channels,
}
"""What does each kind of job; every one is safe to repeat."""
