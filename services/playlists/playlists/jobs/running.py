"""A job in a worker's hands: claimed, kept alive, finished by its holder only."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.exc import DBAPIError

from lineup.contracts.playlists import JobState
from lineup.database import Database, Work
from playlists.jobs.models import TRIES, Job

BEAT_SECONDS = 1.0
log = structlog.get_logger(__name__)


class LeaseLost(Exception):  # noqa: N818 - reads as a sentence
    """Another worker took the job over; whatever was begun here must not count."""


@dataclass
class Progress:
    """How far a job is; what does the work sets it, the heartbeat writes it down."""

    done: int = 0
    total: int = 0


def claim(
    work: Work, worker: str, lease_seconds: int, only: UUID | None = None
) -> Job | None:
    """Take the oldest job (or `only` that) which nobody holds or a silent worker does.

    A job whose workers died TRIES times is given up as `worker_died`.
    """
    is_left = and_(Job.state == JobState.RUNNING, Job.lease_until < func.now())
    free = select(Job).where(or_(Job.state == JobState.QUEUED, is_left))
    if only is not None:
        free = free.where(Job.id == only)
    job = work.session.scalars(
        free.order_by(Job.id).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()
    if job is None:
        return None
    if job.tries >= TRIES:
        job.fail(work.now, "The worker died each time it tried.", "worker_died")
        return job
    job.state, job.worker, job.tries = JobState.RUNNING, worker, job.tries + 1
    work.session.execute(
        update(Job)
        .where(Job.id == job.id)
        .values(lease_until=func.now() + timedelta(seconds=lease_seconds))
    )
    return job


def held(work: Work, job_id: UUID, worker: str) -> Job:
    """The job, locked, if `worker` still holds it; LeaseLost otherwise.

    Whoever commits a job's effect asks this in the same transaction, so that a
    worker that slept through a takeover cannot do the work twice.
    """
    job = work.session.scalars(
        select(Job).where(Job.id == job_id).with_for_update()
    ).one_or_none()
    if job is None or (job.state, job.worker) != (JobState.RUNNING, worker):
        raise LeaseLost
    return job


class Heartbeat:
    """Keeps the lease and writes the progress down, each second, beside the work."""

    def __init__(
        self, database: Database, job: Job, progress: Progress, lease_seconds: int
    ) -> None:
        self._database = database
        self._job_id, self._worker = job.id, job.worker
        self._progress = progress
        self._lease = timedelta(seconds=lease_seconds)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=30)

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            try:
                self._write_down()
            except DBAPIError as error:
                log.warning(
                    "heartbeat_missed", job_id=str(self._job_id), why=str(error)
                )

    def _write_down(self) -> None:
        with self._database.transaction() as work:
            work.session.execute(
                update(Job)
                .where(Job.id == self._job_id, Job.worker == self._worker)
                .where(Job.state == JobState.RUNNING)
                .values(
                    lease_until=func.now() + self._lease,
                    done=self._progress.done,
                    total=self._progress.total,
                )
            )


def let_go(work: Work, worker: str) -> None:
    """Give a stopping worker's jobs back; the next to claim begins them anew."""
    work.session.execute(
        update(Job)
        .where(Job.worker == worker, Job.state == JobState.RUNNING)
        .values(state=JobState.QUEUED, worker="", lease_until=None, tries=Job.tries - 1)
    )
