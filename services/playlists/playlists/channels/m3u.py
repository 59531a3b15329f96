"""M3U playlists read as a stream, as players read them.

What stands on the lines is told by `extinf`, `archives`, `kinds` and `player_lines`;
this puts lines together to channels. What the head says of catch-up and of the guide's
shift holds for every channel that says nothing of it.

Every line, attribute and value has a limit that is enforced before anything looks for
a pattern in it, so that the work is proportional to the length of the playlist. What
goes beyond a limit is left out alone, counted and named.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urljoin

from lineup.contracts.playlists.channels import Catchup
from lineup.contracts.playlists.refusals import (
    EmptyPlaylist,
    NotAPlaylist,
    PlaylistDamaged,
    UploadTooLarge,
)
from lineup.values.addresses import stream_address, web_address
from lineup.values.bad_value import BadValueError
from playlists.channels import archives, attributes, kinds, player_lines
from playlists.channels.extinf import ExtinfLine, parse_extinf
from playlists.channels.lines import PlaylistLine, lines
from playlists.channels.skipped import SkippedLines, SkipReason
from playlists.plain_text import in_one_line
from playlists.unpacking import LongerThanRead, Packed, unpacked

LONGEST_TEXT = 500
LONGEST_ADDRESS = 2000
HEADER, ENTRY, GROUP = "#EXTM3U", "#EXTINF", "#EXTGRP:"
MOST_REMARKS = 100
"""Lines that may stand before a playlist begins."""
OF_A_STREAM = ("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF", "#EXT-X-MEDIA-SEQUENCE")
OF_A_FILM = "#EXT-X-PLAYLIST-TYPE:VOD"
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?://)?\S.*")
RELATIVE = re.compile(r"[^\s\[(<{*#|]\S*\.\w{2,5}(?:\?\S*)?|\.{0,2}/\S+")
FIELDS_BEHIND = re.compile(r"\|[!#$%&'*+.^_`~A-Za-z0-9-]+=")
SUB_NUMBERS = ("tvg-chno", "ch-number", "channel-number", "tvh-chnum")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaylistEntry:
    """One channel as a playlist says it; what it does not say is empty.

    The address is empty, too, where the playlist puts a remark in its place.
    """

    name: str
    address: str
    line: int = 0
    number: int | None = None
    sub_number: int | None = None
    """Of a channel that is one of several on a number, such as the 2 of 10.2."""
    logo: str = ""
    group: str = ""
    guide_id: str = ""
    guide_name: str = ""
    guide_shift_minutes: int | None = None
    catchup: Catchup = Catchup.SHIFT
    catchup_days: int = 0
    catchup_source: str = ""
    is_radio: bool = False
    is_adult: bool = False
    is_film: bool = False
    player_lines: tuple[str, ...] = ()


def entries(
    file: IO[bytes],
    *,
    longest: int,
    skipped: SkippedLines | None = None,
    base: str = "",
) -> Iterator[PlaylistEntry]:
    """The channels of the playlist in `file`, packed or not.

    At most `longest` bytes are unpacked of it. `base` is where it came from: addresses
    may be told from there.
    Refusals: NotAPlaylist (a page, a picture, one stream's own playlist),
    EmptyPlaylist, PlaylistDamaged, UploadTooLarge.
    """
    skipped = skipped if skipped is not None else SkippedLines()
    reader, count = _Reader(skipped, base), 0
    try:
        for line in lines(unpacked(file, longest=longest)):
            entry = reader.take(line)
            if entry is not None:
                count += 1
                yield entry
    except LongerThanRead:
        raise UploadTooLarge(f"Longer than {longest >> 20} MB.") from None
    except Packed as error:
        raise PlaylistDamaged(str(error)) from None
    if count == 0:
        raise EmptyPlaylist(f"{EmptyPlaylist.__doc__}{skipped.in_words()}")


class _Reader:
    """Puts lines together to entries."""

    def __init__(self, skipped: SkippedLines, base: str) -> None:
        self._skipped, self._base = skipped, base
        self._is_playlist, self._remarks = False, 0
        self._head: Mapping[str, str] = {}
        self._group = ""
        self._begin_entry()

    def _begin_entry(self) -> None:
        self._described: PlaylistLine | None = None
        self._options: list[str] = []
        self._is_film = False

    def take(self, line: PlaylistLine) -> PlaylistEntry | None:
        """Read a line on; the entry that it completes."""
        if not line.text.startswith("#"):
            return self._entry(line) if self._began(line) else None
        tag = line.text[:40].upper()
        if tag.startswith((HEADER, ENTRY)):
            self._take_head(line, is_entry=tag.startswith(ENTRY))
        elif self._is_playlist:
            self._take_tag(tag, line)
        else:
            self._remark()
        return None

    def _take_head(self, line: PlaylistLine, *, is_entry: bool) -> None:
        self._is_playlist = True
        if is_entry:
            self._described = line
        elif not line.is_too_long:
            self._head = {**self._head, **parse_extinf(line.text).attributes}

    def _take_tag(self, tag: str, line: PlaylistLine) -> None:
        if tag.startswith(OF_A_STREAM):
            raise NotAPlaylist(
                "This is the playlist of a single stream, not a channel list."
            )
        if tag.startswith(GROUP):
            group = line.text[len(GROUP) :].strip()
            self._group = self._kept(group, line, SkipReason.LONG_VALUE)
        elif tag.startswith(OF_A_FILM):
            self._is_film = True
        elif option := player_lines.option_line(line.text):
            self._options.append(option)

    def _remark(self) -> None:
        self._remarks += 1
        if self._remarks > MOST_REMARKS:
            raise NotAPlaylist("The file does not start with #EXTM3U.")

    def _began(self, line: PlaylistLine) -> bool:
        """Whether addresses count; a list may begin with one, with no other text."""
        is_address = ADDRESS.fullmatch(line.text) and "://" in line.text
        if not self._is_playlist and not is_address:
            raise NotAPlaylist("The file does not start with #EXTM3U.")
        self._is_playlist = True
        return True

    def _entry(self, line: PlaylistLine) -> PlaylistEntry | None:
        head, options, is_film = self._described, self._options, self._is_film
        self._begin_entry()
        bare, fields = _apart(line.text)
        address = self._address(bare)
        why = self._fault(line, head, bare, address)
        if why is not None or address is None:
            is_readable = head is not None and not head.is_too_long
            name = _name(parse_extinf(head.text)) if head and is_readable else ""
            self._skipped.note(
                why or SkipReason.CANNOT_OPEN, line.number, name or line.text
            )
            return None
        extinf = parse_extinf(head.text) if head else ExtinfLine(0, {}, "")
        lines_ = player_lines.lines_of_fields(
            {**player_lines.fields_of(extinf.attributes), **fields}
        )
        return self._described_entry(
            line, extinf, address, [*options, *lines_], is_film=is_film
        )

    def _fault(
        self,
        line: PlaylistLine,
        head: PlaylistLine | None,
        bare: str,
        address: str | None,
    ) -> SkipReason | None:
        """Why there is no channel in this; None when there is one."""
        is_head_too_long = head is not None and head.is_too_long
        if line.is_too_long or len(bare) > LONGEST_ADDRESS or is_head_too_long:
            return SkipReason.LONG
        if address is None:
            return SkipReason.CANNOT_OPEN
        return SkipReason.NO_ADDRESS if not address and head is None else None

    def _address(self, text: str) -> str | None:
        """The address, empty where there is none; None for one nobody can open."""
        if not ADDRESS.fullmatch(text):
            if not self._base or not RELATIVE.fullmatch(text):
                return ""
            text = urljoin(self._base, text)
        try:
            return stream_address(text)
        except BadValueError:
            return None

    def _described_entry(
        self,
        line: PlaylistLine,
        extinf: ExtinfLine,
        address: str,
        options: list[str],
        *,
        is_film: bool,
    ) -> PlaylistEntry:
        values = extinf.attributes
        if values.get("group-title"):
            self._group = ""
        group = self._kept(values.get("group-title", ""), line, SkipReason.LONG_VALUE)
        group = in_one_line(group or self._group)
        number, sub_number = self._number(values, line)
        lines_, beyond = player_lines.kept(options)
        if beyond:
            self._skipped.note(SkipReason.OPTION, line.number, _name(extinf))
        return PlaylistEntry(
            name=_name(extinf) or _last_part(address) or "?",
            address=address,
            line=line.number,
            number=number,
            sub_number=sub_number,
            logo=self._logo(values.get("tvg-logo") or values.get("logo", ""), line),
            group=group,
            guide_id=self._kept(values.get("tvg-id", ""), line, SkipReason.LONG_VALUE),
            guide_name=self._kept(
                values.get("tvg-name", ""), line, SkipReason.LONG_VALUE
            ),
            guide_shift_minutes=attributes.shift_of(values, self._head),
            is_radio=attributes.is_yes(values.get("radio", ""))
            or kinds.is_radio(address),
            is_adult=attributes.is_adult(values),
            is_film=kinds.is_film(address, values, group, is_marked=is_film),
            player_lines=tuple(lines_),
            **self._archive(values, line, address),
        )

    def _archive(
        self, values: Mapping[str, str], line: PlaylistLine, address: str
    ) -> dict[str, Any]:
        """How its archive is asked, and how far that reaches."""
        catchup = attributes.catchup_words(values, self._head)
        days = attributes.days_of(catchup)
        for value in attributes.too_long(catchup):
            self._skipped.note(SkipReason.LONG_VALUE, line.number, value)
        if days == 0 or (days is None and not attributes.says_catchup(catchup)):
            return {}
        source = catchup.get("catchup-source", "")
        source = self._kept(source, line, SkipReason.LONG_VALUE, LONGEST_ADDRESS)
        mode = archives.mode_of({**catchup, "catchup-source": source})
        source = source if mode in {Catchup.DEFAULT, Catchup.APPEND} else ""
        if mode is None or archives.archive_of(address, mode, source) is None:
            if address and (mode or archives.is_unknown(catchup)):
                self._skipped.note(SkipReason.ARCHIVE, line.number, address)
            return {}
        return {
            "catchup": mode,
            "catchup_days": archives.USUAL_DAYS if days is None else days,
            "catchup_source": source,
        }

    def _kept(
        self,
        value: str,
        line: PlaylistLine,
        why: SkipReason,
        longest: int = LONGEST_TEXT,
    ) -> str:
        """A value that is not too long; nothing in place of one that is."""
        if len(value) <= longest:
            return value
        self._skipped.note(why, line.number, value)
        return ""

    def _logo(self, value: str, line: PlaylistLine) -> str:
        address = self._kept(value, line, SkipReason.LONG_VALUE, LONGEST_ADDRESS)
        if not address:
            return ""
        try:
            return web_address(urljoin(self._base, address))
        except (BadValueError, ValueError):
            self._skipped.note(SkipReason.LOGO, line.number, address)
            return ""

    def _number(
        self, values: Mapping[str, str], line: PlaylistLine
    ) -> tuple[int | None, int | None]:
        for name in SUB_NUMBERS:
            value = values.get(name, "")
            if len(value) > attributes.LONGEST_NUMBER:
                self._skipped.note(SkipReason.LONG_VALUE, line.number, value)
            elif found := attributes.number_of(value):
                return found
        return None, None


def _apart(text: str) -> tuple[str, dict[str, str]]:
    """An address and the header fields behind it."""
    if FIELDS_BEHIND.search(text):
        return player_lines.without_fields(text)
    return text, {}


def _name(extinf: ExtinfLine) -> str:
    name = extinf.name or extinf.attributes.get("tvg-name", "")
    return in_one_line(name[:LONGEST_TEXT]).strip()


def _last_part(address: str) -> str:
    return address.rstrip("/").rsplit("/", 1)[-1][:LONGEST_TEXT]
