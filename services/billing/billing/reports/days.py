"""Whole days on somebody's wall clock, as instants."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, cast, func

from lineup.errors import Invalid

LONGEST_DAYS = 366
DAY = timedelta(days=1)


@dataclass(frozen=True)
class DaySpan:
    """Days of one zone, both ends included; half-open as instants."""

    first_on: date
    last_on: date
    zone: ZoneInfo

    @classmethod
    def of(cls, first_on: date, last_on: date, zone: ZoneInfo) -> "DaySpan":
        """A span of at least one day and at most 366; Invalid otherwise."""
        if not 0 <= (last_on - first_on).days < LONGEST_DAYS:
            words = [f"Choose a range of 1 to {LONGEST_DAYS} days."]
            raise Invalid(fields={"first_on": words})
        return cls(first_on, last_on, zone)

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last_on - self.first_on).days + 1

    @property
    def starts_at(self) -> datetime:
        """The first midnight."""
        return midnight(self.first_on, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The midnight after the last day."""
        return midnight(self.last_on + DAY, self.zone)

    @property
    def before(self) -> "DaySpan":
        """As many days right before."""
        first_on = self.first_on - self.length * DAY
        return DaySpan(first_on, self.first_on - DAY, self.zone)

    def days(self) -> list[date]:
        """Every day, oldest first."""
        return [self.first_on + n * DAY for n in range(self.length)]

    def __contains__(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins on the zone's wall clock."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def local_day(column: Any, zone: ZoneInfo) -> Any:
    """The day of an instant on the zone's wall clock, in SQL."""
    return cast(func.timezone(zone.key, column), Date)
