"""XMLTV times as instants, whatever zone they were written in.

A time reads YYYYMMDDhhmmss with a zone after it; seconds and smaller parts may be left
out. Guides write it as in ISO 8601, too, or as seconds since 1970. Without a zone it is
the source's local time.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WRITTEN = re.compile(
    r"(\d{4})([-/.]?)(\d{2})\2(\d{2})"
    r"(?:[T\s]?(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?)?)?"
    r"\s*(?:(?:GMT|UTC)?([+-]\d{1,2}:\d{2}|[+-]\d{1,4})|([A-Za-z][\w/+-]*))?",
    re.ASCII | re.IGNORECASE,
)
EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?(?:\.\d{1,6})?", re.ASCII)
"""Seconds, or their thousandths."""
A_DAY = timedelta(days=1)
LONGEST = 40
"""Characters of a time; what is longer is none, and is not remembered."""
EARLIEST, LATEST = 0, 4_133_980_800
"""What guides tell of: from 1970 through 2100. Other years are slips, and overflow."""
MOST_OFFSET_MINUTES = 15 * 60
MOST_ZONES_TOLD = 100
FIRST_YEAR = 1970
ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0,
    "BST": 60, "IST": 60, "WEST": 60, "CET": 60, "MET": 60,
    "CEST": 120, "MEST": 120, "EET": 120, "EEST": 180, "MSK": 180,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300,
    "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
}  # fmt: skip
"""Minutes east of UTC of the names met in guides; numbers are what XMLTV asks for."""
REMEMBERED = 100_000


class Instant(NamedTuple):
    """A moment as a number to compare and a text for PostgreSQL.

    `later` is the other reading of a local time that a clock change makes happen twice.
    """

    epoch: int
    text: str
    later: "Instant | None" = None


class Times:
    """Reads the times of one source, each spelling once."""

    def __init__(self, time_zone: str, shift_minutes: int) -> None:
        self._zone = zone_of(time_zone)
        self.zone_name = time_zone
        self._shift = shift_minutes * 60
        self.known: dict[str, Instant | None] = {}
        """What was read lately, by its spelling."""
        self.without_zone = 0
        """How many different times had to be read as local."""
        self.unknown_zones: set[str] = set()

    def read(self, written: str) -> Instant | None:
        """The instant meant, shifted; None when it is no time."""
        if len(written) > LONGEST:
            return None
        try:
            return self.known[written]
        except KeyError:
            return self._remember(written)

    def _remember(self, written: str) -> Instant | None:
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        try:
            self.known[written] = self._parse(written)
        except (ValueError, OverflowError):
            self.known[written] = None
        return self.known[written]

    def _parse(self, written: str) -> Instant | None:
        written = written.strip()
        match = WRITTEN.fullmatch(written)
        local = match and _local_time(*match.group(1, 3, 4, 5, 6, 7))
        if match is None or local is None:
            return self._since_1970(written)
        offset, name = match.group(8, 9)
        if offset:
            return self._instant(local, minutes_of(offset))
        if name and name.upper() in ZONES:
            return self._instant(local, ZONES[name.upper()])
        return self._local(local, name)

    def _since_1970(self, written: str) -> Instant | None:
        match = EPOCH.fullmatch(written)
        if match is None:
            return None
        return self._instant(datetime.fromtimestamp(int(match[1]), UTC), 0)

    def _local(self, local: datetime, name: str | None) -> Instant:
        zone = named_zone(name) if name else None
        if zone is None:
            self.without_zone += 1
            if name and len(self.unknown_zones) < MOST_ZONES_TOLD:
                self.unknown_zones.add(name[:10])
        first, second = (
            self._instant(local.replace(tzinfo=zone or self._zone, fold=fold), 0)
            for fold in (0, 1)
        )
        return first._replace(later=second) if second.epoch > first.epoch else first

    def _instant(self, when: datetime, offset_minutes: int) -> Instant:
        epoch = int(when.timestamp()) - offset_minutes * 60 + self._shift
        if not EARLIEST <= epoch <= LATEST:
            raise ValueError("No guide tells of that year.")
        return Instant(epoch, as_text(epoch))


def _local_time(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
) -> datetime | None:
    """The wall clock's reading, if it is one; 24 hours are the next day's beginning."""
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    is_midnight = (hours, minutes, seconds) == (24, 0, 0)
    try:
        read = datetime(
            int(year),
            int(month),
            int(day),
            0 if is_midnight else hours,
            minutes,
            seconds,
            tzinfo=UTC,
        )
    except ValueError:
        return None
    if read.year < FIRST_YEAR:
        return None
    return read + A_DAY if is_midnight else read


def minutes_of(offset: str) -> int:
    """Minutes east of UTC of +0100, +01:00, +100, +01 or +1; ValueError beyond."""
    digits = offset[1:].replace(":", "")
    minutes = int(digits) * 60
    if len(digits) > 2:
        minutes = int(digits[:-2]) * 60 + int(digits[-2:])
    if minutes > MOST_OFFSET_MINUTES:
        raise ValueError("No zone is so far from UTC.")
    return -minutes if offset[0] == "-" else minutes


def named_zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name such as Europe/Paris; None: there is none."""
    try:
        return zone_of(name) if "/" in name else None
    except ValueError:
        return None


def as_text(epoch: int) -> str:
    """An instant as PostgreSQL reads it."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=epoch)).isoformat(" ")


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name; ValueError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(f"There is no time zone {name[:60]!r}.") from None
