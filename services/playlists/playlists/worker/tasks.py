"""What each kind of job does, and how one is run from claim to end."""

import functools
from collections.abc import Callable
from uuid import UUID

import structlog

from lineup.contracts.playlists.jobs import JobState
from lineup.contracts.playlists.refusals import JobCode
from lineup.database import UnitOfWork, wake
from lineup.errors import Refusal
from playlists.channels.importing import ChannelImporter, Origin, PlaylistReader
from playlists.channels.imports import (
    IMPORT_JOB as IMPORT_CHANNELS,
)
from playlists.channels.imports import PREVIEW_JOB, UNDO_JOB, undone_job
from playlists.channels.previewing import Preview
from playlists.channels.selection import ImportOptions
from playlists.channels.undoing import ImportUndo
from playlists.guide.importing import Importer, note_failure
from playlists.guide.source_views import IMPORT_JOB as IMPORT_GUIDE
from playlists.jobs.models import Job
from playlists.jobs.operations import WAKE
from playlists.jobs.running import (
    Counted,
    Heartbeat,
    LeaseLost,
    Outcome,
    Progress,
    claim,
    held,
)
from playlists.owners import Owner
from playlists.worker.tools import Tools

log = structlog.get_logger(__name__)
INTERNAL = "An internal error occurred. See the log for details.", "internal_error"
TOO_LARGE = "The job needs too much memory.", JobCode.JOB_TOO_LARGE


def run_next(tools: Tools, *, only: UUID | None = None) -> Job | None:
    """Do the job whose turn it is, or `only` that one; None when none is free."""
    job = claim_next(tools, only=only)
    if job is None or job.state != JobState.RUNNING:
        return job
    progress = Progress()
    lease = tools.settings.job_lease_seconds
    with Heartbeat(tools.database, job, progress, lease):
        perform(tools, job, progress)
    return job


def claim_next(tools: Tools, *, only: UUID | None = None) -> Job | None:
    """Take the job whose turn it is; one that was given up is failed already."""
    with tools.database.transaction() as work:
        job = claim(work, tools.worker, tools.settings.job_lease_seconds, only)
        if job is not None and job.state == JobState.FAILED:
            _tell_owner(work, job)
    return job


def perform(tools: Tools, job: Job, progress: Counted) -> None:
    """Do a job that is held, to its end.

    A refusal fails it with its code. Anything else is a bug: it fails as
    `internal_error` and the log says what happened.
    """
    try:
        outcome = KINDS[job.kind](tools, job, progress)
        _end(tools, job, lambda row, work: _finish(row, work, progress, outcome))
    except LeaseLost:
        log.warning("job_taken_over", job_id=str(job.id), kind=job.kind)
    except Refusal as refusal:
        fail(tools, job, refusal.message, refusal.code)
    except MemoryError:
        log.warning("job_too_large", job_id=str(job.id), kind=job.kind)
        fail(tools, job, *TOO_LARGE)
    except Exception:
        log.exception("job_failed", job_id=str(job.id), kind=job.kind)
        fail(tools, job, *INTERNAL)


def fail(tools: Tools, job: Job, message: str, code: str) -> None:
    """End a job that cannot be done; nothing when another worker has it by now."""

    def end(row: Job, work: UnitOfWork) -> None:
        row.fail(work.now, message, code)
        _tell_owner(work, row)

    try:
        _end(tools, job, end)
    except LeaseLost:
        log.warning("job_taken_over", job_id=str(job.id), kind=job.kind)


def _tell_owner(work: UnitOfWork, job: Job) -> None:
    """Show a failure where staff looks: at the guide source, if it was one's."""
    if job.kind == IMPORT_GUIDE:
        note_failure(work, UUID(job.payload["source_id"]), job.message, job.code)


def _finish(
    job: Job, work: UnitOfWork, progress: Counted, outcome: Outcome | str
) -> None:
    job.done = job.total = max(progress.done, progress.total)
    if isinstance(outcome, str):
        outcome = Outcome(message=outcome)
    job.finish(work.now, outcome.message, outcome.result)


def _end(tools: Tools, job: Job, end: Callable[[Job, UnitOfWork], None]) -> None:
    with tools.database.transaction() as work:
        row = held(work, job.id, tools.worker)
        end(row, work)
        # The next job of this partner may be begun now.
        wake(work.session, WAKE)
    job.state, job.message, job.code = row.state, row.message, row.code


def _confirm(tools: Tools, job: Job) -> Callable[[UnitOfWork], Job]:
    return functools.partial(held, job_id=job.id, worker=tools.worker)


def _import_guide(tools: Tools, job: Job, progress: Counted) -> str:
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


def _reading(tools: Tools) -> PlaylistReader:
    limits = tools.limits(tools.settings.playlist_max_megabytes)
    return PlaylistReader(blobs=tools.blobs, limits=limits)


def _import_channels(tools: Tools, job: Job, progress: Counted) -> Outcome:
    importer = ChannelImporter(
        database=tools.database,
        reading=_reading(tools),
        job_id=job.id,
        confirm=_confirm(tools, job),
        progress=progress,
    )
    wishes = ImportOptions.of(job.payload)
    return importer.run(Owner(job.partner_id), Origin.of(job.payload), wishes)


def _preview_channels(tools: Tools, job: Job, progress: Counted) -> Outcome:
    preview = Preview(
        database=tools.database, reading=_reading(tools), progress=progress
    )
    return preview.run(Owner(job.partner_id), Origin.of(job.payload))


def _undo_import(tools: Tools, job: Job, progress: Counted) -> Outcome:
    undoing = ImportUndo(
        database=tools.database, confirm=_confirm(tools, job), progress=progress
    )
    return undoing.run(Owner(job.partner_id), undone_job(job.payload))


KINDS: dict[str, Callable[[Tools, Job, Counted], Outcome | str]] = {
    IMPORT_GUIDE: _import_guide,
    IMPORT_CHANNELS: _import_channels,
    PREVIEW_JOB: _preview_channels,
    UNDO_JOB: _undo_import,
}
"""What does each kind of job; every one is safe to repeat."""
