"""Time zones to choose from."""

import zoneinfo
from functools import cache

from wtforms.fields.choices import SelectChoice

OLD = ("Etc/", "SystemV/", "US/", "posix/", "right/", "Factory", "localtime")
"""Names kept for old files; each has a better one."""


@cache
def zone_names() -> tuple[str, ...]:
    """UTC, then every place of the IANA database by name."""
    names = zoneinfo.available_timezones()
    places = (n for n in names if "/" in n and not n.startswith(OLD))
    return ("UTC", *sorted(places))


def zone_choices(present: str = "") -> list[SelectChoice]:
    """What a form offers; a zone in use that is not among them comes first."""
    names = zone_names()
    first = () if not present or present in names else (present,)
    return [SelectChoice(n, n.replace("_", " ")) for n in (*first, *names)]
