"""Doing jobs, chunk by chunk: a process that dies leaves the rest to the next one."""

from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import ColumnElement, exists, select

from accounts.customers.models import Customer
from accounts.jobs.models import AccountJob
from accounts.jobs.moves import move
from accounts.jobs.removal import remove
from accounts.means import Means
from accounts.tree.models import Account
from accounts.tree.operations import hold
from lineup.contracts.accounts import AccountJobState, JobKind, Status
from lineup.database import Database, Work

log = structlog.get_logger(__name__)

CHUNK = 50
"""Customers of one transaction: nobody waits long for one of them."""
CHUNKS_A_TURN = 20


def continue_jobs(database: Database, means: Means, *, chunk: int = CHUNK) -> int:
    """Do up to twenty chunks of whatever jobs nobody else is at; how many."""
    for done in range(CHUNKS_A_TURN):
        with database.transaction() as work:
            if not continue_job(work, means, chunk=chunk):
                return done
    return CHUNKS_A_TURN


def continue_job(work: Work, means: Means, *, chunk: int = CHUNK) -> bool:
    """Do one chunk of the oldest job that is free; False when there is none."""
    job = work.session.scalar(
        select(AccountJob)
        .where(AccountJob.state == AccountJobState.RUNNING)
        .order_by(AccountJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return False
    customers = _next(work, job, chunk)
    if customers:
        job.advance(len(customers), DO[job.kind](work, means, job, customers))
    elif not _is_left(work, job):
        job.finish(work.now)
        _note(job)
    return bool(customers)


def _next(work: Work, job: AccountJob, most: int) -> Sequence[Customer]:
    """The next customers, locked; those that somebody else is at come later."""
    statement = select(Customer).where(*_concerned(job)).order_by(Customer.id)
    free = statement.limit(most).with_for_update(skip_locked=True)
    return work.session.scalars(free).all()


def _is_left(work: Work, job: AccountJob) -> bool:
    return bool(work.session.scalar(select(exists().where(*_concerned(job)))))


def _concerned(job: AccountJob) -> tuple[ColumnElement[bool], ...]:
    below = Customer.scope.startswith(job.scope, autoescape=True)
    return below, Customer.status != Status.DELETED


def _remove(
    work: Work, means: Means, _job: AccountJob, customers: Sequence[Customer]
) -> int:
    return remove(work, means, customers)


def _move(
    work: Work, means: Means, job: AccountJob, customers: Sequence[Customer]
) -> int:
    target = work.session.get_one(Account, job.to_account_id)
    hold(work, target)
    return move(work, means, customers, target)


DO: dict[JobKind, Callable[[Work, Means, AccountJob, Sequence[Customer]], int]] = {
    JobKind.DELETE: _remove,
    JobKind.MOVE: _move,
}
"""What is done with a chunk of customers; each tells how many users went along."""


def _note(job: AccountJob) -> None:
    """Say in the log who did what to whom, and to how many (AH-19)."""
    log.info(
        "account_job_done",
        kind=job.kind.value,
        account=job.username,
        actor=job.actor,
        customers=job.customers_done,
        users=job.users_done,
    )
