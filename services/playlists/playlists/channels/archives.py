"""Where a source keeps what it showed: the address of an archive, with places to fill.

Playlists say it in forms of their own (Kodi's catch-up modes). All of them come down to
one template; the gateway fills in when an archive begins and ends.
"""

import re
from collections.abc import Mapping

from lineup.contracts.playlists.channels import Catchup
from playlists.channels.kinds import XTREAM

USUAL_DAYS = 3
"""What players take where a playlist names no number of days."""
MODES = {
    "default": Catchup.DEFAULT,
    "append": Catchup.APPEND,
    "shift": Catchup.SHIFT,
    "timeshift": Catchup.SHIFT,
    "archive": Catchup.SHIFT,
    "1": Catchup.SHIFT,
    "true": Catchup.SHIFT,
    "yes": Catchup.SHIFT,
    "flussonic": Catchup.FLUSSONIC,
    "flussonic-hls": Catchup.FLUSSONIC,
    "flussonic-ts": Catchup.FLUSSONIC,
    "fs": Catchup.FLUSSONIC,
    "xc": Catchup.XTREAM,
    "xtream": Catchup.XTREAM,
    "xtream-codes": Catchup.XTREAM,
}
NO_MODES = frozenset({"", "0", "false", "no", "none", "off", "disabled"})
FLUSSONIC_PLAYLIST = re.compile(r"(.+/)([^/?#]+)\.m3u8((?:\?.*)?)")
FLUSSONIC_STREAM = re.compile(r"(https?://.+)/(?:mpegts|live|[^/?#]+\.ts)((?:\?.*)?)")


def mode_of(attributes: Mapping[str, str]) -> Catchup | None:
    """The form of catch-up a playlist names; None for none, and for one not known here.

    An archive that only says how long it is, is asked in the commonest form.
    """
    word = (attributes.get("catchup") or attributes.get("catchup-type") or "").lower()
    source = attributes.get("catchup-source", "")
    mode = MODES.get(word) if word else _meant_by(source)
    needs_source = mode in {Catchup.DEFAULT, Catchup.APPEND}
    return Catchup.SHIFT if needs_source and not source else mode


def is_unknown(attributes: Mapping[str, str]) -> bool:
    """Whether a playlist names a form of catch-up that is not known here."""
    word = (attributes.get("catchup") or attributes.get("catchup-type") or "").lower()
    return word not in MODES and word not in NO_MODES


def _meant_by(source: str) -> Catchup:
    if not source:
        return Catchup.SHIFT
    return Catchup.DEFAULT if "://" in source else Catchup.APPEND


def archive_of(address: str, catchup: Catchup, source: str) -> str | None:
    """The template of an archive's address; None where the address bears none.

    Empty: the live address with `utc` and `lutc` in its query.
    """
    if catchup is Catchup.DEFAULT:
        return source or None
    if catchup is Catchup.APPEND:
        return _appended(address, source) if source else None
    if catchup is Catchup.FLUSSONIC:
        return _flussonic(address)
    if catchup is Catchup.XTREAM:
        return _xtream(address)
    return ""


def _appended(address: str, source: str) -> str:
    """The source behind the address; a second question mark is one parameter more."""
    if source.startswith("?") and "?" in address:
        return f"{address}&{source[1:]}"
    return address + source


def _flussonic(address: str) -> str | None:
    if found := FLUSSONIC_PLAYLIST.fullmatch(address):
        track = "" if found[2] in {"index", "video", "playlist"} else f"{found[2]}-"
        return f"{found[1]}{track}timeshift_abs-${{start}}.m3u8{found[3]}"
    if found := FLUSSONIC_STREAM.fullmatch(address):
        return f"{found[1]}/timeshift_abs-${{start}}.ts{found[2]}"
    return None


def _xtream(address: str) -> str | None:
    found = XTREAM.fullmatch(address)
    if found is None:
        return None
    ending = found["ending"] or ".ts"
    began = "{Y}-{m}-{d}:{H}-{M}"
    return (
        f"{found['host']}/timeshift/{found['user']}/{found['password']}"
        f"/{{duration:60}}/{began}/{found['id']}{ending}"
    )
