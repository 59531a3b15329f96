"""A set's guide and listings: one pass over its programmes, in bounded memory.

Both come from the same rows: the XMLTV file (gzip) and, for the short guide, JSON rows
of each channel with an index of where they lie.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, BinaryIO

import msgspec
from isal import isal_zlib
from sqlalchemy.orm import Session

from lineup.blobs import CHUNK_BYTES, BlobStore, NewContent
from lineup.delivery import ListingsIndex
from playlists.guide.extras import MOST
from playlists.rendering import xmltv
from playlists.rendering.lineups import Entry, GuideLink
from playlists.rendering.xmltv import ProgrammeRow

GZIP = 31
"""`wbits` of the gzip form; its header holds no time, so equal guides are equal."""
LEVEL = 3
ROWS_AT_ONCE = 2000
ROWS_SQL = """
    SELECT ties.ordinal,
           extract(epoch FROM p.start_at + ties.shift)::bigint,
           extract(epoch FROM least(p.stop_at, p.start_at + %(longest)s) + ties.shift)
               ::bigint,
           left(p.title, 2000), left(p.sub_title, 2000), left(p.description, 16000),
           left(p.categories, 4000), left(p.episode, 200), left(p.icon, 4000),
           left(p.language, 100), left(p.made_on, 200), left(p.rating, 200),
           left(p.star_rating, 200), p.marks,
           CASE WHEN length(p.extra) <= %(extra)s THEN p.extra ELSE '' END
    FROM unnest(%(ordinals)s, %(imports)s, %(numbers)s, %(shifts)s)
         AS ties (ordinal, import_id, channel_no, shift)
    JOIN programmes p USING (import_id, channel_no)
    WHERE p.stop_at > %(from_at)s - ties.shift
      AND p.start_at < %(until)s - ties.shift
      AND p.start_at > %(from_at)s - ties.shift - %(longest)s
    ORDER BY ties.ordinal, p.start_at
"""
LONGEST = timedelta(days=7)
"""Of a programme: what says more, ends here; a slip may say the year 9999."""
MINUTES_KEPT = 10**8
"""Epoch minutes have eight digits until the year 2160."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """What part of the guide is told (half-open)."""

    from_at: datetime
    until_at: datetime


def window_of(now: datetime, *, days_back: int, days_ahead: int) -> Window:
    """Whole days, so that the guide, once rendered, stays the same until midnight."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(
        from_at=today - timedelta(days=days_back),
        until_at=today + timedelta(days=days_ahead + 1),
    )


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The content a guide became."""

    guide_digest: str
    guide_plain_bytes: int
    listings_digest: str


@dataclass(frozen=True, kw_only=True)
class RenderedChannel:
    """A guide channel of the set, with all the streams that carry it."""

    entry: Entry
    guide_link: GuideLink
    streams: list[Entry]

    def element(self) -> str:
        """It in XMLTV, by the names of all its streams."""
        return xmltv.channel(self.entry, (stream.name for stream in self.streams))


def shown_channels(entries: list[Entry]) -> list[RenderedChannel]:
    """The set's guide channels; streams with one guide id share one (HD beside SD)."""
    shown: dict[str, RenderedChannel] = {}
    for entry in entries:
        if entry.guide_link is None:
            continue
        own = RenderedChannel(entry=entry, guide_link=entry.guide_link, streams=[])
        shown.setdefault(entry.tvg_id, own).streams.append(entry)
    return list(shown.values())


def render(
    session: Session, blobs: BlobStore, entries: list[Entry], window: Window
) -> Rendered:
    """Write a set's guide and listings into the store."""
    shown = shown_channels(entries)
    with (
        blobs.new_content() as guide_file,
        blobs.new_content() as listings_file,
        tempfile.TemporaryFile() as rows_file,
    ):
        guide = _Guide(guide_file)
        listings = _Listings(rows_file)
        guide.write(xmltv.HEAD + "".join(channel.element() for channel in shown))
        for channel, programmes in _programmes(session, shown, window):
            _write(channel, programmes, guide, listings)
        guide.write(xmltv.TAIL)
        guide.finish()
        listings.finish(listings_file)
    return Rendered(
        guide_digest=guide_file.digest,
        guide_plain_bytes=guide.plain_bytes,
        listings_digest=listings_file.digest,
    )


def _write(
    channel: RenderedChannel,
    programmes: Iterator[ProgrammeRow],
    guide: "_Guide",
    listings: "_Listings",
) -> None:
    name = xmltv.attribute(channel.entry.tvg_id)
    with listings.slice_of(channel):
        for found in programmes:
            programme = found if found.title else _named(found, channel.entry.name)
            guide.write(xmltv.programme(name, programme))
            listings.add(channel, programme)


def _named(programme: ProgrammeRow, name: str) -> ProgrammeRow:
    """A programme without any title, by its channel's name."""
    return programme._replace(title=name)


def _programmes(
    session: Session, shown: list[RenderedChannel], window: Window
) -> Iterator[tuple[RenderedChannel, Iterator[ProgrammeRow]]]:
    """The programmes of each channel in turn, through a cursor of the server's."""
    if not shown:
        return
    connection: Any = session.connection().connection
    with connection.cursor(name="guide") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(ROWS_SQL, _parameters(shown, window))
        for ordinal, rows in groupby(cursor, key=lambda row: row[0]):
            channel = shown[ordinal]
            yield channel, (ProgrammeRow(*row[1:]) for row in rows)


def _parameters(shown: list[RenderedChannel], window: Window) -> dict[str, object]:
    ties = [channel.guide_link for channel in shown]
    return {
        "ordinals": list(range(len(shown))),
        "imports": [tie.import_id for tie in ties],
        "numbers": [tie.channel_no for tie in ties],
        "shifts": [timedelta(minutes=tie.shift_minutes) for tie in ties],
        "longest": LONGEST,
        "extra": MOST,
        "from_at": window.from_at,
        "until": window.until_at,
    }


class _Guide:
    """Compresses text into content."""

    def __init__(self, file: NewContent) -> None:
        self._file = file
        self._compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, GZIP)
        self._waiting: list[str] = []
        self._waiting_characters = 0
        self.plain_bytes = 0

    def write(self, text: str) -> None:
        self._waiting.append(text)
        self._waiting_characters += len(text)
        if self._waiting_characters > CHUNK_BYTES:
            self._compress()

    def finish(self) -> None:
        self._compress()
        self._file.write(self._compressor.flush())

    def _compress(self) -> None:
        plain = "".join(self._waiting).encode()
        self.plain_bytes += len(plain)
        self._file.write(self._compressor.compress(plain))
        self._waiting, self._waiting_characters = [], 0


class _Listings:
    """JSON rows of one channel after another, and where each channel's lie."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._encoder = msgspec.json.Encoder()
        self._offset = 0
        self._separator = b""
        self._slices: dict[str, tuple[int, int]] = {}

    @contextmanager
    def slice_of(self, channel: RenderedChannel) -> Iterator[None]:
        began, self._separator = self._offset, b"["
        yield
        self._put(b"]" if self._separator == b"," else b"[]")
        for stream in channel.streams:
            self._slices[str(stream.stream_id)] = (began, self._offset - began)

    def add(self, channel: RenderedChannel, programme: ProgrammeRow) -> None:
        row = (
            channel.streams[0].stream_id * MINUTES_KEPT + programme.start // 60,
            programme.start,
            programme.stop,
            programme.title,
            programme.description,
            programme.language.partition("/")[0],
            channel.entry.tvg_id,
        )
        self._put(self._separator + self._encoder.encode(row))
        self._separator = b","

    def finish(self, content: NewContent) -> None:
        content.write(msgspec.json.encode(ListingsIndex(slices=self._slices)) + b"\n")
        self._file.seek(0)
        while part := self._file.read(CHUNK_BYTES):
            content.write(part)

    def _put(self, part: bytes) -> None:
        self._offset += self._file.write(part)
