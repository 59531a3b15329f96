"""A guide's bytes, unpacked and in UTF-8, one bounded piece at a time."""

import codecs
import re
from collections.abc import Iterator
from typing import IO

from lineup.contracts.playlists.refusals import (
    GuideDamaged,
    GuideTooLarge,
    GuideTruncated,
    WrongEncoding,
)
from playlists.encodings import AS_IS, known_text_encoding
from playlists.unpacking import (
    LongerThanRead,
    PackedDamaged,
    PackedTruncated,
    unpacked,
)

WIDE = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
"""Encodings that two first bytes give away."""
DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
LONGEST_DECLARATION = 1000


def chunks(file: IO[bytes], *, longest: int) -> Iterator[bytes]:
    """The guide in `file` as UTF-8; at most `longest` bytes of it are unpacked.

    Packed or not is told by its first bytes: see `unpacking`.
    Refusals: GuideTooLarge, GuideTruncated, GuideDamaged, WrongEncoding.
    """
    return _in_utf8(_unpacked(file, longest))


def _unpacked(file: IO[bytes], longest: int) -> Iterator[bytes]:
    try:
        yield from unpacked(file, longest=longest)
    except LongerThanRead:
        raise GuideTooLarge(f"The guide is longer than {longest >> 20} MB.") from None
    except PackedTruncated as error:
        raise GuideTruncated(str(error)) from None
    except PackedDamaged as error:
        raise GuideDamaged(str(error)) from None


def _in_utf8(plain: Iterator[bytes]) -> Iterator[bytes]:
    first = next(plain, b"")
    encoding = _encoding_of(first)
    if encoding in AS_IS:
        yield first
        yield from plain
        return
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    yield _recoded(decoder, first)
    for chunk in plain:
        yield _recoded(decoder, chunk)


def _recoded(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bytes:
    try:
        # A byte that means nothing goes through as it is, to be mended.
        return decoder.decode(chunk).encode("utf-8", "surrogateescape")
    except UnicodeError as error:
        raise WrongEncoding(f"The guide breaks its own encoding: {error}.") from None


def _encoding_of(first: bytes) -> str:
    if first[:2] in WIDE:
        return WIDE[first[:2]]
    beginning = first[:LONGEST_DECLARATION].removeprefix(codecs.BOM_UTF8)
    declared = DECLARED.match(beginning)
    name = declared[1].decode("ascii", "replace") if declared else "utf-8"
    known = known_text_encoding(name)
    if known.startswith(("utf-16", "utf-32")):
        # Then nobody could have read its name so far.
        return "utf-8"
    if known:
        return known
    raise WrongEncoding(f"The encoding {name} is unknown.")
