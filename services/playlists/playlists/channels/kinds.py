"""What an address leads to, told by the address: kinds of stream, films, signatures."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

HLS, TS, DASH = "m3u8", "ts", "mpd"
AUDIO = frozenset({"mp3", "aac", "ogg", "oga", "opus", "flac", "m4a"})
FILES = frozenset({"mkv", "mp4", "avi", "m4v", "mov", "wmv", "divx", "mpg", "vob"})
"""Of films; what is sent live comes otherwise."""
SAME = {"m3u": HLS, "mpegts": TS, "mts": TS, "m2ts": TS, "isml": "", "flv": "flv"}
ENDING = re.compile(r"(?:^|[/.])([a-z0-9]{2,6})/?$")
XTREAM = re.compile(
    r"(?P<host>https?://[^/?#]+)/(?P<live>live/)?(?P<user>[^/?#]+)/(?P<password>[^/?#]+)"
    r"/(?P<id>\d+)(?P<ending>\.m3u8|\.ts)?(?:\?[^#]*)?(?:#.*)?"
)
"""A channel of a server that speaks Xtream."""
XTREAM_FILE = re.compile(r"/(?:movie|series)/[^/]+/[^/]+/[^/]+")
FILM_FOLDER = re.compile(r"/(?:movies?|series|vod)/", re.IGNORECASE)
FILM_TYPES = frozenset(
    {"movie", "movies", "film", "vod", "series", "serie", "tvshow", "tvshows"}
    | {"show", "shows", "episode"}
)
FILM_GROUP = re.compile(r"\bVOD\b", re.IGNORECASE)
SIGNED = re.compile(
    r"(?:^|&)(?:st|e|sig|sign|signature|hash|hmac|md5|tok|token|access_token|auth"
    r"|auth_?key|expires?|exp|policy|key-pair-id|hdnt[sl]|hdnea|wmsauthsign"
    r"|x-(?:amz|goog)-[\w-]+|wowzatoken\w*|verify|sessionid)=",
    re.IGNORECASE,
)
MIME = {
    "video/mp2t": TS,
    "application/dash+xml": DASH,
    "application/vnd.apple.mpegurl": HLS,
    "application/x-mpegurl": HLS,
    "audio/mpeg": "mp3",
    "mpd": DASH,
    "hls": HLS,
}
MIME_OPTION = re.compile(
    r"#KODIPROP:(?:mimetype|inputstream\.adaptive\.manifest_type)=(.+)", re.IGNORECASE
)


def kind_of(address: str, player_lines: Iterable[str] = ()) -> str:
    """The ending that tells players what comes back; empty where nothing says it."""
    for line in player_lines:
        option = MIME_OPTION.fullmatch(line)
        if option and option[1].strip().lower() in MIME:
            return MIME[option[1].strip().lower()]
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme in {"udp", "rtp"}:
        return TS
    return (
        _known(parts.path)
        or next(filter(None, map(_known, re.split("[&=]", parts.query))), "")
        or (TS if XTREAM.fullmatch(address) else "")
    )


def is_radio(address: str) -> bool:
    """Whether only sound comes back."""
    return kind_of(address) in AUDIO


def is_film(
    address: str, attributes: Mapping[str, str], group: str, *, is_marked: bool
) -> bool:
    """Whether an entry is a film or an episode: by its own word, address, or group.

    `is_marked`: a line before it says that what follows can be wound.
    """
    kind = attributes.get("tvg-type", "").lower()
    if kind == "live":
        return False
    if (
        kind in FILM_TYPES
        or is_marked
        or attributes.get("realtime", "").lower() == "false"
    ):
        return True
    path = address.partition("://")[2].partition("/")[2].partition("?")[0]
    is_file = _ending(path) in FILES
    return (
        XTREAM_FILE.fullmatch(f"/{path}") is not None
        or is_file
        or (bool(FILM_GROUP.search(group)) and not XTREAM.fullmatch(address))
        or (bool(FILM_FOLDER.search(f"/{path}")) and _ending(path) in {"", *FILES})
    )


def may_be_signed(address: str) -> bool:
    """Whether a signature of ours can be put on: not on another's, nor a second one."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and not SIGNED.search(parts.query)
        and not XTREAM.fullmatch(address)
    )


def _known(path: str) -> str:
    ending = _ending(path)
    ending = SAME.get(ending, ending)
    is_kind = ending in {HLS, TS, DASH, "flv"} | AUDIO | FILES
    return ending if is_kind else ""


def _ending(path: str) -> str:
    found = ENDING.search(path.lower())
    return found[1] if found else ""
