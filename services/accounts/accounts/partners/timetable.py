"""What comes when in a partner's life. Pure rules.

Reminders come 7, 3 and 1 days before a trial or a paid month ends, and on the day. Then
the partner is locked and its data is kept for 30 days; warnings come 14, 7 and 1 days
before the data is deleted.
"""

import enum
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.packages.models import Partnership
from lineup.contracts.accounts.partnerships import PartnershipState

TRIAL = timedelta(days=14)
KEPT = timedelta(days=30)
DAY = timedelta(days=1)
REMINDERS = tuple(timedelta(days=days) for days in (7, 3, 1))
WARNINGS = tuple(timedelta(days=days) for days in (14, 7, 1))
LATE = timedelta(hours=1)
"""Who is locked later than that has its data kept from then on, not from its end."""


class StepKind(enum.IntEnum):
    """What is done; at the same moment in this order."""

    CHANGE_PACKAGE = 0
    REMIND = 1
    LOCK = 2
    SUSPEND = 3
    WARN = 4
    PURGE = 5


@dataclass(frozen=True, order=True)
class Step:
    """What is due at a moment."""

    at: datetime
    kind: StepKind

    @property
    def is_notice(self) -> bool:
        """Whether it only tells: of several that are late the last one is enough."""
        return self.kind in (StepKind.REMIND, StepKind.WARN)


def steps_of(
    partnership: Partnership, zone: ZoneInfo, served_for: timedelta | None
) -> list[Step]:
    """All that comes, and came, in order, as long as nobody pays.

    `served_for`: how long subscribers are served after the lock; None: to their end.
    """
    steps = []
    if partnership.changes_at is not None:
        steps.append(Step(partnership.changes_at, StepKind.CHANGE_PACKAGE))
    if partnership.ends_at is not None:
        steps += _until(partnership.ends_at, zone)
    if partnership.state is PartnershipState.LOCKED:
        steps += _kept(partnership, served_for)
    return sorted(steps)


def is_suspended(
    partnership: Partnership, served_for: timedelta | None, now: datetime
) -> bool:
    """Whether subscribers of a partner are served no longer."""
    if partnership.locked_at is None or served_for is None:
        return False
    return partnership.locked_at + served_for <= now


def purge_date(locked_at: datetime, now: datetime) -> datetime:
    """Until when the data of a partner is kept that is locked now."""
    return (locked_at if now - locked_at < LATE else now) + KEPT


def is_warned(partnership: Partnership, now: datetime) -> bool:
    """Whether a partner had a day to act upon a warning."""
    warned_at = partnership.warned_at
    return warned_at is not None and now - warned_at > DAY - LATE


def _until(ends_at: datetime, zone: ZoneInfo) -> list[Step]:
    moments = [ends_at - before for before in REMINDERS]
    moments.append(_midnight(ends_at, zone))
    reminders = [Step(at, StepKind.REMIND) for at in moments]
    return [*reminders, Step(ends_at, StepKind.LOCK)]


def _kept(partnership: Partnership, served_for: timedelta | None) -> list[Step]:
    steps = []
    if partnership.locked_at is not None and served_for is not None:
        steps.append(Step(partnership.locked_at + served_for, StepKind.SUSPEND))
    if partnership.purge_at is not None:
        warnings = (partnership.purge_at - before for before in WARNINGS)
        steps += [Step(at, StepKind.WARN) for at in warnings]
        steps.append(Step(partnership.purge_at, StepKind.PURGE))
    return steps


def _midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the day of a moment began in a zone."""
    there = moment.astimezone(zone)
    return datetime.combine(there.date(), time(), zone).astimezone(moment.tzinfo)
