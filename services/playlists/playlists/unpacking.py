"""Packed files, told by their first bytes and never by a name, one piece at a time.

gzip, xz, bzip2 and zip, in one another up to three deep; anything else is read as it
is. Of a zip's files the longest is read. Every layer has the same limit, so what blows
up is stopped wherever it does.
"""

import bz2
import io
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, Any, cast

from isal import igzip
from isal.igzip_lib import IsalError

CHUNK = 1 << 17
"""Bytes. A slice of a guide is about as long, and its parsed form many times: larger
pieces were no faster and took 6 MB more."""
MOST_LAYERS = 3
GZIP, XZ, BZIP2, ZIP = b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh", b"PK\x03\x04"
DAMAGED = (
    OSError,
    IsalError,
    lzma.LZMAError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)
"""What the libraries say of bytes that are not what they began as."""


class Packed(Exception):  # noqa: N818 - reads as a sentence
    """A packed file cannot be read to its end."""


class PackedTruncated(Packed):
    """The packed file ends in the middle."""


class PackedDamaged(Packed):
    """The packed file cannot be unpacked."""


class LongerThanRead(Exception):  # noqa: N818 - reads as a sentence
    """The file is longer than shall be read of it."""


def unpacked(file: IO[bytes], *, longest: int) -> Iterator[bytes]:
    """The bytes of `file`, unpacked where it is packed.

    LongerThanRead, PackedTruncated or PackedDamaged once that is met.
    """
    try:
        with ExitStack() as held:
            reader = _opened(file, longest, held)
            while chunk := reader.read(CHUNK):
                yield chunk
    except EOFError:
        raise PackedTruncated(f"The packed file ends at byte {file.tell()}.") from None
    except DAMAGED as error:  # type: ignore[misc]
        at = file.tell()
        raise PackedDamaged(f"Unpacking failed near byte {at}: {error}.") from None


def _opened(file: IO[bytes], longest: int, held: ExitStack) -> IO[bytes]:
    reader = _Bounded(file, longest).buffered()
    for _ in range(MOST_LAYERS):
        beginning = reader.peek(len(XZ))
        opening = next((OPENINGS[m] for m in OPENINGS if beginning.startswith(m)), None)
        if opening is None:
            break
        reader = _Bounded(opening(reader, held), longest).buffered()
    return reader


class _Bounded(io.RawIOBase):
    """Reads another file, and no more of it than a limit."""

    def __init__(self, file: IO[bytes], longest: int) -> None:
        self._file, self._left = file, longest

    def buffered(self) -> io.BufferedReader:
        """Itself, such that its beginning can be looked at."""
        return io.BufferedReader(self, CHUNK)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        chunk = self._file.read(len(view))
        self._left -= len(chunk)
        if self._left < 0:
            raise LongerThanRead
        view[: len(chunk)] = chunk
        return len(chunk)


def _members(file: IO[bytes], _held: ExitStack) -> IO[bytes]:
    opened = igzip.GzipFile(fileobj=file, mode="rb")  # type: ignore[no-untyped-call]
    return cast(IO[bytes], opened)


def _xz(file: IO[bytes], _held: ExitStack) -> IO[bytes]:
    return lzma.LZMAFile(file)


def _bzip2(file: IO[bytes], _held: ExitStack) -> IO[bytes]:
    return bz2.BZ2File(file)


def _zip(file: IO[bytes], held: ExitStack) -> IO[bytes]:
    """The longest file of a zip, whose table stands at its end."""
    whole = held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    while chunk := file.read(CHUNK):
        whole.write(chunk)
    archive = held.enter_context(zipfile.ZipFile(whole))
    files = [member for member in archive.infolist() if not member.is_dir()]
    if not files:
        raise zipfile.BadZipFile("there is no file in it")
    longest = max(files, key=lambda member: member.file_size)
    return held.enter_context(archive.open(longest))


OPENINGS: dict[bytes, Callable[[IO[bytes], ExitStack], IO[bytes]]] = {
    GZIP: _members,
    XZ: _xz,
    BZIP2: _bzip2,
    ZIP: _zip,
}
