"""One job with all that came of it."""

from dataclasses import replace

from lineup.contracts.playlists.jobs import GetJob, GroupFound, JobView, LeftOutLine
from lineup.database import UnitOfWork
from lineup.verbs import handles
from playlists.channels.imports import is_undoable
from playlists.channels.skipped import REASONS, SkipReason
from playlists.jobs.operations import find_job, job_view


@handles(GetJob)
def get_job(work: UnitOfWork, request: GetJob) -> JobView:
    """One job: what it left out, what it found, and whether it can be undone."""
    job = find_job(work, request)
    result = job.result or {}
    return replace(
        job_view(job),
        left_out=[
            LeftOutLine(line=line, text=text, reason=REASONS[SkipReason(why)])
            for line, text, why in result.get("lines", [])
        ],
        vanished=result.get("vanished", []),
        groups=[GroupFound(**group) for group in result.get("groups", [])],
        may_be_undone=is_undoable(work, job),
    )
