"""What comes out of playlists as they are met."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineup.errors import Refusal
from playlists.channels.m3u import (
    EmptyPlaylist,
    NotAPlaylist,
    PlaylistEntry,
    UploadTooLarge,
    entries,
)


def read(content, longest=1 << 20):
    content = content.encode() if isinstance(content, str) else content
    return list(entries(io.BytesIO(content), longest=longest))


def one(described, address="http://a.example/1.ts"):
    (entry,) = read(f"#EXTM3U\n{described}\n{address}\n")
    return entry


def test_an_entry_with_all_it_can_say():
    entry = one(
        '#EXTINF:-1 group-title="News" tvg-logo="http://i.example/1.png"'
        ' catchup-days="7" tvg-chno="101" tvg-id="news.one" tvg-name="N1",News One'
    )

    assert entry == PlaylistEntry(
        name="News One",
        address="http://a.example/1.ts",
        number=101,
        logo="http://i.example/1.png",
        group="News",
        guide_id="news.one",
        catchup_days=7,
    )


@pytest.mark.parametrize(
    ("described", "name"),
    [
        ('#EXTINF:-1 tvg-id="a",News, Sport and more', "News, Sport and more"),
        ('#EXTINF:-1 tvg-name="a, b" group-title="c, d",Both', "Both"),
        ("#EXTINF:-1,Plain", "Plain"),
        ("#EXTINF:-1 tvg-id=a,Bare attribute", "Bare attribute"),
        ('#EXTINF:-1 tvg-name="From the attribute",', "From the attribute"),
        ("#EXTINF:-1", "1.ts"),
    ],
)
def test_a_name_begins_after_the_comma_that_follows_the_last_quote(described, name):
    assert one(described).name == name


@pytest.mark.parametrize(
    "said", ['ch-number="7"', 'channel-number="7"', 'tvh-chnum="7"', 'tvg-chno="7.2"']
)
def test_numbers_have_many_names(said):
    assert one(f"#EXTINF:-1 {said},A").number == 7


@pytest.mark.parametrize("said", ["0", "-3", "x", "", "99999999999", "²"])
def test_what_is_no_number_is_none(said):
    assert one(f'#EXTINF:-1 tvg-chno="{said}",A').number is None


def test_a_group_line_holds_until_the_next_group():
    told = read(
        "#EXTM3U\n#EXTINF:-1,A\n#EXTGRP:Local\nhttp://a/1\n#EXTINF:-1,B\nhttp://a/2\n"
        '#EXTINF:-1 group-title="Own",C\nhttp://a/3\n#EXTINF:-1,D\nhttp://a/4\n'
    )

    assert [entry.group for entry in told] == ["Local", "Local", "Own", ""]


def test_what_players_alone_need_is_passed_over():
    entry = one(
        "#EXTINF:-1,A\n#EXTVLCOPT:http-user-agent=x\n#KODIPROP:mimetype=video/mp2t"
    )

    assert (entry.name, entry.address) == ("A", "http://a.example/1.ts")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf#EXTM3U\r\n#EXTINF:-1,Caf\xc3\xa9\r\nhttp://a/1\r\n",
        b"#EXTM3U\n#EXTINF:-1,Caf\xe9\nhttp://a/1",
        b"#EXTM3U\r#EXTINF:-1,Caf\xc3\xa9\rhttp://a/1\r",
        b"#EXTINF:-1,Caf\xc3\xa9\nhttp://a/1\n",
    ],
)
def test_byte_order_marks_line_ends_and_latin_1(content):
    assert [entry.name for entry in read(content)] == ["Café"]


def test_a_remark_in_place_of_an_address_is_kept_as_a_channel_without_one():
    assert one("#EXTINF:-1,Gone", "[no public stream]").address == ""


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ("<!DOCTYPE html><html>", NotAPlaylist),
        (b"\x89PNG\r\n\x1a\n\0\0\0", NotAPlaylist),
        ("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n1.ts\n", NotAPlaylist),
        ("#EXTM3U\n" + "a" * ((1 << 20) + 2), NotAPlaylist),
        ("", EmptyPlaylist),
        ("#EXTM3U\n\n", EmptyPlaylist),
        ("#EXTM3U\n" + "#EXTINF:-1,A\nhttp://a/1\n" * 100_000, UploadTooLarge),
    ],
)
def test_what_is_no_playlist_is_refused(content, refusal):
    with pytest.raises(refusal):
        read(content, longest=1 << 21)


@given(st.binary(max_size=300))
def test_nothing_but_refusals_comes_of_rubbish(rubbish):
    try:
        for entry in read(b"#EXTM3U\n" + rubbish):
            assert entry.name
    except Refusal:
        pass
