"""A guide's bytes, unpacked and in UTF-8, one bounded piece at a time."""

import codecs
import re
from collections.abc import Iterator
from typing import IO

from isal import igzip
from isal.igzip_lib import IsalError

from playlists.guide.refusals import (
    GuideDamaged,
    GuideTooLarge,
    GuideTruncated,
    WrongEncoding,
)

PIECE = 1 << 19
GZIP = b"\x1f\x8b"
BOMS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
AS_IS = {"utf-8", "ascii"}


def pieces(file: IO[bytes], *, longest: int) -> Iterator[bytes]:
    """The guide in `file` as UTF-8; at most `longest` bytes of it are unpacked.

    Gzip is told by its first bytes, never by a name, and may have several members.
    Refusals: GuideTooLarge, GuideTruncated, GuideDamaged, WrongEncoding.
    """
    start = file.read(len(GZIP))
    file.seek(-len(start), 1)
    plain = _unpacked(file) if start == GZIP else _read(file)
    return _in_utf8(_bounded(plain, longest))


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    try:
        with _members(file) as members:
            yield from _read(members)
    except EOFError:
        at = file.tell()
        raise GuideTruncated(f"The packed guide ends at byte {at}.") from None
    except (OSError, IsalError) as error:  # type: ignore[misc]
        at = file.tell()
        raise GuideDamaged(f"Unpacking failed near byte {at}: {error}.") from None


def _members(file: IO[bytes]) -> IO[bytes]:
    members: IO[bytes] = igzip.GzipFile(fileobj=file, mode="rb")  # type: ignore[no-untyped-call,assignment]
    return members


def _bounded(plain: Iterator[bytes], longest: int) -> Iterator[bytes]:
    length = 0
    for piece in plain:
        length += len(piece)
        if length > longest:
            raise GuideTooLarge(f"The guide is longer than {longest >> 20} MB.")
        yield piece


def _in_utf8(plain: Iterator[bytes]) -> Iterator[bytes]:
    first = next(plain, b"")
    encoding = _encoding_of(first)
    if encoding in AS_IS:
        yield first
        yield from plain
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    yield _recoded(decoder, first)
    for piece in plain:
        yield _recoded(decoder, piece)


def _recoded(decoder: codecs.IncrementalDecoder, piece: bytes) -> bytes:
    try:
        return decoder.decode(piece).encode()
    except UnicodeError as error:
        raise WrongEncoding(f"The guide breaks its own encoding: {error}.") from None


def _encoding_of(first: bytes) -> str:
    if first[:2] in BOMS:
        return BOMS[first[:2]]
    declared = DECLARED.match(first.removeprefix(codecs.BOM_UTF8))
    name = declared[1].decode() if declared else "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise WrongEncoding(f"The encoding {name[:40]} is unknown.") from None
