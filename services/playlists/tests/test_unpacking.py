"""Packed files, told by their first bytes."""

import bz2
import contextlib
import gzip
import io
import lzma
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.unpacking import (
    LongerThanRead,
    Packed,
    PackedDamaged,
    PackedTruncated,
    unpacked,
)

TEXT = b"".join(b"line %d of a file\n" % i for i in range(5000))


def zipped(*files):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return into.getvalue()


def opened(content, longest=1 << 22):
    return b"".join(unpacked(io.BytesIO(content), longest=longest))


ONE_FILE = zipped(("lists/", b""), ("READ ME.txt", b"short"), ("lists/a.m3u", TEXT))


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        gzip.compress(TEXT),
        gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]),
        gzip.compress(TEXT) + b"\0" * 4000,
        lzma.compress(TEXT),
        lzma.compress(TEXT[:100]) + lzma.compress(TEXT[100:]),
        bz2.compress(TEXT),
        ONE_FILE,
        gzip.compress(gzip.compress(TEXT)),
        lzma.compress(gzip.compress(TEXT)),
        gzip.compress(ONE_FILE),
        zipped(("list.m3u.gz", gzip.compress(TEXT))),
    ],
    ids=range(12),
)
def test_what_is_packed_is_unpacked(content):
    assert opened(content) == TEXT


@pytest.mark.parametrize("content", [b"", b"\x1f", b"P", TEXT[:5]])
def test_what_is_not_packed_is_read_as_it_is(content):
    assert opened(content) == content


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_one_that_ends_in_the_middle_is_told(pack):
    with pytest.raises(PackedTruncated):
        opened(pack(TEXT)[:-20])


def locked():
    """A zip that says of its file that it wants a password."""
    content = bytearray(ONE_FILE)
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    content[content.rindex(b"PK\x03\x04") + 6] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        ONE_FILE[: len(ONE_FILE) // 2],
        zipped(("only/", b"")),
        locked(),
        lzma.compress(TEXT)[:40] + b"\0" * 4000,
        b"BZh9" + b"x" * 100,
        b"\x1f\x8b" + b"x" * 100,
    ],
    ids=range(6),
)
def test_one_that_is_damaged_is_told(content):
    with pytest.raises(Packed):
        opened(content)
    assert issubclass(PackedDamaged, Packed)


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        gzip.compress(TEXT),
        gzip.compress(gzip.compress(b"\0" * (1 << 24))),
        lzma.compress(b"\0" * (1 << 24)),
        zipped(("a", b"\0" * (1 << 24))),
    ],
    ids=range(5),
)
def test_no_layer_is_read_beyond_the_limit(content):
    with pytest.raises(LongerThanRead):
        opened(content, longest=10_000)


@given(
    st.sampled_from([b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh9", b"PK\x03\x04"]), st.binary()
)
def test_nothing_else_comes_of_rubbish(beginning, rubbish):
    with contextlib.suppress(Packed):
        opened(beginning + rubbish)
