"""The address of what a channel showed: a source's own form, with its places filled."""

import re
from datetime import UTC, datetime, tzinfo

PLACE = re.compile(r"\$?\{([A-Za-z-]{1,20})(?::([^{}]{1,40}))?\}")
USUAL_MINUTES = 120
"""What is asked for where a player does not say how long."""
MOST_MINUTES = 24 * 60
CLOCK = {"Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "M": "%M", "S": "%S"}
BEGINS = frozenset({"utc", "start", "timestart"})
ENDS = frozenset({"utcend", "end", "timeend"})
PRESENT = frozenset({"lutc", "now", "timestamp"})


def filled(
    template: str, began: int, minutes: int | None, present: int, zone: tzinfo
) -> str:
    """The address of an archive from an instant on, for so many minutes.

    Known are Kodi's places: `{utc}`, `${start}`, `{utcend}`, `${end}`, `{lutc}`,
    `${now}`, `{duration}`, `{offset}`, each with a divisor or a form behind a colon,
    and `{Y}{m}{d}{H}{M}{S}` of the beginning. Others stay as they are.
    """
    length = min(minutes or USUAL_MINUTES, MOST_MINUTES) * 60
    epochs = {
        **dict.fromkeys(BEGINS, began),
        **dict.fromkeys(ENDS, min(began + length, present)),
        **dict.fromkeys(PRESENT, present),
    }
    spans = {"duration": length, "offset": present - began}

    def fill(found: re.Match[str]) -> str:
        name, form = found[1], found[2] or ""
        if name in epochs:
            return _clock(epochs[name], form, zone) if form else str(epochs[name])
        if name in spans:
            return str(
                spans[name] // max(int(form), 1) if form.isdigit() else spans[name]
            )
        return _clock(began, name, zone) if name in CLOCK else found[0]

    return PLACE.sub(fill, template)


def _clock(epoch: int, form: str, zone: tzinfo) -> str:
    """An instant in a form such as `YmdHMS`, by the wall clock of a zone."""
    instant = datetime.fromtimestamp(epoch, UTC).astimezone(zone)
    return "".join(
        instant.strftime(CLOCK[sign]) if sign in CLOCK else sign for sign in form
    )
