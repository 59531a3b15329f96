"""Work on many rows, of which one may raise: it is put off alone, counted and shown.

A timer works by the set. Where a set fails it is done again row by row, each in a
transaction of its own; whose row raises waits a growing pause and stops nobody else's.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from billing.people import operations as people
from billing.subscriptions.models import Subscription
from lineup.database import Database, UnitOfWork
from lineup.database.faults import FAULTS
from lineup.metrics import PUT_OFF

log = structlog.get_logger(__name__)

Act = Callable[[UnitOfWork, UUID], None]

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=12)
LOST_RACES = {"40", "55"}
"""Classes of SQLSTATE: rolled back for another's sake, a lock waited for in vain."""
OUT_OF_TIME = "57014"
"""SQLSTATE of a statement that took too long."""
WORKS = ("renewals", "ends", "products")
"""What is done for many subscriptions at once."""
for _work in WORKS:
    PUT_OFF.labels("billing", _work)


def pause_after(tries: int) -> timedelta:
    """How long a row waits after so many failed tries: four times longer each."""
    return min(FIRST_PAUSE * (1 << 2 * min(tries - 1, 10)), LONGEST_PAUSE)


def is_not_put_off(now: datetime) -> ColumnElement[bool]:
    """The condition that a subscription is not put off."""
    until = Subscription.put_off_until
    return or_(until.is_(None), until <= now)


def run_each(
    database: Database, subscription_ids: Iterable[UUID], act: Act, *, work_name: str
) -> list[UUID]:
    """Act on each subscription by itself, its customer locked; those that raised.

    A database that cannot be reached is nobody's fault and rises.
    """
    return [
        subscription_id
        for subscription_id in subscription_ids
        if not _is_done(database, subscription_id, act, work_name)
    ]


def _is_done(
    database: Database, subscription_id: UUID, act: Act, work_name: str
) -> bool:
    try:
        with database.transaction() as work:
            _lock(work, subscription_id)
            act(work, subscription_id)
    except FAULTS as error:
        if not _is_its_own(error):
            raise
        _put_off(database, subscription_id, work_name, error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this row's alone
        _put_off(database, subscription_id, work_name, error)
    else:
        return True
    return False


def is_away(error: Exception) -> bool:
    """Whether the database could not be reached at all, which is no row's fault."""
    is_lost = isinstance(error, InterfaceError) or (
        isinstance(error, OperationalError) and _state_of(error) is None
    )
    return is_lost or isinstance(error, NoConnectionFree)


def is_lost_race(error: Exception) -> bool:
    """Whether another transaction was faster, so that a second try may settle it."""
    return (_state_of(error) or "")[:2] in LOST_RACES


def _is_its_own(error: Exception) -> bool:
    """Whether a fault of the database is about a row: a lock, a statement's time."""
    return is_lost_race(error) or _state_of(error) == OUT_OF_TIME


def _state_of(error: Exception) -> str | None:
    state: str | None = getattr(getattr(error, "orig", None), "pgcode", None)
    return state


def _lock(work: UnitOfWork, subscription_id: UUID) -> None:
    statement = select(Subscription.customer_id).where(
        Subscription.id == subscription_id
    )
    people.lock_customer(work, work.session.execute(statement).scalar_one())


def _put_off(
    database: Database, subscription_id: UUID, work_name: str, error: Exception
) -> None:
    log.error("put_off", work=work_name, subscription=subscription_id, exc_info=error)
    PUT_OFF.labels("billing", work_name).inc()
    with database.transaction() as work:
        _lock(work, subscription_id)
        mine = Subscription.id == subscription_id
        tried = work.session.scalar(select(Subscription.failed_tries).where(mine)) or 0
        work.session.execute(
            update(Subscription)
            .where(mine)
            .values(
                failed_tries=tried + 1,
                put_off_until=work.now + pause_after(tried + 1),
            )
        )
