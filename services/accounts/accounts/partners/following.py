"""Time goes on: what is due in partners' lives is done, each partner by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, update

from accounts.packages.models import Partnership
from accounts.partners.ending import begin_purge
from accounts.partners.payments import change_package
from accounts.partners.platform import served_for
from accounts.partners.telling import changed, note, notify, partner_of
from accounts.partners.timetable import (
    DAY,
    Step,
    StepKind,
    is_warned,
    purge_date,
    steps_of,
)
from lineup import metrics
from lineup.contracts.accounts.partner_events import NoticeKind
from lineup.database import Database, UnitOfWork
from lineup.database.faults import FAULTS
from lineup.secrets import Keyring

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 100
MOST_STEPS = 50
"""Of one partner in one go: far more than a life has."""
PUT_OFF_FOR = timedelta(minutes=5)
metrics.PUT_OFF.labels("accounts", "partnerships")


def follow_the_clock(database: Database, keyring: Keyring) -> int:
    """Do what is due for partners that nobody else is at; for how many."""
    with database.transaction() as work:
        due = select(Partnership.id).where(Partnership.due_at <= work.now)
        partner_ids = list(
            work.session.scalars(due.order_by(Partnership.due_at).limit(MOST_AT_ONCE))
        )
    return sum(_follow_alone(database, keyring, one) for one in partner_ids)


def _follow_alone(database: Database, keyring: Keyring, partner_id: UUID) -> bool:
    """Do what is due for one partner; what rises is logged and stops no other."""
    try:
        with database.transaction() as work:
            return follow(work, keyring, partner_id)
    except FAULTS:
        raise
    except Exception:
        metrics.PUT_OFF.labels("accounts", "partnerships").inc()
        log.exception("partner_put_off", partner=str(partner_id))
        with database.transaction() as work:
            later = update(Partnership).values(due_at=work.now + PUT_OFF_FOR)
            work.session.execute(later.where(Partnership.id == partner_id))
        return False


def follow(work: UnitOfWork, keyring: Keyring, partner_id: UUID) -> bool:
    """Do what is due for a partner, in order; of late notices only the last.

    False where nothing is, or somebody else is at it.
    """
    wanted = select(Partnership).where(
        Partnership.id == partner_id, Partnership.due_at <= work.now
    )
    partnership = work.session.scalar(wanted.with_for_update(skip_locked=True))
    if partnership is None:
        return False
    for _ in range(MOST_STEPS):
        steps = _next_steps(work, partnership)
        if not steps:
            break
        for step in steps:
            DO[step.kind](work, keyring, partnership, step.at)
        partnership.followed_until = max(partnership.followed_until, steps[0].at)
    partnership.followed_until = work.now
    changed(work, partnership)
    return True


def _next_steps(work: UnitOfWork, partnership: Partnership) -> list[Step]:
    """What comes next and is due: all of one moment."""
    partner = partner_of(work, partnership)
    zone = ZoneInfo(partner.time_zone or "UTC")
    steps = steps_of(partnership, zone, served_for(work, partner))
    due = [s for s in steps if partnership.followed_until < s.at <= work.now]
    last = due[-1:] and due[-1]
    useful = [step for step in due if step is last or not step.is_notice]
    return next((list(same) for _, same in groupby(useful, attrgetter("at"))), [])


def _change(
    work: UnitOfWork, _keyring: Keyring, partnership: Partnership, _at: datetime
) -> None:
    change_package(work, partnership)


def _remind(
    work: UnitOfWork, keyring: Keyring, partnership: Partnership, _at: datetime
) -> None:
    if partnership.ends_at is not None:
        kind = NoticeKind.ENDS_SOON
        notify(work, keyring, partnership, kind, partnership.ends_at)


def _lock(
    work: UnitOfWork, keyring: Keyring, partnership: Partnership, at: datetime
) -> None:
    partnership.lock(at, purge_date(at, work.now))
    note(work, partnership, "Locked, since payment is due.")
    notify(work, keyring, partnership, NoticeKind.LOCKED, at)


def _suspend(
    work: UnitOfWork, _keyring: Keyring, partnership: Partnership, _at: datetime
) -> None:
    """Note it; that they are suspended is seen whenever the partnership changes."""
    note(work, partnership, "Subscribers see the demo channels.")


def _warn(
    work: UnitOfWork, keyring: Keyring, partnership: Partnership, _at: datetime
) -> None:
    if partnership.purge_at is not None:
        partnership.warned_at = work.now
        kind = NoticeKind.PURGE_SOON
        notify(work, keyring, partnership, kind, partnership.purge_at)


def _purge(
    work: UnitOfWork, _keyring: Keyring, partnership: Partnership, _at: datetime
) -> None:
    """Delete everything; where nobody could warn in time, a day after a warning."""
    if is_warned(partnership, work.now):
        begin_purge(work, partnership)
    else:
        partnership.purge_at = work.now + DAY


DO: dict[StepKind, Callable[[UnitOfWork, Keyring, Partnership, datetime], None]] = {
    StepKind.CHANGE_PACKAGE: _change,
    StepKind.REMIND: _remind,
    StepKind.LOCK: _lock,
    StepKind.SUSPEND: _suspend,
    StepKind.WARN: _warn,
    StepKind.PURGE: _purge,
}
