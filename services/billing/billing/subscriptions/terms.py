"""Dates and proration: pure rules over lengths, anchors and paid periods."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from lineup.contracts.billing.refusals import PeriodOver, PeriodTooLong
from lineup.contracts.billing.subscriptions import CountFrom
from lineup.money import Money

SERVED_LATE = timedelta(seconds=60)
"""How long after an end its effect may show: a renewal within it is no gap."""


LONGEST = timedelta(days=36525)
"""The longest period that is sold: a hundred years."""


@dataclass(frozen=True, kw_only=True)
class Length:
    """How long a period is: calendar months, or days of 24 hours."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The instant months are counted from, and how many have been counted.

    Counting from one anchor keeps the day: 31 January, 28 February, 31 March.
    """

    at: datetime
    months: int = 0

    def reached(self, zone: ZoneInfo) -> datetime:
        """The instant that lies `months` after the anchor on the zone's wall clock.

        A wall time that a clock change skips moves on by what was skipped; one that
        comes twice is the first.
        """
        if self.months == 0:
            return self.at.astimezone(UTC)
        wall = self.at.astimezone(zone).replace(tzinfo=None, fold=0)
        moved = wall + relativedelta(months=self.months)
        return moved.replace(tzinfo=zone).astimezone(UTC)


def next_period_end(
    anchor: Anchor, starts_at: datetime, length: Length, zone: ZoneInfo
) -> tuple[datetime, Anchor]:
    """When a period ends, and the anchor the next one counts from.

    A period that follows on keeps the anchor; after a gap a new one begins.
    PeriodTooLong where the calendar has no such day.
    """
    try:
        return _counted(anchor, starts_at, length, zone)
    except (OverflowError, ValueError):
        raise PeriodTooLong from None


def sold_period_end(
    anchor: Anchor, starts_at: datetime, length: Length, zone: ZoneInfo, now: datetime
) -> tuple[datetime, Anchor]:
    """When a period that is sold at `now` ends, and the anchor the next counts from.

    PeriodTooLong for more than a hundred years, PeriodOver for one without any future.
    """
    ends_at, counted = next_period_end(anchor, starts_at, length, zone)
    if ends_at - starts_at > LONGEST:
        raise PeriodTooLong
    if ends_at <= now:
        raise PeriodOver
    return ends_at, counted


def _counted(
    anchor: Anchor, starts_at: datetime, length: Length, zone: ZoneInfo
) -> tuple[datetime, Anchor]:
    if length.days:
        ends_at = starts_at + timedelta(days=length.days)
        return ends_at, Anchor(at=ends_at)
    follows_on = anchor.reached(zone) == starts_at
    base = anchor if follows_on else Anchor(at=starts_at)
    counted = Anchor(at=base.at, months=base.months + length.months)
    return counted.reached(zone), counted


def renewal_start(count_from: CountFrom, ends_at: datetime, now: datetime) -> datetime:
    """Where a renewal begins: the end while running, else now, or as forced."""
    match count_from:
        case CountFrom.END:
            return ends_at
        case CountFrom.NOW:
            return now
        case CountFrom.AUTO:
            return max(ends_at, now)


def automatic_start(ends_at: datetime, now: datetime) -> datetime:
    """Where an automatic renewal begins: the end, unless service was withdrawn."""
    return ends_at if now <= ends_at + SERVED_LATE else now


class PaidPeriod(Protocol):
    """What a refund depends on."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        ...

    @property
    def ends_at(self) -> datetime:
        """When it ends, exclusive."""
        ...

    @property
    def paid_until(self) -> datetime:
        """The end that was paid for: later where staff has set an earlier one."""
        ...

    @property
    def paid(self) -> Money:
        """What it truly cost its payer."""
        ...


def refund_for(period: PaidPeriod, *, stopped_at: datetime) -> Money:
    """What a stopped period gives back: paid x unused / length, rounded down.

    A period not begun is given back whole, a used-up one not at all.
    """
    unused = period.ends_at - max(stopped_at, period.starts_at)
    length = period.paid_until - period.starts_at
    return period.paid.share(max(unused, timedelta(0)), of=length)
