"""When an archive address begins, in every spelling that players send."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from urllib.parse import unquote

EPOCH = re.compile(r"(\d{9,11})(?:\.\d*)?")
MILLISECONDS = re.compile(r"(\d{9,11})\d{3}")
MOMENT = re.compile(
    r"(?P<year>(?:19|20)\d\d)[-/._]?(?P<month>\d\d)[-/._]?(?P<day>\d\d)"
    r"(?:[-_:.T ]*(?P<hour>\d\d)"
    r"(?:[-_:.]?(?P<minute>\d\d)(?:[-_:.]?(?P<second>\d\d)(?:[.,]\d{1,9})?)?)?)?"
    r"[ _]?(?P<zone>Z|UTC|GMT|[+ -]?\d\d:\d\d|[+-]\d{4}|\+\d\d)?",
    re.ASCII | re.IGNORECASE,
)
"""Of parts with any sign between them, or none: ISO, Xtream's own, XMLTV's."""
OFFSET = re.compile(r"([+ -]?)(\d\d):?(\d\d)?")
LONGEST = 60


def epoch_of(start: str, zone: tzinfo) -> int | None:
    """The instant an archive address names; None when it names none.

    Known: epoch seconds or milliseconds, `2026-01-31:18-30`, with colons, seconds,
    underscores or spaces, ISO in all its forms, and `20260131-18`. A wall clock is that
    of `zone`, which the player was told in `server_info`, unless it says its own.
    """
    text = start[:LONGEST].strip()
    if "%" in text:  # a player that escapes what is escaped
        text = unquote(text).strip()
    found = MOMENT.fullmatch(text)
    if found is not None:
        instant = _instant(found, zone)
        if instant is not None:
            return instant
    number = EPOCH.fullmatch(text) or MILLISECONDS.fullmatch(text)
    return int(number[1]) if number else None


def _instant(found: re.Match[str], zone: tzinfo) -> int | None:
    year, month, day = (int(found[name]) for name in ("year", "month", "day"))
    hour, minute, second = (
        int(found[name] or 0) for name in ("hour", "minute", "second")
    )
    stated_zone = _zone_of(found["zone"], zone)
    try:
        clock = datetime(year, month, day, hour, minute, second, tzinfo=stated_zone)
    except ValueError:
        return None
    return int(clock.timestamp())


def _zone_of(text: str | None, zone: tzinfo) -> tzinfo:
    """The zone that is said, else the player's; a plus may have become a blank."""
    if not text:
        return zone
    offset = OFFSET.fullmatch(text)
    if offset is None:
        return UTC
    ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-ahead if offset[1] == "-" else ahead)
