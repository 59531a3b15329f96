"""A job in a worker's hands: claimed, kept alive, finished by its holder only."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import Select, and_, func, not_, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from lineup.contracts.playlists.jobs import JobState
from lineup.contracts.playlists.refusals import JobCode
from lineup.database import Database, UnitOfWork
from playlists.jobs.models import TRIES, Job
from playlists.jobs.operations import OPEN

S = TypeVar("S", bound="Select[Any]")
BEAT_SECONDS = 1.0
PAUSE_SECONDS = 30
"""After the first death of its process; twice and thrice as long after the next."""
PARTNERS_LOOKED_AT = 50
log = structlog.get_logger(__name__)


class LeaseLost(Exception):  # noqa: N818 - reads as a sentence
    """Another worker took the job over; whatever was begun here must not count."""


class Counted(Protocol):
    """How far a job is; what does the work sets it, the heartbeat writes it down."""

    done: int
    total: int


@dataclass
class Progress:
    """How far a job is, within one process."""

    done: int = 0
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a job: in a sentence, and in parts where there are some."""

    message: str
    result: dict[str, Any] | None = None


IS_FREE = and_(
    Job.state.in_(OPEN), or_(Job.lease_until.is_(None), Job.lease_until < func.now())
)
"""Nobody holds it, or a silent worker does; and it is not put off."""
IS_HELD = and_(Job.state == JobState.RUNNING, Job.lease_until >= func.now())


def claim(
    work: UnitOfWork, worker: str, lease_seconds: int, only: UUID | None = None
) -> Job | None:
    """Take the job whose turn it is (or `only` that), if it is free.

    Partners take turns, and nobody works on two jobs of one partner at once: whoever
    queues many, or one that takes long, makes no other partner wait. A job whose
    workers died TRIES times is given up as `worker_died`.
    """
    for partner_id in _longest_unserved(work, only):
        job = _claim_of(work, partner_id, only)
        if job is None:
            continue
        if job.tries >= TRIES:
            job.fail(work.now, "The job crashed repeatedly.", JobCode.WORKER_DIED)
        else:
            _begin(work, job, worker, lease_seconds)
        return job
    return None


def _longest_unserved(work: UnitOfWork, only: UUID | None) -> Sequence[UUID]:
    """Partners with a free job and none that is held, the longest unserved first."""
    earlier = aliased(Job)
    last_begun = (
        select(func.max(earlier.begun_at))
        .where(earlier.partner_id == Job.partner_id)
        .scalar_subquery()
    )
    held = aliased(Job)
    is_served = select(held.id).where(
        held.partner_id == Job.partner_id,
        held.state == JobState.RUNNING,
        held.lease_until >= func.now(),
    )
    return work.session.scalars(
        _narrowed(select(Job.partner_id), only)
        .where(IS_FREE, not_(is_served.exists()))
        .group_by(Job.partner_id)
        .order_by(last_begun.nulls_first(), func.min(Job.created_at))
        .limit(PARTNERS_LOOKED_AT)
    ).all()


def _claim_of(work: UnitOfWork, partner_id: UUID, only: UUID | None) -> Job | None:
    """The oldest free job of a partner, locked, unless somebody serves it."""
    if not _is_alone(work, partner_id):
        return None
    own = Job.partner_id == partner_id
    # Asked again, since somebody may have begun one before the lock was ours.
    if work.session.scalars(select(Job.id).where(own, IS_HELD).limit(1)).first():
        return None
    return work.session.scalars(
        _narrowed(select(Job), only)
        .where(own, IS_FREE)
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def _is_alone(work: UnitOfWork, partner_id: UUID) -> bool:
    """Whether no other transaction claims for this partner right now."""
    key = func.hashtextextended(f"playlists.jobs:{partner_id}", 0)
    return work.session.scalar(select(func.pg_try_advisory_xact_lock(key))) is True


def _narrowed(statement: S, only: UUID | None) -> S:
    return statement if only is None else statement.where(Job.id == only)


def _begin(work: UnitOfWork, job: Job, worker: str, lease_seconds: int) -> None:
    job.state, job.worker, job.tries = JobState.RUNNING, worker, job.tries + 1
    lease = func.clock_timestamp() + timedelta(seconds=lease_seconds)
    work.session.execute(
        update(Job)
        .where(Job.id == job.id)
        .values(lease_until=lease, begun_at=func.clock_timestamp())
    )


def held(work: UnitOfWork, job_id: UUID, worker: str) -> Job:
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


def put_off(work: UnitOfWork, job_id: UUID, worker: str) -> None:
    """Leave a job whose process died for later, each time for longer."""
    job = held(work, job_id, worker)
    job.state, job.worker = JobState.QUEUED, ""
    pause = timedelta(seconds=PAUSE_SECONDS * job.tries)
    work.session.execute(
        update(Job).where(Job.id == job.id).values(lease_until=func.now() + pause)
    )


class Heartbeat:
    """Keeps the lease and writes the progress down, each second, beside the work."""

    def __init__(
        self, database: Database, job: Job, progress: Counted, lease_seconds: int
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


def let_go(work: UnitOfWork, worker: str) -> None:
    """Give a stopping worker's jobs back; the next to claim begins them anew."""
    work.session.execute(
        update(Job)
        .where(Job.worker == worker, Job.state == JobState.RUNNING)
        .values(state=JobState.QUEUED, worker="", lease_until=None, tries=Job.tries - 1)
    )
