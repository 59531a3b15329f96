"""What a guide source can be, checked and in the form it is stored."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from lineup.contracts.playlists import CreateGuideSource, UpdateGuideSource
from lineup.errors import Invalid
from lineup.secrets import Keyring, Sealed
from playlists.addresses import check_address
from playlists.guide.times import zone_of

MOST_HOURS = 24 * 14
MOST_SHIFT_MINUTES = 24 * 60
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,2000}")
MOST_HEADERS = 20


def stored(
    request: CreateGuideSource | UpdateGuideSource, keyring: Keyring
) -> dict[str, Any]:
    """The columns that staff sets; Invalid names every field that cannot be right.

    Header fields are among them only where staff said them.
    """
    wrong = {name: [why] for name, why in _faults(request)}
    if wrong:
        raise Invalid(fields=wrong)
    columns = {
        "name": request.name.strip(),
        "address": check_address(request.address),
        "every_hours": request.every_hours,
        "shift_minutes": request.shift_minutes,
        "time_zone": request.time_zone,
        "is_on": request.is_on,
    }
    if request.headers is not None:
        columns["headers"] = seal_headers(keyring, request.headers)
    return columns


def seal_headers(keyring: Keyring, headers: dict[str, str]) -> Sealed:
    """Header fields as they are stored: they may hold a password."""
    return keyring.seal(msgspec.json.encode(headers).decode())


def open_headers(keyring: Keyring, sealed: Sealed) -> dict[str, str]:
    """Header fields to be sent."""
    return msgspec.json.decode(keyring.open(sealed), type=dict[str, str])


def _faults(
    request: CreateGuideSource | UpdateGuideSource,
) -> Iterator[tuple[str, str]]:
    if not request.name.strip():
        yield "name", "A source needs a name."
    if not 1 <= request.every_hours <= MOST_HOURS:
        yield "every_hours", f"Between 1 and {MOST_HOURS} hours."
    if abs(request.shift_minutes) > MOST_SHIFT_MINUTES:
        yield "shift_minutes", "At most a day."
    if not _is_zone(request.time_zone):
        yield "time_zone", "There is no time zone of that name."
    if not _are_headers(request.headers or {}):
        yield "headers", "These are not header fields that can be sent."


def _is_zone(name: str) -> bool:
    try:
        zone_of(name)
    except ValueError:
        return False
    return True


def _are_headers(headers: dict[str, str]) -> bool:
    return len(headers) <= MOST_HEADERS and all(
        HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)
        for name, value in headers.items()
    )
