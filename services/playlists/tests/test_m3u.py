"""What comes out of playlists as they are met."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineup.contracts.playlists.refusals import (
    EmptyPlaylist,
    NotAPlaylist,
    UploadTooLarge,
)
from lineup.errors import Refusal
from playlists.channels import lines
from playlists.channels.extinf import MOST_ATTRIBUTES
from playlists.channels.m3u import LONGEST_ADDRESS, LONGEST_TEXT, PlaylistEntry, entries
from playlists.channels.skipped import SkippedLines, SkipReason


def read(content, longest=1 << 20):
    content = content.encode() if isinstance(content, str) else content
    return list(entries(io.BytesIO(content), longest=longest))


def read_with(*channels):
    """The names of what came in, and what was left out."""
    content = "#EXTM3U\n" + "\n".join(
        f"{words}\n{address}" for words, address in channels
    )
    skipped = SkippedLines()
    found = entries(io.BytesIO(content.encode()), longest=1 << 24, skipped=skipped)
    return [entry.name for entry in found], skipped


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
        line=3,
        guide_name="N1",
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
    "words", ['ch-number="7"', 'channel-number="7"', 'tvh-chnum="7"', 'tvg-chno="7.2"']
)
def test_numbers_have_many_names(words):
    assert one(f"#EXTINF:-1 {words},A").number == 7


@pytest.mark.parametrize("words", ["0", "-3", "x", "", "99999999999", "²"])
def test_what_is_no_number_is_none(words):
    assert one(f'#EXTINF:-1 tvg-chno="{words}",A').number is None


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
        (b"\0" * (1 << 20), EmptyPlaylist),
        ("#EXTM3U " + "a" * (1 << 20), EmptyPlaylist),
        ("#EXTM3U\n" + "a" * (1 << 20), EmptyPlaylist),
        ("", EmptyPlaylist),
        ("#EXTM3U\n\n", EmptyPlaylist),
    ],
)
def test_what_is_no_playlist_is_refused(content, refusal):
    with pytest.raises(refusal):
        read(content, longest=1 << 21)


def test_no_more_than_the_longest_is_read():
    content = "#EXTM3U\n" + "#EXTINF:-1,A\nhttp://a/1\n" * 1000

    assert len(read(content, longest=len(content))) == 1000
    with pytest.raises(UploadTooLarge):
        read(content, longest=len(content) - 1)


@given(st.binary(max_size=300))
def test_nothing_but_refusals_comes_of_rubbish(rubbish):
    try:
        for entry in read(b"#EXTM3U\n" + rubbish):
            assert entry.name
    except Refusal:
        pass


GOOD = "#EXTINF:-1,Good", "http://a.example/good"
LONG = "a" * 200_000


class TestLimits:
    """What one partner writes takes work in proportion to its length."""

    @pytest.mark.parametrize(
        "words",
        [
            f"#EXTINF:-1 {LONG}",
            f'#EXTINF:-1 {LONG}="x",Bad',
            f'#EXTINF:-1 tvg-id="{LONG}",Bad',
            f"#EXTINF:-1,{LONG}",
            f"#EXTINF:-1 {'=' * 200_000},Bad",
            f"#EXTINF:-1 {chr(34) * 200_001},Bad",
        ],
    )
    def test_a_line_that_is_too_long_leaves_its_channel_out(self, words):
        bad = words, "http://a.example/bad"

        names, skipped = read_with(bad, GOOD)

        assert (names, skipped.counts) == (["Good"], {SkipReason.LONG: 1})
        assert skipped.in_words() == (
            " 1 channels skipped: their entries or URLs are too long."
        )

    def test_so_does_an_address(self):
        long = "#EXTINF:-1,Bad", "http://a/" + "a" * LONGEST_ADDRESS
        longer = "#EXTINF:-1,Bad", "http://a/" + LONG

        names, skipped = read_with(long, longer, GOOD)

        assert (names, skipped.counts) == (["Good"], {SkipReason.LONG: 2})

    def test_a_remark_that_is_too_long_is_passed_over(self):
        remark = f"#{LONG}", "#EXTINF:-1,Good\nhttp://a/1"

        assert read_with(remark) == (["Good"], SkippedLines())

    @pytest.mark.parametrize("name", ["tvg-logo", "group-title", "tvg-id"])
    def test_a_value_that_is_too_long_is_left_out_alone(self, name):
        words = f'#EXTINF:-1 {name}="{"v" * 5000}" tvg-chno="7",A'

        names, skipped = read_with((words, "http://a/1"))

        assert (names, skipped.counts) == (["A"], {SkipReason.LONG_VALUE: 1})
        assert one(words) == PlaylistEntry(
            name="A", address="http://a.example/1.ts", line=3, number=7
        )

    @pytest.mark.parametrize("name", ["tvg-chno", "catchup-days"])
    @pytest.mark.parametrize("digits", ["9" * 5000, "1" * 20, "٣", "²", "1e5", "-1"])
    def test_what_is_no_number_that_can_be_leaves_the_channel_in(self, name, digits):
        entry = one(f'#EXTINF:-1 {name}="{digits}",A')

        assert (entry.name, entry.number, entry.catchup_days) == ("A", None, 0)

    def test_leading_zeros_count_for_nothing(self):
        assert one(f'#EXTINF:-1 tvg-chno="{"0" * 50}7",A').number == 7

    def test_a_name_is_cut(self):
        assert one("#EXTINF:-1," + "n" * 5000).name == "n" * LONGEST_TEXT

    def test_so_many_attributes_are_read(self):
        words = " ".join(f'a{i}="x"' for i in range(MOST_ATTRIBUTES))

        assert one(f'#EXTINF:-1 {words} tvg-id="late",A').guide_id == ""
        assert one(f'#EXTINF:-1 tvg-id="early" {words},A').guide_id == "early"

    def test_control_characters_are_blanks(self):
        entry = one('#EXTINF:-1 tvg-id="a\0b" group-title="c\x1bd",E\x07F\u2028G')

        assert (entry.guide_id, entry.group, entry.name) == ("a b", "c d", "E F G")

    @given(st.binary(max_size=400), st.integers(0, 5))
    def test_no_line_is_longer_than_its_limit(self, rubbish, times):
        content = rubbish * (1 << times) + b"x" * (lines.LONGEST * times) + rubbish

        file = io.BytesIO(content)
        chunks = iter(lambda: file.read(1 << 16), b"")
        for line in lines.lines(chunks):
            assert len(line.text) <= lines.LONGEST
            assert not line.is_too_long or len(line.text) <= lines.KEPT

    @given(st.lists(st.text(alphabet="a-_=\"' ,", max_size=60), max_size=20))
    def test_any_mixture_of_quotes_and_signs_is_a_channel(self, chunks):
        entry = one("#EXTINF:-1 " + "".join(chunks))

        assert entry.address == "http://a.example/1.ts"
        assert len(entry.guide_id) <= LONGEST_TEXT


def test_a_block_may_end_anywhere():
    content = "#EXTM3U\n" + "#EXTINF:-1,Café\r\nhttp://a/1\r\n" * 9000

    assert {entry.name for entry in read(content)} == {"Café"}
    assert len(read(content)) == 9000


class TestAddresses:
    def test_what_no_player_opens_is_left_out_alone_and_counted(self):
        names, skipped = read_with(
            ("#EXTINF:-1,Right", "http://a.example/1.ts"),
            ("#EXTINF:-1,Open bracket", "http://[::1/x"),
            ("#EXTINF:-1,Script", "javascript:alert(1)"),
            ("#EXTINF:-1,Data", "data:text/html,x"),
            ("#EXTINF:-1,No port", "http://a.example:99999/x"),
            ("#EXTINF:-1,Multicast", "udp://@239.0.0.1:1234"),
        )

        assert names == ["Right", "Multicast"]
        assert skipped.counts == {SkipReason.CANNOT_OPEN: 4}
        assert skipped.in_words() == (
            " 4 channels skipped: players cannot open their URLs."
        )

    def test_letters_of_other_alphabets_are_encoded(self):
        entry = one("#EXTINF:-1,A", "http://exämple.example/Ж.ts")

        assert entry.address == "http://xn--exmple-cua.example/%D0%96.ts"

    def test_a_logo_that_is_no_address_is_left_out_alone(self):
        names, skipped = read_with(
            ('#EXTINF:-1 tvg-logo="javascript:alert(1)",A', "http://a.example/1"),
            ('#EXTINF:-1 tvg-logo="http://[",B', "http://a.example/2"),
        )

        assert names == ["A", "B"]
        assert skipped.counts == {SkipReason.LOGO: 2}
