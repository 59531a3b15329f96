"""XMLTV times as instants, whatever zone they were written in (PE-11).

A time reads YYYYMMDDhhmmss with a zone after it; seconds and smaller parts may be left
out. Without a zone it is the source's local time.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WRITTEN = re.compile(
    r"(\d{8})(\d{2})?(\d{2})?(\d{2})?\s*(?:([+-])(\d{2}):?(\d{2})|(\w+))?"
)
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
        match = WRITTEN.fullmatch(written.strip())
        if match is None:
            return None
        day, hour, minute, second, sign, hours, minutes, name = match.groups()
        digits = f"{day}{hour or '00'}{minute or '00'}{second or '00'}"
        local = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if sign:
            offset = int(f"{sign}1") * (int(hours) * 60 + int(minutes))
            return self._instant(local, offset)
        if name and name.upper() in ZONES:
            return self._instant(local, ZONES[name.upper()])
        return self._local(local, name)

    def _local(self, local: datetime, name: str | None) -> Instant:
        self.without_zone += 1
        if name:
            self.unknown_zones.add(name[:10])
        first, second = (
            self._instant(local.replace(tzinfo=self._zone, fold=fold), 0)
            for fold in (0, 1)
        )
        return first._replace(later=second) if second.epoch > first.epoch else first

    def _instant(self, when: datetime, offset_minutes: int) -> Instant:
        epoch = int(when.timestamp()) - offset_minutes * 60 + self._shift
        return Instant(epoch, as_text(epoch))


def as_text(epoch: int) -> str:
    """An instant as PostgreSQL reads it."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=epoch)).isoformat(" ")


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name; ValueError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(f"There is no time zone {name[:60]!r}.") from None
