"""Doing jobs, chunk by chunk: a process that dies leaves the rest to the next one."""

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog
from sqlalchemy import func, or_, select

from accounts.customers.models import Customer
from accounts.dependencies import Dependencies
from accounts.jobs.models import AccountJob
from accounts.jobs.moves import move
from accounts.jobs.removal import remove
from accounts.tree.models import Account
from accounts.tree.operations import lock_account
from lineup import metrics
from lineup.contracts.accounts.jobs import AccountJobState, JobKind
from lineup.contracts.audit import ChangeCount
from lineup.database import Database, UnitOfWork
from lineup.database.audit.recording import record_job
from lineup.database.audit.things import Thing
from lineup.database.faults import FAULTS

log = structlog.get_logger(__name__)

CHUNK = 50
"""Customers of one transaction: nobody waits long for one of them."""
CHUNKS_A_TURN = 20
metrics.PUT_OFF.labels("accounts", "account_jobs")


def continue_jobs(
    database: Database, dependencies: Dependencies, *, chunk: int = CHUNK
) -> int:
    """Do up to twenty chunks of whatever jobs nobody else is at; how many."""
    for done in range(CHUNKS_A_TURN):
        if not _continue(database, dependencies, chunk):
            return done
    return CHUNKS_A_TURN


def _continue(database: Database, dependencies: Dependencies, chunk: int) -> bool:
    """Do a chunk; where it fails, its customers one by one, but for those at fault."""
    trying: list[tuple[UUID, UUID]] = []
    try:
        with database.transaction() as work:
            return continue_job(work, dependencies, chunk=chunk, trying=trying)
    except FAULTS:
        raise
    except Exception:
        if not trying:
            raise
    for job_id, customer_id in trying:
        _do_alone(database, dependencies, job_id, customer_id)
    return True


def _do_alone(
    database: Database, dependencies: Dependencies, job_id: UUID, customer_id: UUID
) -> None:
    """Do one customer of a job, or put it off."""
    wanted = select(Customer).where(Customer.id == customer_id).with_for_update()
    try:
        with database.transaction() as work:
            job = work.session.get_one(AccountJob, job_id, with_for_update=True)
            customers = work.session.scalars(wanted.where(*job.concerned())).all()
            job.advance(
                len(customers), DO[job.kind](work, dependencies, job, customers)
            )
    except FAULTS:
        raise
    except Exception:
        metrics.PUT_OFF.labels("accounts", "account_jobs").inc()
        log.exception("customer_put_off", job=str(job_id), customer=str(customer_id))
        with database.transaction() as work:
            job = work.session.get_one(AccountJob, job_id, with_for_update=True)
            job.skip(customer_id)
            _note_run(work, job)


def continue_job(
    work: UnitOfWork,
    dependencies: Dependencies,
    *,
    chunk: int = CHUNK,
    trying: list[tuple[UUID, UUID]] | None = None,
) -> bool:
    """Do one chunk of the job whose turn it is; False when there is none.

    `trying` hears of the job and the customers that are being done.
    """
    job = _next_job(work)
    if job is None:
        return False
    customers = _next(work, job, chunk)
    if trying is not None:
        trying += [(job.id, customer.id) for customer in customers]
    if customers:
        job.advance(len(customers), DO[job.kind](work, dependencies, job, customers))
    else:
        _conclude(work, job)
    return bool(customers)


def _next_job(work: UnitOfWork) -> AccountJob | None:
    """The job that had its turn longest ago, of those that are not put off."""
    free = or_(AccountJob.next_try_at.is_(None), AccountJob.next_try_at <= work.now)
    job = work.session.scalar(
        select(AccountJob)
        .where(AccountJob.state == AccountJobState.RUNNING, free)
        .order_by(AccountJob.worked_at.nulls_first(), AccountJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is not None:
        _note_run(work, job)
    return job


def _note_run(work: UnitOfWork, job: AccountJob) -> None:
    job.worked_at = work.session.scalar(select(func.clock_timestamp()))


def _conclude(work: UnitOfWork, job: AccountJob) -> None:
    """Nothing can be done of a job just now: it is done, or what failed comes later."""
    if not _is_left(work, job):
        job.finish(work.now)
        _note(work, job)
    elif job.failing:
        job.put_off(work.now)


def _next(work: UnitOfWork, job: AccountJob, most: int) -> Sequence[Customer]:
    """The next customers, locked; those that somebody else is at come later."""
    fit = Customer.id.not_in([UUID(failed) for failed in job.failing])
    statement = select(Customer).where(*job.concerned(), fit).order_by(job.order)
    free = statement.limit(most).with_for_update(skip_locked=True)
    return work.session.scalars(free).all()


def _is_left(work: UnitOfWork, job: AccountJob) -> bool:
    left = select(Customer.id).where(*job.concerned()).order_by(job.order)
    return work.session.scalar(left.limit(1)) is not None


def _remove(
    work: UnitOfWork,
    dependencies: Dependencies,
    job: AccountJob,
    customers: Sequence[Customer],
) -> int:
    return remove(work, dependencies, customers, job.deletion)


def _move(
    work: UnitOfWork,
    dependencies: Dependencies,
    job: AccountJob,
    customers: Sequence[Customer],
) -> int:
    target = work.session.get_one(Account, job.to_account_id)
    lock_account(work, target)
    return move(work, dependencies, customers, target)


DO: dict[
    JobKind, Callable[[UnitOfWork, Dependencies, AccountJob, Sequence[Customer]], int]
] = {
    JobKind.DELETE: _remove,
    JobKind.MOVE: _move,
}
"""What is done with a chunk of customers; each tells how many users went along."""


def _note(work: UnitOfWork, job: AccountJob) -> None:
    """Say in the logs who did what to whom, and to how many."""
    done = {"customer": job.customers_done, "user": job.users_done}
    change = "deleted" if job.kind is JobKind.DELETE else "moved"
    record_job(
        work,
        f"finish_{job.kind.value}_job",
        Thing(
            kind="account",
            id=job.account_id,
            name=job.account_name,
            scope=job.scope,
        ),
        [ChangeCount(kind=k, change=change, count=n) for k, n in done.items()],
        ": ".join(filter(None, (job.actor, job.reason))),
    )
    log.info(
        "account_job_done",
        kind=job.kind.value,
        account=job.username,
        actor=job.actor,
        customers=job.customers_done,
        users=job.users_done,
    )
