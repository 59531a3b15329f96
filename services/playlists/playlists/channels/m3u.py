"""M3U playlists read as a stream, as players read them.

Attributes count by name wherever they stand. A name begins after the comma that follows
the last quote, else after the last comma (Kodi's rule), so it may hold commas and
quotes may hold anything. `#KODIPROP` and `#EXTVLCOPT` are for players and passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from lineup.errors import Invalid

LONGEST_LINE = 1 << 20
MOST_ENTRIES = 100_000
LONGEST_TEXT = 500
HEADER, ENTRY, GROUP = "#EXTM3U", "#EXTINF", "#EXTGRP:"
OF_A_STREAM = ("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF", "#EXT-X-MEDIA-SEQUENCE")
ATTRIBUTE = re.compile(r'([A-Za-z][\w-]*)="([^"]*)"|([A-Za-z][\w-]*)=([^\s",]+)')
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?://)?\S+")
NUMBER_NAMES = ("tvg-chno", "ch-number", "channel-number", "tvh-chnum")
DAYS_NAMES = ("catchup-days", "tvg-rec", "timeshift")


class NotAPlaylist(Invalid):
    """This is not a playlist in M3U format."""

    code = "not_a_playlist"


class EmptyPlaylist(Invalid):
    """There are no channels in this playlist."""

    code = "empty_playlist"


class UploadTooLarge(Invalid):
    """This is larger than what is read here."""

    code = "upload_too_large"


@dataclass(frozen=True, kw_only=True)
class PlaylistEntry:
    """One channel as a playlist says it; what it does not say is empty.

    The address is empty, too, where the playlist puts a remark in its place.
    """

    name: str
    address: str
    number: int | None = None
    logo: str = ""
    group: str = ""
    guide_id: str = ""
    catchup_days: int = 0


def entries(file: IO[bytes], *, longest: int) -> Iterator[PlaylistEntry]:
    """The channels of the playlist in `file`, of which `longest` bytes are read.

    Refusals: NotAPlaylist (a page, a picture, one stream's own playlist),
    EmptyPlaylist, UploadTooLarge.
    """
    reader = _Reader()
    count = 0
    for line in _lines(file, longest):
        entry = reader.take(line)
        if entry is not None:
            count += 1
            if count > MOST_ENTRIES:
                raise UploadTooLarge(f"More than {MOST_ENTRIES} channels.")
            yield entry
    if count == 0:
        raise EmptyPlaylist


def _lines(file: IO[bytes], longest: int) -> Iterator[str]:
    left = longest
    while raw := file.readline(LONGEST_LINE + 1):
        left -= len(raw)
        if left < 0:
            raise UploadTooLarge(f"Longer than {longest >> 20} MB.")
        if len(raw) > LONGEST_LINE or b"\0" in raw:
            raise NotAPlaylist("There are lines in it that no playlist has.")
        for line in _text(raw).split("\r"):
            if line.strip():
                yield line.strip()


def _text(raw: bytes) -> str:
    """UTF-8 with or without BOM; Latin-1 where that fails, as VLC does it."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


class _Reader:
    """Puts lines together to entries."""

    def __init__(self) -> None:
        self._is_playlist = False
        self._described = ""
        self._group = ""

    def take(self, line: str) -> PlaylistEntry | None:
        """Read a line on; the entry that it completes."""
        if not self._is_playlist:
            self._begin(line)
        if line.startswith(OF_A_STREAM):
            raise NotAPlaylist("This is the playlist of one stream, not of channels.")
        if line.startswith(ENTRY):
            self._described = line
        elif line.startswith(GROUP):
            self._group = line.removeprefix(GROUP).strip()
        elif not line.startswith("#"):
            return self._entry(line)
        return None

    def _begin(self, line: str) -> None:
        if not line.startswith((HEADER, ENTRY)):
            raise NotAPlaylist("It does not begin with #EXTM3U.")
        self._is_playlist = True

    def _entry(self, address: str) -> PlaylistEntry | None:
        described, self._described = self._described, ""
        if not ADDRESS.fullmatch(address):
            if not described:
                return None
            address = ""
        said = _attributes(described)
        if said.get("group-title"):
            self._group = ""
        return PlaylistEntry(
            name=_name(described, said) or _last_part(address),
            address=address,
            number=_number(said, NUMBER_NAMES),
            logo=said.get("tvg-logo") or said.get("logo", ""),
            group=said.get("group-title") or self._group,
            guide_id=said.get("tvg-id", ""),
            catchup_days=min(_number(said, DAYS_NAMES) or 0, 365),
        )


def _attributes(described: str) -> dict[str, str]:
    """Attributes by lower-case name; the first of a name wins, as in Kodi."""
    said: dict[str, str] = {}
    end = described.rfind('"') + 1 or described.rfind(",")
    for quoted, value, bare, plain in ATTRIBUTE.findall(described[: max(end, 0)]):
        said.setdefault((quoted or bare).lower(), (value or plain).strip())
    return said


def _name(described: str, said: dict[str, str]) -> str:
    comma = described.find(",", described.rfind('"') + 1)
    if '"' not in described or comma < 0:
        comma = described.rfind(",")
    name = described[comma + 1 :].strip() if comma >= 0 else ""
    return (name or said.get("tvg-name", ""))[:LONGEST_TEXT]


def _last_part(address: str) -> str:
    return (address.rstrip("/").rsplit("/", 1)[-1] or "?")[:LONGEST_TEXT]


def _number(said: dict[str, str], names: tuple[str, ...]) -> int | None:
    for name in names:
        digits = said.get(name, "").split(".")[0]
        if digits.isascii() and digits.isdigit() and 0 < int(digits[:9]) == int(digits):
            return int(digits)
    return None
