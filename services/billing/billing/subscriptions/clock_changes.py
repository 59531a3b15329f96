"""When the clocks of a zone change, for the database to count months by.

PostgreSQL has zones of its own, which may be older or newer than Python's, know other
names, and take the second of two equal wall times. What both count by is one: Python's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SINCE = datetime(2000, 1, 1, tzinfo=UTC)
"""No subscription is older."""
YEARS = 102
"""How far ahead: the longest period that is sold, and what is due just now."""
STEP = timedelta(days=1)
"""No two changes of one clock are nearer to each other."""
SECOND = timedelta(seconds=1)
ALWAYS = "-infinity"


@dataclass(frozen=True)
class Change:
    """From an instant on, a zone's clock has another offset from UTC."""

    at: datetime
    wall: datetime
    """The first wall time that counts by it: one skipped or coming twice does not."""
    offset: timedelta


def clocks_of(zones: Iterable[str], now: datetime) -> list[dict[str, Any]]:
    """Zones with all their changes, as the database reads them; unknown ones left out.

    `offsets[n]` counts from the instant `changes[n]` and from the wall time `walls[n]`
    on.
    """
    return [
        clock for zone in zones if (clock := _clock(zone, now.year + YEARS)) is not None
    ]


@lru_cache(maxsize=1024)
def _clock(name: str, until: int) -> dict[str, Any] | None:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    changes = list(changes_of(zone, SINCE, datetime(until, 1, 1, tzinfo=UTC)))
    first = SINCE.astimezone(zone).utcoffset() or timedelta(0)
    return {
        "zone": name,
        "changes": [ALWAYS, *(change.at.isoformat() for change in changes)],
        "walls": [ALWAYS, *(change.wall.isoformat() for change in changes)],
        "offsets": [_seconds(first), *(_seconds(each.offset) for each in changes)],
    }


def changes_of(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Change]:
    """The changes of a zone's clock between two instants, in order."""
    before = _offset(zone, since)
    while since < until:
        following = since + STEP
        after = _offset(zone, following)
        if after != before:
            at = _found(zone, since, following, before)
            wall = at + max(before, after)
            yield Change(at, wall.replace(tzinfo=None), after)
        since, before = following, after


def _found(
    zone: ZoneInfo, early: datetime, late: datetime, before: timedelta
) -> datetime:
    """The instant of the one change between two others, to the second."""
    while late - early > SECOND:
        middle = early + (late - early) // 2 // SECOND * SECOND
        if _offset(zone, middle) == before:
            early = middle
        else:
            late = middle
    return late


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _seconds(offset: timedelta) -> str:
    return f"{offset // SECOND} seconds"
