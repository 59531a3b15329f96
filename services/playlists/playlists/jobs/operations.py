"""What can be asked of jobs: queue one, see how it goes."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from lineup.contracts.paging import Page
from lineup.contracts.playlists.jobs import GetJob, JobState, JobView, ListJobs
from lineup.contracts.playlists.refusals import JobNotFound
from lineup.database import UnitOfWork, page_of, wake
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.verbs import handles
from playlists.jobs.models import Job

WAKE = "playlists_work"
"""The PostgreSQL channel that is notified when the worker has something to do."""
ORDERS = {"newest": Job.id}
OPEN = (JobState.QUEUED, JobState.RUNNING)


def enqueue(
    work: UnitOfWork,
    kind: str,
    *,
    owner: Any,
    single_key: str = "",
    payload: dict[str, Any] | None = None,
) -> Job:
    """Queue a job for `owner`'s partner, at the worker's once this commits.

    While a job of the same `single_key` is open, that one is returned instead.
    """
    id_ = new_id()
    values = {
        "id": id_,
        "partner_id": owner.partner_id,
        "scope": owner.scope,
        "kind": kind,
        "single_key": single_key or f"{kind}:{id_}",
        "payload": payload or {},
        "created_at": work.now,
        "state": JobState.QUEUED,
        "done": 0,
        "total": 0,
        "tries": 0,
        "message": "",
        "code": "",
        "worker": "",
    }
    work.session.execute(insert(Job).values(values).on_conflict_do_nothing())
    wake(work.session, WAKE)
    return work.session.scalars(
        select(Job).where(Job.single_key == values["single_key"], Job.state.in_(OPEN))
    ).one()


def note_failed(
    work: UnitOfWork, kind: str, *, owner: Any, subject: str, message: str, code: str
) -> None:
    """Show a failure of work that nobody queued, as a job that failed."""
    id_ = new_id()
    work.session.add(
        Job(
            id=id_,
            partner_id=owner.partner_id,
            scope=owner.scope,
            kind=kind,
            single_key=f"{kind}:{id_}",
            payload={"subject": subject},
            state=JobState.FAILED,
            message=message,
            code=code,
            created_at=work.now,
            finished_at=work.now,
        )
    )


def find_job(work: UnitOfWork, request: GetJob) -> Job:
    """A job in the actor's scope; JobNotFound outside it."""
    statement = select(Job).where(Job.id == request.job_id)
    job = work.session.scalars(in_scope(statement, Job, work.actor)).one_or_none()
    if job is None:
        raise JobNotFound
    return job


@handles(ListJobs)
def list_jobs(work: UnitOfWork, request: ListJobs) -> Page[JobView]:
    """Jobs, newest first, narrowed by kind, state and guide source."""
    statement = in_scope(select(Job), Job, work.actor)
    if request.kind:
        statement = statement.where(Job.kind == request.kind)
    if request.state is not None:
        statement = statement.where(Job.state == request.state)
    if request.source_id is not None:
        of_source = {"source_id": str(request.source_id)}
        statement = statement.where(Job.payload.contains(of_source))
    return page_of(work.session, statement, Job, request.paging, job_view, ORDERS)


def job_view(job: Job) -> JobView:
    """What staff sees of a job."""
    return JobView(
        updated_at=job.last_change,
        id=job.id,
        kind=job.kind,
        state=JobState(job.state),
        done=job.done,
        total=job.total,
        message=job.message,
        code=job.code,
        created_at=job.created_at,
        finished_at=job.finished_at,
        subject=job.payload.get("subject", ""),
        source_id=_source_of(job),
    )


def _source_of(job: Job) -> UUID | None:
    source = job.payload.get("source_id")
    return UUID(source) if source else None


def find_open_among(work: UnitOfWork, single_keys: Collection[str]) -> dict[str, UUID]:
    """The open job of each key that has one."""
    rows = work.session.execute(
        select(Job.single_key, Job.id).where(
            Job.single_key.in_(single_keys), Job.state.in_(OPEN)
        )
    )
    return dict(list(rows))
