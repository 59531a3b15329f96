"""Templates and lists of a set, and the rules of time, by plain calls."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.rendering import m3u, xmltv, xtream
from playlists.rendering.guide import window_of
from playlists.rendering.lineups import Entry, categories_of
from playlists.rendering.stems import stems_by_address
from playlists.rendering.timelines import Period, package_intervals

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MARKS = {"\x01", "\x02", "\x03"}


def an_entry(**overrides):
    values = {
        "stream_id": 1477,
        "number": 101,
        "name": "News One",
        "address": "http://edge.example/1/index.m3u8",
        "logo": "",
        "group": "News",
        "guide_id": "news.one",
        "is_adult": False,
        "catchup_days": 0,
        "signing": "secure_link",
        "added_at": NOON,
    }
    return Entry(**{**values, **overrides})


def lines_of(*entries):
    return m3u.full(list(entries)).decode().splitlines()


class TestM3u:
    @pytest.mark.feature("PE-05")
    def test_a_channel_has_every_attribute_and_a_stable_address(self):
        head, described, address = lines_of(
            an_entry(catchup_days=7, logo="http://i/1.png")
        )

        guide = "\x01/xmltv/\x02.xml.gz"
        assert head == f'#EXTM3U x-tvg-url="{guide}" url-tvg="{guide}"'
        assert described == (
            '#EXTINF:-1 tvg-id="news.one" tvg-name="News One" tvg-chno="101" '
            'tvg-logo="http://i/1.png" group-title="News" catchup="default" '
            'catchup-days="7" catchup-source="\x01/timeshift/\x02/{duration:60}/{utc}'
            '/1477.m3u8",News One'
        )
        assert address == "\x01/live/\x02/1477.m3u8"

    def test_without_a_guide_id_the_stream_number_names_the_channel(self):
        assert 'tvg-id="channel.1477"' in lines_of(an_entry(guide_id=""))[1]

    def test_one_group_only_and_no_sign_of_video_on_demand(self):
        line = lines_of(
            an_entry(group="A;B|C", name="media=x", logo="http://i/?media=1&b=2")
        )[1]

        assert 'group-title="A/B/C"' in line
        assert "media=" not in line
        assert "media%3D1&b=2" in line

    @pytest.mark.parametrize(
        "address",
        ["udp://@239.1.2.3:5000", "rtp://239.1.2.3:5000", "rtmp://src.example/live/x"],
    )
    def test_a_source_that_no_player_is_sent_on_to_is_given_as_it_is(self, address):
        assert lines_of(an_entry(address=address))[2] == address
        (stream,) = json.loads(xtream.live_streams([an_entry(address=address)]))
        assert stream["direct_source"] == address

    @pytest.mark.parametrize("address", ["", "HTTP://a/1", "udp://a\n#EXTINF:-1,x"])
    def test_any_other_is_not(self, address):
        told = lines_of(an_entry(address=address))[2]

        assert told.rpartition(".")[0] == "\x01/live/\x02/1477"

    def test_a_channel_for_adults_says_so(self):
        assert 'adult="1" censored="1"' in lines_of(an_entry(is_adult=True))[1]
        assert "adult" not in lines_of(an_entry())[1]

    @pytest.mark.parametrize("name", ['The "One", at night', "A\tB", "media=x"])
    def test_a_channel_has_one_name_in_every_list(self, name):
        entry = an_entry(name=name)

        told = lines_of(entry)[1].rpartition(",")[2]

        assert json.loads(xtream.live_streams([entry]))[0]["name"] == told

    @pytest.mark.feature("PE-05")
    @given(st.text(), st.text(), st.text(), st.text())
    def test_no_text_breaks_a_line_or_a_quote(self, name, group, guide_id, logo):
        entry = an_entry(name=name, group=group, guide_id=guide_id, logo=logo)

        lines = m3u.full([entry]).decode().split("\n")

        assert len(lines) == 4
        assert lines[1].count('"') == 10
        assert lines[1].count(",") == 1
        assert not MARKS & set(lines[1])
        assert m3u.bare([entry]).decode().count("\n") == 3


class TestXtream:
    def test_types_are_what_strict_players_read(self):
        (stream,) = json.loads(xtream.live_streams([an_entry(catchup_days=3)]))

        assert stream == {
            "num": 101,
            "name": "News One",
            "stream_type": "live",
            "stream_id": 1477,
            "stream_icon": "",
            "epg_channel_id": "news.one",
            "added": str(int(NOON.timestamp())),
            "is_adult": "0",
            "category_id": stream["category_id"],
            "category_ids": [int(stream["category_id"])],
            "custom_sid": "",
            "tv_archive": 1,
            "direct_source": "",
            "tv_archive_duration": 3,
        }

    def test_a_categorys_number_stays_when_others_come_and_go(self):
        alone = categories_of([an_entry(group="Sport")])
        among = categories_of([an_entry(group="News"), an_entry(group="Sport")])

        assert alone["Sport"] == among["Sport"]
        assert len(set(among.values())) == 2
        assert categories_of([an_entry(group=" ")]) == {
            "Other": categories_of([an_entry(group="Other")])["Other"]
        }


class TestStems:
    def test_a_folder_of_its_own_is_open_as_a_whole(self):
        addresses = [
            "http://a/one/one.m3u8",
            "http://a/two/index.m3u8",
            "http://b/one/two.m3u8",
            "udp://@239.1.1.1:5000",
        ]
        assert stems_by_address(addresses) == {}

    def test_in_a_folder_of_several_names_tell_them_apart(self):
        addresses = [
            "http://a/hls/one.m3u8?x=/y",
            "http://a/hls/two.m3u8",
            "http://a/ch1.m3u8",
            "http://a/hls/deep/index.m3u8",
        ]
        assert stems_by_address(addresses) == {
            "http://a/hls/one.m3u8?x=/y": "one",
            "http://a/hls/two.m3u8": "two",
            "http://a/ch1.m3u8": "ch1",
        }

    def test_a_name_that_is_everybodys_tells_nothing(self):
        addresses = ["http://a/hls/index.m3u8", "http://a/hls/b/index.m3u8"]

        assert stems_by_address(addresses) == {}


class TestXmltv:
    def test_numbers_without_a_system_are_shown_as_they_are(self):
        assert list(xmltv.episode("S02E05")) == [
            '<episode-num system="onscreen">S02E05</episode-num>'
        ]

    def test_part_numbers_are_left_out(self):
        assert '"xmltv_ns">.4.<' in "".join(xmltv.episode(". 4/13 . 0/2"))

    @given(st.text())
    def test_any_text_is_text_afterwards(self, value):
        from lxml import etree

        element = etree.fromstring(
            f"<a b={xmltv.attribute(value)}>{xmltv.text(value)}</a>"
        )

        assert (element.text or "").replace("\r", "\n") == xmltv.NOT_XML.sub(
            "", value
        ).replace("\r\n", "\n").replace("\r", "\n")

    def test_the_window_is_whole_days(self):
        window = window_of(NOON, days_back=1, days_ahead=7)

        assert window.from_at == datetime(2026, 3, 1, tzinfo=UTC)
        assert window.until_at == datetime(2026, 3, 10, tzinfo=UTC)
        assert (
            window_of(NOON + timedelta(hours=11), days_back=1, days_ahead=7) == window
        )


PACKAGES = [UUID(int=n) for n in range(1, 5)]


@st.composite
def periods(draw):
    begin, length = draw(st.integers(-50, 50)), draw(st.integers(0, 40))
    return Period(
        from_at=NOON + timedelta(hours=begin),
        until_at=NOON + timedelta(hours=begin + length),
        package_ids=frozenset(draw(st.sets(st.sampled_from(PACKAGES), max_size=3))),
    )


class TestStretches:
    @given(st.lists(periods(), max_size=6), st.integers(0, 120))
    def test_each_instant_to_come_shows_what_its_periods_grant(self, drawn, hours):
        at = NOON + timedelta(hours=hours)
        found = package_intervals(drawn, now=NOON)

        shown = [s.package_ids for s in found if s.from_at <= at < s.until_at]
        covering = [p.package_ids for p in drawn if p.from_at <= at < p.until_at]

        assert len(shown) == (1 if covering else 0)
        assert not shown or shown[0] == frozenset().union(*covering)

    @given(st.lists(periods(), max_size=6))
    def test_they_are_in_order_and_neighbours_differ(self, drawn):
        found = package_intervals(drawn, now=NOON)

        for one, next_ in pairwise(found):
            assert one.until_at <= next_.from_at
            assert (one.until_at, one.package_ids) != (next_.from_at, next_.package_ids)


class TestHostileValues:
    """What is in the database already, from before anybody checked."""

    @pytest.mark.parametrize(
        ("number", "shown"),
        [
            ("1.4.", ["S02E05"]),
            (" 1 . 4/5 . 0/2 ", ["S02E05"]),
            ("0/2.1", ["S01E02"]),
            ("9" * 5000, ["9" * 100]),
            ("9" * 5000 + ".1.", ["9" * 100]),
            ("٣.٤.", ["٣.٤."]),
            (" " * 5000 + "1.", [" " * 100]),
        ],
    )
    def test_numbers_of_episodes_are_short(self, number, shown):
        told = "".join(xmltv.episode(number))

        assert [part.split("<")[0] for part in told.split('"onscreen">')[1:]] == shown

    @given(st.text(max_size=300))
    def test_any_text_is_an_episode(self, number):
        assert len("".join(xmltv.episode(number))) < 1000

    def test_groups_whose_names_have_one_number_cost_no_more(self, monkeypatch):
        monkeypatch.setattr("zlib.crc32", lambda _name: 7)
        names = [str(i) for i in range(20_000)]

        numbers = categories_of([an_entry(group=name) for name in names])

        assert list(numbers.values()) == list(range(7, 20_007))

    def test_a_channel_is_written_whatever_it_holds(self):
        entry = an_entry(
            name='a\x00"\r\nb',
            group="\x0b",
            logo="\x00 ü",
            guide_id="\x1f",
            number=10**18,
        )

        lines = lines_of(entry)
        assert len(lines) == 3
        assert json.loads(xtream.live_streams([entry]))[0]["num"] == 10**18
        assert xmltv.channel(entry).startswith("<channel id=")
