"""Playlists as they are met, from their bytes to what players are given."""

import bz2
import gzip
import json
import lzma
import re

import msgspec
import pytest
from sqlalchemy import select

from lineup.contracts.playlists.channels import DetailsChange, Signing, UpdateChannel
from lineup.contracts.playlists.jobs import GetJob, ImportChannels, JobState
from lineup.contracts.playlists.streams import UpdateStreamSettings
from lineup.database import Database, connect
from lineup.delivery import StreamSource
from lineup.ids import new_id
from lineup.values import checked
from playlists.channels.imports import import_channels
from playlists.channels.job_views import get_job
from playlists.channels.models import Channel
from playlists.channels.packages import demo_package
from playlists.editing.operations import update_channel
from playlists.owners import Owner
from playlists.records import Record
from playlists.rendering.outputs import update_stream_settings
from playlists.worker.tasks import run_next

from .conftest import PARTNER


class Shop:
    """One partner's imports, and what a user of its demo set is given."""

    def __init__(self, platform):
        self.platform = platform
        self.user = platform.user()
        platform.customer(self.user, version=1, shows_adult=True)

    def take(self, content, **fields):
        """Import a file; how the job ended, with all that came of it."""
        name = f"uploads/{new_id().hex}"
        content = content.encode() if isinstance(content, str) else content
        self.platform.blobs.write(name, content)
        with self.platform.transaction() as work:
            package_id = demo_package(work, Owner(PARTNER)).id
            request = ImportChannels(upload=name, package_id=package_id, **fields)
            job_id = import_channels(work, request).id
        while run_next(self.platform.tools) is not None:
            pass
        with self.platform.transaction() as work:
            return get_job(work, GetJob(job_id=job_id))

    def channels(self):
        with self.platform.transaction() as work:
            rows = work.session.scalars(select(Channel).order_by(Channel.number))
            return {row.name: row for row in rows}

    def names(self):
        return list(self.channels())

    def change(self, name, /, **fields):
        channel_id = self.channels()[name].id
        with self.platform.transaction() as work:
            update_channel(
                work,
                UpdateChannel(channel_id=channel_id, details=DetailsChange(**fields)),
            )

    def shown_entries(self):
        """The lines of each channel in the playlist, by name."""
        self.platform.render()
        told, lines = {}, []
        for line in self.platform.playlist(self.user).splitlines()[1:]:
            lines.append(line)
            if not line.startswith("#"):
                told[lines[0].rpartition(",")[2]] = lines
                lines = []
        return told

    def streams(self):
        self.platform.render()
        manifest = self.platform.seen_by(self.user)
        listed = json.loads(self.platform.content(manifest.live_streams_digest))
        return {stream["name"]: stream for stream in listed}

    def categories(self):
        self.platform.render()
        manifest = self.platform.seen_by(self.user)
        return json.loads(self.platform.content(manifest.categories_digest))

    def sources(self):
        self.platform.render()
        manifest = self.platform.seen_by(self.user)
        found = msgspec.json.decode(
            self.platform.content(manifest.streams_digest),
            type=dict[str, StreamSource],
        )
        numbers = {row.stream_id: row.name for row in self.channels().values()}
        return {numbers[int(id_)]: source for id_, source in found.items()}


@pytest.fixture(scope="module")
def kept_database(databases):
    """One database for all cases here: there are many."""
    uri = databases.fresh("playlists")
    yield uri
    databases.give_back(uri)


@pytest.fixture
def database(kept_database, clock):
    made = Database(connect(kept_database, pool_size=5), clock)
    yield made
    with made.engine.begin() as connection:
        for table in reversed(Record.metadata.sorted_tables):
            connection.execute(table.delete())
    made.engine.dispose()


@pytest.fixture
def shop(platform):
    return Shop(platform)


def m3u(*lines):
    return "\n".join(["#EXTM3U", *lines]) + "\n"


def one(described, address="http://edge.example/7/index.m3u8", *between):
    return m3u(described, *between, address)


PLAIN = one("#EXTINF:-1,Plain")
CYRILLIC = (
    "#EXTM3U\n#EXTINF:-1 group-title='Дом',Вторая программа\nhttp://s.example/r\n"
)


class TestWords:
    """What stands on a line, however it is quoted."""

    @pytest.mark.parametrize(
        ("described", "expected"),
        [
            (
                (
                    "#EXTINF:-1 tvg-chno='412' tvg-id='rad.1' tvg-logo='http://i.example/"
                    "a b.png' group-title='Rad, alles',Rad Eins"
                ),
                {
                    "name": "Rad Eins",
                    "number": 412,
                    "guide_id": "rad.1",
                    "logo": "http://i.example/a%20b.png",
                    "group_title": "Rad, alles",
                },
            ),
            (
                "#EXTINF:-1 group-title=\"70's & 60's\" tvg-name=\"Dance' Best\",That's it",
                {"name": "That's it", "group_title": "70's & 60's"},
            ),
            (
                (
                    '#EXTINF:-1 tvg-id="W (A), X" group-title="N/S" tvg-logo="http://i.example'
                    '/V1_CR0,0,1_.jpg",Mine, yours and ours'
                ),
                {"name": "Mine, yours and ours", "guide_id": "W (A), X"},
            ),
            (
                '#EXTINF:-1 tvg-name="It is "a try"" group-title="TEST",It is "a try", yes',
                {"name": 'It is "a try", yes', "group_title": "TEST"},
            ),
            (
                '#EXTINF:-1, tvg-id="late" tvg-name="N" group-title="G",Late',
                {"name": "Late", "guide_id": "late", "group_title": "G"},
            ),
            (
                '#EXTINF:-1 tvg-name="Only its name" tvg-logo="http://i/w_1,h_2/a.png"',
                {"name": "Only its name"},
            ),
            ('#EXTINF:-1 tvg-id = "b" group-title= "G" ,Blanks', {"guide_id": "b"}),
            ("#EXTINF:-1 tvg-id=bare group-title=G,Bare", {"group_title": "G"}),
            ('#extinf:-1 TVG-ID="low" Group-Title="G",Lower', {"guide_id": "low"}),
            ("#EXTINF -1,No colon", {"name": "No colon"}),
            ("#EXTINF:-1,News, Sport", {"name": "News, Sport"}),
            ('#EXTINF:-1 tvg-id="open,Unclosed', {"name": "Unclosed"}),
            ("#EXTINF:-1,Nul\0here", {"name": "Nul here"}),
            ("#EXTINF:-1,Ctrl\x01\x1fname", {"name": "Ctrl name"}),
        ],
    )
    def test_are_read(self, shop, described, expected):
        job = shop.take(one(described))

        (channel,) = shop.channels().values()
        assert job.state == JobState.DONE
        assert {name: getattr(channel, name) for name in expected} == expected

    def test_a_name_is_made_of_the_address(self, shop):
        shop.take(
            m3u('#EXTINF:-1 group-title="G" tvg-id="c2"', "http://s.example/2.ts")
        )

        assert shop.names() == ["2.ts"]

    def test_groups_of_lines_hold_until_the_next(self, shop):
        shop.take(
            m3u(
                "#EXTINF:0 ,Un\n#EXTGRP:Infos\nhttp://s.example/1",
                "#EXTINF:0 ,Deux\nhttp://s.example/2",
                '#EXTINF:0 group-title="Ciné",Trois\n#EXTGRP:Faux\nhttp://s.example/3',
                "#EXTGRP: Sport\n#EXTINF:0,Quatre\nhttp://s.example/4",
            )
        )

        groups = {name: c.group_title for name, c in shop.channels().items()}
        assert groups == {
            "Un": "Infos",
            "Deux": "Infos",
            "Trois": "Ciné",
            "Quatre": "Sport",
        }

    def test_numbers_with_parts_stay_in_order(self, shop):
        fields = [("10.1", "A"), ("10.2", "B"), ("11.1", "C"), ("9", "D"), ("", "E")]
        shop.take(
            m3u(
                *(
                    f'#EXTINF:-1 tvg-chno="{no}",{n}\nhttp://s.example/{n}'
                    for no, n in fields
                )
            )
        )

        assert [n for n in shop.names() if n != "E"] == ["D", "A", "B", "C"]
        assert shop.channels()["A"].number == 10

    @pytest.mark.parametrize("number", ["99999999999", "0", "-5", "2147483648"])
    def test_numbers_that_cannot_be_are_made_up(self, shop, number):
        shop.take(one(f'#EXTINF:-1 tvg-chno="{number}",N'))

        assert shop.channels()["N"].number == 1

    def test_shifts_of_the_guide(self, shop):
        shop.take(
            '#EXTM3U tvg-shift="-1"\n'
            '#EXTINF:-1 tvg-id="e" tvg-shift="3",West\nhttp://s.example/1\n'
            '#EXTINF:-1 tvg-id="e" tvg-shift=-1.5,Half\nhttp://s.example/2\n'
            '#EXTINF:-1 tvg-id="e",East\nhttp://s.example/3\n'
            '#EXTINF:-1 tvg-id="e" tvg-shift="+5:30",Far\nhttp://s.example/4\n'
            '#EXTINF:-1 tvg-id="e" tvg-shift="0",Here\nhttp://s.example/5\n'
        )

        told = {name: c.guide_shift_minutes for name, c in shop.channels().items()}
        assert told == {"West": 180, "Half": -90, "East": -60, "Far": 330, "Here": 0}


class TestBytes:
    """What a file is packed and written in."""

    @pytest.mark.feature("IE-13")
    @pytest.mark.parametrize(
        "content",
        [
            gzip.compress(PLAIN.encode()),
            lzma.compress(PLAIN.encode()),
            bz2.compress(PLAIN.encode()),
            gzip.compress(gzip.compress(PLAIN.encode())),
            PLAIN.encode("utf-16"),
            PLAIN.encode("utf-16-le"),
            PLAIN.encode("utf-16-be"),
            gzip.compress(PLAIN.encode("utf-16")),
            b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode(),
            PLAIN.replace("\n", "\r").encode(),
            b"\n# a licence\n#PLAYLIST: Mine\n" + PLAIN.encode(),
            PLAIN.lower().replace("plain", "Plain").encode(),
            PLAIN.removeprefix("#EXTM3U\n").encode(),
        ],
        ids=range(13),
    )
    def test_are_understood(self, shop, content):
        shop.take(content)

        assert shop.names() == ["Plain"]

    @pytest.mark.feature("IE-13")
    @pytest.mark.parametrize(
        "content",
        [
            CYRILLIC.replace("M3U\n", "M3U\n#EXTENC:windows-1251\n").encode("cp1251"),
            CYRILLIC.replace("M3U\n", "M3U encoding='koi8-r'\n").encode("koi8-r"),
            CYRILLIC.replace("M3U\n", "M3U\n#EXTENC: UTF-8\n").encode(),
            CYRILLIC.encode("utf-16"),
        ],
        ids=range(4),
    )
    def test_are_read_in_the_encoding_they_declare(self, shop, content):
        shop.take(content)

        (channel,) = shop.channels().values()
        assert (channel.name, channel.group_title) == ("Вторая программа", "Дом")

    def test_a_file_of_addresses_alone(self, shop):
        shop.take("http://s.example/5/stream.m3u8\nhttp://s.example/6.ts\n")

        assert sorted(shop.names()) == ["6.ts", "stream.m3u8"]

    def test_what_is_cut_while_packed_is_refused(self, shop):
        job = shop.take(gzip.compress(PLAIN.encode() * 1000)[:-20])

        assert (job.state, job.code) == (JobState.FAILED, "playlist_damaged")


LEADS_TO = [
    ("http://s.example/a/index.m3u8?x=1", "m3u8"),
    ("http://s.example/chan/77.ts", "ts"),
    ("http://s.example/77/mpegts", "ts"),
    ("http://s.example/d/manifest.mpd", "mpd"),
    ("http://s.example/radio.mp3", "mp3"),
    ("http://s.example/play?ch=1&form=index.m3u8", "m3u8"),
    ("http://up.example:8080/live/u/p/55.m3u8", "m3u8"),
    ("http://up.example:8080/u/p/55", "ts"),
    ("http://s.example/what", "\x03"),
]


class TestStreams:
    """What is needed to play a source reaches whoever plays it."""

    @pytest.mark.parametrize(("address", "ending"), LEADS_TO)
    def test_addresses_end_as_what_comes_back(self, shop, address, ending):
        shop.take(one("#EXTINF:-1,A", address))

        assert shop.shown_entries()["A"][-1].endswith(f".{ending}")

    @pytest.mark.parametrize(
        ("between", "suffix"),
        [
            ("#KODIPROP:mimetype=video/mp2t", "ts"),
            ("#KODIPROP:inputstream.adaptive.manifest_type=mpd", "mpd"),
        ],
    )
    def test_a_kind_that_is_said_counts(self, shop, between, suffix):
        shop.take(one("#EXTINF:-1,A", "http://s.example/what", between))

        assert shop.shown_entries()["A"][-1].endswith(f".{suffix}")

    @pytest.mark.parametrize(
        ("described", "between", "address", "lines"),
        [
            (
                "#EXTINF:-1,A",
                ["#EXTVLCOPT:http-user-agent=A Box/1.0 (X; Y)", "#EXTVLCOPT:program=3"],
                "http://s.example/1",
                ["#EXTVLCOPT:http-user-agent=A Box/1.0 (X; Y)", "#EXTVLCOPT:program=3"],
            ),
            (
                "#EXTINF:-1,A",
                [],
                "http://s.example/1|User-Agent=A Box/1.0 (X; Y)&Referer=http%3A%2F%2Fr/",
                [
                    "#EXTVLCOPT:http-user-agent=A Box/1.0 (X; Y)",
                    "#EXTVLCOPT:http-referrer=http://r/",
                ],
            ),
            (
                "#EXTINF:-1,A",
                [],
                "http://s.example/1|Origin=http://o.example&cookie=a=b",
                ['#EXTHTTP:{"Origin": "http://o.example", "cookie": "a=b"}'],
            ),
            (
                '#EXTINF:-1 user-agent="Box/2" http-referrer="http://r/",A',
                [],
                "http://s.example/1",
                [
                    "#EXTVLCOPT:http-user-agent=Box/2",
                    "#EXTVLCOPT:http-referrer=http://r/",
                ],
            ),
            (
                "#EXTINF:-1,A",
                [
                    "#KODIPROP:inputstream=inputstream.adaptive",
                    "#kodiprop:inputstream.adaptive.license_type=com.widevine.alpha",
                    '#EXTHTTP:{"cookie":"c"}',
                    "#EXTVLCOPT:sout=file:/etc/x",
                ],
                "http://s.example/1",
                [
                    "#KODIPROP:inputstream=inputstream.adaptive",
                    "#KODIPROP:inputstream.adaptive.license_type=com.widevine.alpha",
                    '#EXTHTTP:{"cookie":"c"}',
                ],
            ),
        ],
    )
    def test_header_fields_and_options_are_given_on(
        self, shop, described, between, address, lines
    ):
        shop.take(one(described, address, *between))

        assert shop.channels()["A"].address == "http://s.example/1"
        assert shop.shown_entries()["A"][1:-1] == lines

    def test_options_are_of_one_channel(self, shop):
        shop.take(
            m3u(
                "#EXTINF:-1,A\n#EXTVLCOPT:program=1\nhttp://s.example/1",
                "#EXTINF:-1,B\nhttp://s.example/2",
            )
        )

        assert len(shop.shown_entries()["B"]) == 2

    def test_radio(self, shop):
        shop.take(
            m3u(
                '#EXTINF:-1 radio="true",Said\nhttp://s.example/1',
                "#EXTINF:-1,Heard\nhttp://s.example/2.aac",
                "#EXTINF:-1,Seen\nhttp://s.example/3.ts",
            )
        )

        shown = shop.shown_entries()
        assert 'radio="true"' in shown["Said"][0]
        assert 'radio="true"' in shown["Heard"][0]
        assert "radio" not in shown["Seen"][0]
        kinds = {name: stream["stream_type"] for name, stream in shop.streams().items()}
        assert kinds == {
            "Said": "radio_streams",
            "Heard": "radio_streams",
            "Seen": "live",
        }

    @pytest.mark.parametrize(
        ("fields", "address", "days", "archive"),
        [
            ('catchup-days="4"', "http://s.example/1.m3u8", 4, ""),
            ('timeshift="2"', "http://s.example/1.m3u8", 2, ""),
            ('tvg-rec="5"', "http://s.example/1.m3u8", 5, ""),
            ('catchup="shift"', "http://s.example/1.m3u8", 3, ""),
            (
                (
                    'catchup="default" catchup-days="7"'
                    ' catchup-source="http://arc.example/x?from={utc}&dur={duration}"'
                ),
                "http://s.example/1.m3u8",
                7,
                "http://arc.example/x?from={utc}&dur={duration}",
            ),
            (
                'catchup="append" catchup-days="3" catchup-source="?s=${start}&e=${end}"',
                "http://s.example/1.m3u8",
                3,
                "http://s.example/1.m3u8?s=${start}&e=${end}",
            ),
            (
                'catchup="append" catchup-days="3" catchup-source="?s=${start}"',
                "http://s.example/1.m3u8?k=1",
                3,
                "http://s.example/1.m3u8?k=1&s=${start}",
            ),
            (
                'catchup="flussonic" catchup-days="5"',
                "http://s.example/one/index.m3u8?tok=1",
                5,
                "http://s.example/one/timeshift_abs-${start}.m3u8?tok=1",
            ),
            (
                'catchup="fs" catchup-days="5"',
                "http://s.example/one/mpegts",
                5,
                "http://s.example/one/timeshift_abs-${start}.ts",
            ),
            (
                'catchup-type="xc" catchup-days="2"',
                "http://up.example:8080/live/uu/pp/55.m3u8",
                2,
                (
                    "http://up.example:8080/timeshift/uu/pp/{duration:60}"
                    "/{Y}-{m}-{d}:{H}-{M}/55.m3u8"
                ),
            ),
            ('catchup="none" catchup-days="2"', "http://s.example/1.m3u8", 0, ""),
            ('catchup="shift" catchup-days="0"', "http://s.example/1.m3u8", 0, ""),
        ],
    )
    def test_archives_are_asked_in_their_own_form(
        self, shop, fields, address, days, archive
    ):
        shop.take(one(f"#EXTINF:-1 {fields},A", address))

        source = shop.sources()["A"]
        assert (source.catchup_days, source.archive) == (days, archive)
        assert ('catchup="default"' in shop.shown_entries()["A"][0]) == bool(days)

    def test_what_the_head_says_of_archives_holds_for_all(self, shop):
        shop.take(
            '#EXTM3U catchup="append" catchup-days="6" catchup-source="?u={utc}"\n'
            "#EXTINF:-1,A\nhttp://s.example/1\n"
            '#EXTINF:-1 catchup="none",B\nhttp://s.example/2\n'
        )

        found = shop.sources()
        assert (found["A"].catchup_days, found["A"].archive) == (
            6,
            "http://s.example/1?u={utc}",
        )
        assert found["B"].catchup_days == 0

    def test_a_form_of_archive_that_is_not_known_is_told(self, shop):
        job = shop.take(one('#EXTINF:-1 catchup="magic" catchup-days="3",A'))

        assert shop.channels()["A"].catchup_days == 0
        assert "1 channels imported without catch-up" in job.message

    @pytest.mark.parametrize(
        ("hosts", "signed"),
        [
            ([], "ABC"),
            (["edge.example"], "A"),
            (["*.example"], "ABC"),
            (["*.edge.example"], "B"),
            (["EDGE.example", "https://other.example:8080/"], "AC"),
            (["dge.example", "example"], ""),
        ],
    )
    def test_signed_is_what_lies_on_the_partners_hosts(self, shop, hosts, signed):
        shop.take(
            m3u(
                *("#EXTINF:-1,A", "https://edge.example:8443/a/index.m3u8"),
                *("#EXTINF:-1,B", "http://two.Edge.example/b/index.m3u8"),
                *("#EXTINF:-1,C", "http://other.example/c/index.m3u8"),
            )
        )
        request = checked(UpdateStreamSettings(stream_hosts=hosts))
        with shop.platform.transaction() as work:
            update_stream_settings(work, request, keyring=shop.platform.keyring)

        found = shop.sources()

        assert {n for n in "ABC" if found[n].signing == Signing.SESSION} == {*signed}

    @pytest.mark.parametrize(
        ("hosts", "archive", "signed"),
        [
            (["edge.example"], "https://up.example/a/{utc}.m3u8", "session none"),
            (["up.example"], "https://up.example/a/{utc}.m3u8", "none session"),
            (["*.example"], "https://up.example/a/{utc}.m3u8", "session session"),
            ([], "https://up.example/a/{utc}.m3u8", "session session"),
            (["edge.example"], "", "session session"),
            (["up.example"], "", "none none"),
        ],
    )
    def test_an_archive_is_signed_where_it_lies_itself(
        self, shop, hosts, archive, signed
    ):
        form = f'catchup="default" catchup-source="{archive}"' if archive else ""
        shop.take(one(f'#EXTINF:-1 catchup-days="3" {form},A', "http://edge.example/1"))
        request = checked(UpdateStreamSettings(stream_hosts=hosts))
        with shop.platform.transaction() as work:
            update_stream_settings(work, request, keyring=shop.platform.keyring)

        found = shop.sources()["A"]

        assert [found.signing_from(0), found.signing_from(1)] == signed.split()

    @pytest.mark.parametrize(
        ("address", "is_signed"),
        [
            ("http://edge.example/1/index.m3u8", True),
            ("http://edge.example/1/index.m3u8?quality=hd", True),
            ("udp://@239.1.2.3:5000", False),
            ("rtmp://s.example/live/x", False),
            ("http://s.example/x.m3u8?st=OWN&e=1", False),
            ("http://s.example/x.m3u8?X-Amz-Signature=abc", False),
            ("http://s.example/x.m3u8?token=abc", False),
            ("http://up.example/live/u/p/7.ts", False),
        ],
    )
    def test_only_what_is_ours_is_signed(self, shop, address, is_signed):
        shop.take(one("#EXTINF:-1,A", address))

        assert (shop.channels()["A"].signing != Signing.NONE) == is_signed

    def test_nothing_is_signed_where_staff_said_so(self, shop):
        shop.take(PLAIN, signs=False)

        assert shop.channels()["Plain"].signing == Signing.NONE


class TestOneName:
    @pytest.mark.parametrize(
        ("name", "group"),
        [
            ("News, One", "News;Local|Sport"),
            ('Say "so"', 'A, "B"  C'),
            ("media=1", " media-dir=x ; y "),
            (",", ',"'),
            ("Ünï 🎬", "Ünï/Grüppe"),
        ],
    )
    def test_channel_and_group_are_called_alike_in_all_lists(self, shop, name, group):
        shop.take(one("#EXTINF:-1,A"))
        shop.change("A", name=name, group=group)

        [(told, lines)] = shop.shown_entries().items()
        [stream] = shop.streams().values()
        [category] = shop.categories()
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', lines[0]))
        assert told == attributes["tvg-name"] == stream["name"] != ""
        assert attributes["group-title"] == category["category_name"] != ""
        assert stream["category_id"] == category["category_id"]
        assert not set(";|") & set(category["category_name"])


class TestMarks:
    @pytest.mark.parametrize(
        ("fields", "is_adult"),
        [
            ('parent-code="1234"', True),
            ('censored="1"', True),
            ('adult="true"', True),
            ('group-title="Erotic"', True),
            ('group-title="Adults 18+"', True),
            ('group-title="Für Erwachsene"', True),
            ('group-title="Взрослые"', True),
            ('censored="0" group-title="Adult Swim"', False),
            ('group-title="Top 180"', False),
        ],
    )
    def test_for_adults(self, shop, fields, is_adult):
        shop.take(one(f"#EXTINF:-1 {fields},A"))

        assert shop.channels()["A"].is_adult == is_adult
        assert ('censored="1"' in shop.shown_entries()["A"][0]) == is_adult
        assert shop.streams()["A"]["is_adult"] == ("1" if is_adult else "0")

    def test_the_rule_for_groups_can_be_left(self, shop):
        shop.take(one('#EXTINF:-1 group-title="Erotic",A'), marks_adult_groups=False)

        assert not shop.channels()["A"].is_adult

    def test_marks_by_groups_are_told(self, shop):
        job = shop.take(one('#EXTINF:-1 group-title="Erotic",A'))

        assert "1 were marked as adult by their groups." in job.message


class TestNothingIsLostInSilence:
    def test_relative_lines_of_a_file_have_no_address(self, shop):
        job = shop.take(
            m3u("#EXTINF:-1,Rel\nlive/one.m3u8", "#EXTINF:-1,Abs\n/two.m3u8")
        )

        assert [c.is_on for c in shop.channels().values()] == [False, False]
        assert "2 channels have no URL and were disabled." in job.message
        assert [line.text for line in job.left_out] == ["Rel", "Abs"]

    @pytest.mark.parametrize(
        "film",
        [
            "#EXTINF:-1 group-title='FILMS',F\nhttp://s.example/movie/u/p/2.mkv",
            "#EXTINF:-1 group-title='SERIES',F\nhttp://s.example/series/u/p/3.mp4",
            "#EXTINF:-1 tvg-type='movie',F\nhttp://s.example/2",
            "#EXTINF:5400,F\nhttp://s.example/files/A.Film.avi",
            "#EXTINF:-1,F\n#EXT-X-PLAYLIST-TYPE:VOD\nhttp://s.example/f.m3u8",
            "#EXTINF:-1 group-title='VOD | Drama',F\nhttp://s.example/9.m3u8",
        ],
    )
    def test_films_are_left_out_unless_staff_takes_them(self, shop, film):
        live = "#EXTINF:-1 group-title='Movies',Live\nhttp://s.example/live/u/p/1.ts"

        job = shop.take(m3u(live, film))
        assert shop.names() == ["Live"]
        assert "1 films and episodes skipped." in job.message
        assert [line.text for line in job.left_out] == ["F"]

        shop.take(m3u(live, film), takes_films=True)
        assert shop.names() == ["Live", "F"]

    def test_a_crowd_of_films_does_not_keep_a_channel_out(self, shop):
        films = (
            f'#EXTINF:-1 group-title="VOD",Film {i}\nhttp://s.example/movie/u/p/{i}.mkv'
            for i in range(100_001)
        )
        job = shop.take(m3u("#EXTINF:-1,One\nhttp://s.example/live/u/p/1.ts", *films))

        assert shop.names() == ["One"]
        assert "100,001 films" in job.message

    @pytest.mark.feature("PE-27")
    def test_only_the_groups_chosen_come_in(self, shop):
        content = m3u(
            '#EXTINF:-1 group-title="A",One\nhttp://s.example/1',
            '#EXTINF:-1 group-title="B",Two\nhttp://s.example/2',
            "#EXTINF:-1,Three\nhttp://s.example/3",
        )

        job = shop.take(content, groups=["A", ""])

        assert shop.names() == ["One", "Three"]
        assert "1 channels skipped: their groups were not selected." in job.message

    def test_what_a_list_names_twice_comes_in_once(self, shop):
        twice = '#EXTINF:-1 tvg-id="d" tvg-chno="5",Twice\nhttp://s.example/same'
        content = m3u(twice, twice, twice, "#EXTINF:-1,Other\nhttp://s.example/other")

        job = shop.take(content)
        assert shop.names() == ["Other", "Twice"]
        assert "2 duplicate channels skipped." in job.message

        again = shop.take(content)
        assert again.message.startswith("0 channels added, 2 updated. 2 duplicate")
        assert shop.names() == ["Other", "Twice"]

    def test_lines_that_are_no_addresses_are_named(self, shop):
        job = shop.take(
            m3u("#EXTINF:-1,A\nhttp://[2001:db8::1/x", "what is this?") + PLAIN
        )

        assert shop.names() == ["Plain"]
        told = [(line.line, line.text, line.reason) for line in job.left_out]
        assert told == [
            (3, "A", "Players cannot open this URL."),
            (4, "what is this?", "This is not a valid URL."),
        ]

    def test_a_value_that_is_too_long_leaves_the_rest(self, shop):
        job = shop.take(
            m3u(
                f'#EXTINF:-1 tvg-id="{"i" * 3000}" tvg-logo="http://i/{"l" * 5000}",Long',
                "http://s.example/1",
                "#EXTINF:-1,Short\nhttp://s.example/2",
            )
        )

        assert shop.names() == ["Long", "Short"]
        assert "2 logos, groups, guide IDs or numbers skipped" in job.message

    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            (
                "http://s.example/Канал/i.m3u8",
                "http://s.example/%D0%9A%D0%B0%D0%BD%D0%B0",
            ),
            ("http://[2001:db8::1]:8080/x.m3u8", "http://[2001:db8::1]:8080/x.m3u8"),
            ("http://тв.example.net/x.m3u8", "http://xn--b1a5a.example.net/x.m3u8"),
            ("http://s.example/a%zz/%E9.m3u8", "http://s.example/a%25zz/%E9.m3u8"),
            ("http://s.example/a b.m3u8", "http://s.example/a%20b.m3u8"),
            ("rtmp://s.example/live/x", "rtmp://s.example/live/x"),
            ("acestream://0123456789abcdef", "acestream://0123456789abcdef"),
        ],
    )
    def test_odd_addresses_are_kept(self, shop, written, kept):
        shop.take(one("#EXTINF:-1,A", written))

        assert shop.channels()["A"].address.startswith(kept)


def by_ids(password, *fields):
    return m3u(
        *(
            f'#EXTINF:-1 tvg-id="id{i}" group-title="{group}",{name}\n'
            f"http://up.example/live/u/{password}/{i}.ts"
            for i, (group, name) in enumerate(fields)
        )
    )


class TestTheSameListAgain:
    def test_what_staff_said_stays(self, shop):
        listed = m3u(
            '#EXTINF:-1 tvg-id="rn" tvg-logo="http://i/o.png" group-title="Old",Name it\n'
            "http://s.example/0.m3u8",
            '#EXTINF:-1 group-title="Old",Gone later\nhttp://s.example/1.m3u8',
        )
        shop.take(listed)
        shop.change(
            "Name it",
            name="Mine",
            group="New",
            logo="http://i/n.png",
            is_adult=True,
            catchup_days=9,
        )

        job = shop.take(
            m3u(
                '#EXTINF:-1 tvg-id="rn" tvg-logo="http://i/x.png" group-title="Other"'
                ' catchup-days="2",Name it\nhttp://s.example/moved.m3u8'
            )
        )

        mine = shop.channels()["Mine"]
        assert (mine.group_title, mine.logo) == ("New", "http://i/n.png")
        assert (mine.is_adult, mine.catchup_days) == (True, 9)
        assert mine.address == "http://s.example/moved.m3u8"
        assert job.message.startswith("0 channels added, 1 updated. 1 are missing")
        assert job.vanished == ["Gone later"]
        gone = shop.channels()["Gone later"]
        assert gone.vanished_at is not None
        assert gone.is_on

        again = shop.take(listed)
        assert again.vanished == []
        assert shop.channels()["Gone later"].vanished_at is None

    def test_a_channel_that_staff_renamed_is_known_by_what_it_was_called(self, shop):
        shop.take(m3u('#EXTINF:-1 group-title="G",A\nhttp://s.example/1'))
        shop.change("A", name="Mine", group="New")

        job = shop.take(m3u('#EXTINF:-1 group-title="G",A\nhttp://s.example/2'))

        assert job.message == "0 channels added, 1 updated."
        assert shop.channels()["Mine"].address == "http://s.example/2"

    def test_new_passwords_groups_and_names_double_nothing(self, shop):
        shop.take(by_ids("OLD", ("G", "Chan 0"), ("G", "Chan 1"), ("G", "Chan 2")))
        before = {c.guide_id: c.stream_id for c in shop.channels().values()}

        job = shop.take(
            by_ids("NEW", ("G", "Chan 0"), ("H", "Chan 1"), ("H", "C2 FHD"))
        )

        after = {c.guide_id: c.stream_id for c in shop.channels().values()}
        assert (job.message, after) == ("0 channels added, 3 updated.", before)
        assert all("/NEW/" in c.address for c in shop.channels().values())

    def test_nor_does_a_new_password_where_there_are_no_ids(self, shop):
        shop.take(one("#EXTINF:-1,A", "http://up.example/live/u/OLD/7.ts"))

        job = shop.take(one("#EXTINF:-1,A FHD", "http://up.example/live/u/NEW/7.ts"))

        assert job.message == "0 channels added, 1 updated."

    def test_an_id_that_several_have_tells_none_of_them(self, shop):
        same = '#EXTINF:-1 tvg-id="x",'
        shop.take(m3u(f"{same}A\nhttp://s.example/1", f"{same}B\nhttp://s.example/2"))

        job = shop.take(m3u(f"{same}C\nhttp://s.example/3"))

        assert job.message.startswith("1 channels added, 0 updated.")

    def test_addresses_that_changed_places_follow_their_ids(self, shop):
        def listed(a, b):
            return m3u(
                f'#EXTINF:-1 tvg-id="a",A\nhttp://s.example/{a}',
                f'#EXTINF:-1 tvg-id="b",B\nhttp://s.example/{b}',
            )

        shop.take(listed(1, 2))
        before = {c.name: c.stream_id for c in shop.channels().values()}
        shop.take(listed(2, 1))

        assert {c.name: c.stream_id for c in shop.channels().values()} == before
        assert shop.channels()["A"].address == "http://s.example/2"

    @pytest.mark.feature("PE-27")
    def test_another_list_makes_nothing_vanish(self, shop):
        shop.take(
            m3u("#EXTINF:-1,A\nhttp://s.example/1", "#EXTINF:-1,B\nhttp://s.example/2")
        )

        shop.take(m3u("#EXTINF:-1,C\nhttp://o.example/1"))

        assert not any(c.vanished_at for c in shop.channels().values())

    def test_files_of_one_name_are_one_list(self, shop):
        several = (f"#EXTINF:-1,{i}\nhttp://s.example/{i}" for i in range(10))
        shop.take(m3u(*several), file_name="mine.m3u")

        job = shop.take(m3u("#EXTINF:-1,0\nhttp://s.example/0"), file_name="mine.m3u")

        assert len(job.vanished) == 9

    def test_channels_left_out_by_choice_have_not_vanished(self, shop):
        content = m3u(
            '#EXTINF:-1 group-title="A",One\nhttp://s.example/1',
            '#EXTINF:-1 group-title="B",Two\nhttp://s.example/2',
        )
        shop.take(content)

        job = shop.take(content, groups=["A"])

        assert job.vanished == []

    @pytest.mark.feature("PE-27")
    def test_an_empty_answer_changes_nothing(self, shop):
        shop.take(PLAIN)

        job = shop.take("#EXTM3U\n")

        assert (job.state, job.code) == (JobState.FAILED, "empty_playlist")
        assert shop.channels()["Plain"].vanished_at is None
