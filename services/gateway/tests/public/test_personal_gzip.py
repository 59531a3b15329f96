"""A personalised body is right whatever the playlist and the credentials."""

import gzip
import os
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.public.personal_gzip import NotPersonal, PersonalGzip

LINES = st.lists(
    st.binary(max_size=60) | st.sampled_from([b"http://x/live/", b"a" * 300, b""]),
    min_size=2,
    max_size=30,
)


def playlist(channels, *, seed=1):
    chance = random.Random(seed)
    parts = [b"#EXTM3U x-tvg-url=http://tv/xmltv/"]
    for n in range(channels):
        mark = chance.randbytes(4).hex()
        parts.append(
            f'.xml.gz\n#EXTINF:-1 tvg-name="Channel {n} {mark}",Channel {n}\n/live/'.encode()
        )
    return [*parts, b"/end\n"]


@given(LINES, st.integers(8, 60), st.data())
@settings(max_examples=150)
def test_it_unpacks_to_the_joined_text_or_says_it_cannot(parts, length, data):
    try:
        ready = PersonalGzip(parts, length)
    except NotPersonal:
        return
    for _ in range(5):
        text = data.draw(st.binary(min_size=length, max_size=length))
        assert gzip.decompress(ready.body(text)) == text.join(parts)


@pytest.mark.parametrize("channels", [1, 2, 50, 2000])
@pytest.mark.parametrize("length", [8, 17, 40, 128])
def test_real_playlists_are_made_so(channels, length):
    parts = playlist(channels)
    ready = PersonalGzip(parts, length)

    for text in (
        os.urandom(length),
        bytes(length),
        b"/" * length,
        b"ab" * (length // 2),
    ):
        padded = text.ljust(length, b"c")
        assert gzip.decompress(ready.body(padded)) == padded.join(parts)


@given(st.binary(min_size=12, max_size=12))
def test_the_sum_follows_without_reading_the_text(text):
    parts = playlist(9)

    assert PersonalGzip(parts, 12).sum_of(text) == zlib.crc32(text.join(parts))


def test_it_is_as_small_as_compressing_the_text_itself():
    parts = playlist(2000)
    text = b"user0001/pass000001"

    body = PersonalGzip(parts, len(text)).body(text)

    assert len(body) < 1.01 * len(gzip.compress(text.join(parts), 9))


@pytest.mark.parametrize(
    ("parts", "length"),
    [
        ([b"no place at all"], 20),
        ([b"a", b"b"], 7),
        ([b"a", b"b"], 251),
        ([b"x" * 32_000, b"b"], 20),
    ],
)
def test_what_does_not_suit_is_refused(parts, length):
    with pytest.raises(NotPersonal):
        PersonalGzip(parts, length)


def test_another_length_is_refused():
    with pytest.raises(ValueError, match="length"):
        PersonalGzip(playlist(3), 10).body(b"short")
