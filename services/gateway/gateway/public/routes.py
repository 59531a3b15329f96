"""Which public address a path is, if any."""

import re
from dataclasses import dataclass
from enum import StrEnum

from gateway.public.requests import as_text

STREAM = re.compile(r"(\d{1,15})(?:\.([A-Za-z0-9]{1,8}))?")
SLASHES = re.compile(r"/{2,}")
TOKEN = re.compile(r"([A-Za-z0-9_-]{8,128})(\.m3u8?|\.xml|\.xml\.gz)")
PACKED, PLAIN = ".xml.gz", ".xml"


class PlayerRouteKind(StrEnum):
    """What a public address is for."""

    LINK = "link"
    GET = "get"
    PLAYER = "player"
    PANEL = "panel"
    GUIDE = "guide"
    GUIDE_PATH = "guide_path"
    GUIDE_PACKED = "guide_packed"
    LIVE = "live"
    ARCHIVE = "archive"
    ARCHIVE_CALL = "archive_call"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class PlayerRoute:
    """A public address with what its path says."""

    kind: PlayerRouteKind
    first: str = ""
    """User name."""
    password: str = ""
    stream_id: str = ""
    start: str = ""
    token: str = ""
    """In place of name and password."""
    form: str = ""
    """The form of stream that is asked for, such as ts."""
    minutes: str = ""
    """How much of an archive is asked for."""


CALLS = {
    "/get.php": PlayerRoute(PlayerRouteKind.GET),
    "/player_api.php": PlayerRoute(PlayerRouteKind.PLAYER),
    "/panel_api.php": PlayerRoute(PlayerRouteKind.PANEL),
    "/xmltv.php": PlayerRoute(PlayerRouteKind.GUIDE),
    "/streaming/timeshift.php": PlayerRoute(PlayerRouteKind.ARCHIVE_CALL),
    "/streaming/check": PlayerRoute(PlayerRouteKind.CHECK),
}


def route_of(path: str, own_paths: frozenset[str]) -> PlayerRoute | None:
    """The public address; None for the pages, whose first parts `own_paths` names.

    Players put addresses together carelessly: slashes too many are forgiven.
    """
    if "//" in path or path.endswith("/"):
        path = SLASHES.sub("/", path).removesuffix("/")
    call = CALLS.get(path)
    if call is not None:
        return call
    parts = path.split("/")
    if parts[0] or len(parts) < 3 or parts[1] in own_paths:
        return None
    return _deep(parts[1], [as_text(part) for part in parts[2:]])


def _deep(first: str, rest: list[str]) -> PlayerRoute | None:
    match first, rest:
        case "p", [name]:
            return _link(name)
        case "xmltv", [username, name]:
            return _guide(username, name)
        case "timeshift", [username, password, minutes, start, name]:
            return _stream(
                PlayerRouteKind.ARCHIVE, username, password, name, start, minutes
            )
        case "live", [username, password, name]:
            return _stream(PlayerRouteKind.LIVE, username, password, name)
        case _, [password, name]:
            return _stream(PlayerRouteKind.LIVE, as_text(first), password, name)
    return None


def _link(name: str) -> PlayerRoute | None:
    found = TOKEN.fullmatch(name)
    if found is None:
        return None
    kinds = {PLAIN: PlayerRouteKind.GUIDE_PATH, PACKED: PlayerRouteKind.GUIDE_PACKED}
    return PlayerRoute(kinds.get(found[2], PlayerRouteKind.LINK), token=found[1])


def _guide(username: str, name: str) -> PlayerRoute | None:
    if name.endswith(PACKED):
        return PlayerRoute(
            PlayerRouteKind.GUIDE_PACKED, username, name.removesuffix(PACKED)
        )
    if name.endswith(PLAIN):
        return PlayerRoute(
            PlayerRouteKind.GUIDE_PATH, username, name.removesuffix(PLAIN)
        )
    return None


def _stream(
    kind: PlayerRouteKind,
    username: str,
    password: str,
    name: str,
    start: str = "",
    minutes: str = "",
) -> PlayerRoute | None:
    stream = STREAM.fullmatch(name)
    if stream is None:
        return None
    form = (stream[2] or "").lower()
    return PlayerRoute(
        kind, username, password, stream[1], start, form=form, minutes=minutes
    )
