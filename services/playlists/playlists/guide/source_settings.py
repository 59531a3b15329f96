"""What a guide source can be, checked and in the form it is stored."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from lineup.contracts.changes import set_fields
from lineup.contracts.playlists.guide import CreateGuideSource, UpdateGuideSource
from lineup.errors import Invalid
from lineup.secrets import Keyring, Sealed
from playlists.addresses import check_address
from playlists.guide.times import zone_of

MOST_HOURS = 24 * 14
MOST_SHIFT_MINUTES = 24 * 60
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,2000}")
MOST_HEADERS = 20
PLAIN = ("name", "every_hours", "shift_minutes", "time_zone", "is_on")


def stored(
    request: CreateGuideSource | UpdateGuideSource, keyring: Keyring
) -> dict[str, Any]:
    """The columns that staff says; Invalid names every field that cannot be right."""
    values = {
        name: value for name, value in set_fields(request).items() if value is not None
    }
    wrong = {name: [why] for name, why in _faults(values)}
    if wrong:
        raise Invalid(fields=wrong)
    columns = {name: values[name] for name in PLAIN if name in values}
    if "name" in values:
        columns["name"] = values["name"].strip()
    if "address" in values:
        columns["address"] = check_address(values["address"])
    if "headers" in values:
        columns["headers"] = seal_headers(keyring, values["headers"])
    return columns


def changed_headers(
    present: Mapping[str, str], changes: Mapping[str, str | None]
) -> dict[str, str]:
    """Header fields after some were changed or, by None, taken out, in any spelling."""
    named = {name.casefold() for name in changes}
    kept = {name: v for name, v in present.items() if name.casefold() not in named}
    return kept | {name: v for name, v in changes.items() if v is not None}


def seal_headers(keyring: Keyring, headers: dict[str, str]) -> Sealed:
    """Header fields as they are stored: they may hold a password."""
    return keyring.seal(msgspec.json.encode(headers).decode())


def open_headers(keyring: Keyring, sealed: Sealed) -> dict[str, str]:
    """Header fields to be sent."""
    return msgspec.json.decode(keyring.open(sealed), type=dict[str, str])


def _faults(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not values.get("name", "-").strip():
        yield "name", "Enter a name."
    if not 1 <= values.get("every_hours", 1) <= MOST_HOURS:
        yield "every_hours", f"Between 1 and {MOST_HOURS} hours."
    if abs(values.get("shift_minutes", 0)) > MOST_SHIFT_MINUTES:
        yield "shift_minutes", "At most one day."
    if not _is_zone(values.get("time_zone", "UTC")):
        yield "time_zone", "Choose a valid time zone."
    if not _are_headers(values.get("headers", {})):
        yield "headers", "These are not valid HTTP headers."


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
