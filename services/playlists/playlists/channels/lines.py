"""The lines of a file that may hold anything, each of bounded length, as text.

UTF-16 is told by its byte order mark or by its zeros, another encoding by the line that
declares it (`#EXTENC:windows-1251`). What is neither is UTF-8, and what is no UTF-8 is
read as Windows-1252, of which Latin-1 is a part, as players do.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from playlists.encodings import known_text_encoding
from playlists.plain_text import in_one_line

LONGEST = 1 << 16
KEPT = 64
"""Bytes of the beginning of a line that is too long: they tell what it was."""
ENDS = re.compile(rb"\r\n|\r|\n")
BOM = codecs.BOM_UTF8
WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"#\0E\0": "utf-16-le",
    b"\0#\0E": "utf-16-be",
    b"#\0e\0": "utf-16-le",
    b"\0#\0e": "utf-16-be",
}
"""What a file of an encoding with wide units begins with."""
DECLARED = re.compile(
    rb"\s*#EXT(?:ENC\s*:\s*|M3U\b[^\r\n]{0,2000}?\b(?:encoding|charset)\s*=\s*[\"']?)"
    rb"([\w.:-]{2,40})",
    re.IGNORECASE,
)


class PlaylistLine(NamedTuple):
    """One line, without control characters; of one that is too long its beginning."""

    number: int
    text: str
    is_too_long: bool = False


def lines(chunks: Iterable[bytes]) -> Iterator[PlaylistLine]:
    """Every line that is not blank, whatever it ends with, counted from 1.

    Memory is bounded by one piece and one line.
    """
    declared = ""
    for number, (raw, is_too_long) in enumerate(_raw(_narrow(chunks)), 1):
        found = DECLARED.match(raw)
        if found is not None:
            declared = known_text_encoding(found[1].decode("ascii")) or declared
        text = in_one_line(_decoded(raw, declared)).strip()
        if text:
            yield PlaylistLine(number, text, is_too_long)


def _narrow(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same as UTF-8 where its units are wider."""
    ahead = iter(chunks)
    first = next(ahead, b"")
    encoding = next((WIDE[mark] for mark in WIDE if first.startswith(mark)), None)
    if encoding is None:
        yield first
        yield from ahead
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chain([first], ahead):
        yield decoder.decode(chunk).encode("utf-8", "replace")


def _raw(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    pending, is_cut = b"", False
    for chunk in chunks:
        block = pending + chunk
        # A piece may end between the two signs of one line's end.
        half = block[-1:] if block.endswith(b"\r") else b""
        *whole, pending = ENDS.split(block[:-1] if half else block)
        for raw in whole:
            yield _bounded(raw, is_cut=is_cut)
            is_cut = False
        if len(pending) > LONGEST:
            pending, is_cut = pending[:KEPT], True
        pending += half
    yield _bounded(pending.rstrip(b"\r"), is_cut=is_cut)


def _bounded(raw: bytes, *, is_cut: bool) -> tuple[bytes, bool]:
    if is_cut or len(raw) > LONGEST:
        return raw[:KEPT], True
    return raw, False


def _decoded(raw: bytes, declared: str) -> str:
    for encoding in (declared, "utf-8", "cp1252"):
        try:
            if encoding:
                return raw.removeprefix(BOM).decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
