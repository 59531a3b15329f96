"""Guides that mean harm: each costs in proportion to its length, and harms itself."""

import codecs
import contextlib
import gzip
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineup.contracts.playlists.jobs import JobState
from lineup.contracts.playlists.refusals import (
    EntitiesRefused,
    GuideTooLarge,
    WrongEncoding,
)
from lineup.errors import Refusal
from playlists.encodings import TEXT
from playlists.guide import times as reading
from playlists.guide import unpack, xmltv
from playlists.guide.normalizer import LONGEST_SECONDS, GuideNormalizer
from playlists.guide.programmes import FIELD, FIELDS
from playlists.guide.times import Times

from .conftest import a_source, evening, guide, run_jobs, shown, source_row

START = "20260601120000 +0000"
STOP = "20260601130000 +0000"


def read(content, longest=1 << 26):
    """The rows of a guide, and the guide."""
    content = content.encode() if isinstance(content, str) else content
    found = xmltv.Guide(unpack.chunks(io.BytesIO(content), longest=longest))
    return list(found.programmes()), found


def tidied(content):
    """COPY's text of a guide, and what was counted."""
    rows, _ = read(content)
    tidy = GuideNormalizer(Times("UTC", 0), 1)
    return b"".join(tidy.blocks(rows)).decode(), tidy


def programme(start=START, stop=STOP, channel="a", inside="<title>T</title>"):
    return f'<programme start="{start}" stop="{stop}" channel="{channel}">{inside}</programme>'


def tv(*parts, head=""):
    return f"{head}<tv>{''.join(parts)}</tv>"


class TestHoweverAProgrammeBegins:
    """What most guides write is read in one go; what stands beside it must not shift."""

    USUAL = f'start="{START}" stop="{STOP}" channel="a"'
    HEADS = (
        (USUAL, ("a", START, STOP)),
        (f'channel="b" start="{START}" stop="{STOP}"', ("b", START, STOP)),
        (f'start="{START}" stop="{STOP}" channel="c&amp;d"', ("c&d", START, STOP)),
        (f'start="{START}" channel="e"', ("e", START, "")),
        (f'{USUAL} clumpidx="0/1"', ("a", START, STOP)),
        (f"start='{START}' stop='{STOP}' channel='f'", ("f", START, STOP)),
    )

    @given(st.lists(st.sampled_from(HEADS), min_size=1, max_size=6))
    def test_each_keeps_its_own_times_and_channel(self, heads):
        content = tv(
            *(
                f"<programme {head}><title>{place}</title></programme>"
                for place, (head, _) in enumerate(heads)
            )
        )

        rows, _ = read(content)

        assert [(*row[:3], row[3].split(FIELD)[0]) for row in rows] == [
            (*expected, str(place)) for place, (_, expected) in enumerate(heads)
        ]

    @pytest.mark.parametrize("head", [USUAL, f"channel='a' {USUAL[:-12]}"])
    def test_a_programme_inside_another_shifts_none(self, head):
        inner = '<programme start="9" stop="9" channel="x"><title>I</title></programme>'

        rows, _ = read(tv(f"<programme {head}>{inner}</programme>", programme()))

        assert [row[:3] for row in rows] == [("a", START, STOP)] * 2


class TestEncodings:
    @pytest.mark.parametrize(
        "name",
        [
            *("zlib", "bz2", "base64", "hex", "quopri", "uu", "rot13", "rot_13"),
            *("punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7"),
            *("undefined", "mbcs", "palmos", "charmap", "..", "os.path", "x" * 40),
        ],
    )
    def test_what_is_no_encoding_of_text_is_refused(self, name):
        head = f'<?xml version="1.0" encoding="{name}"?>'

        with pytest.raises(WrongEncoding, match="is unknown"):
            read(tv(programme(), head=head))

    @pytest.mark.feature("IE-13")
    @pytest.mark.parametrize(
        "name",
        ["UTF-8", "utf8", "iso-8859-1", "latin1", "windows-1252", "koi8-r", "gbk"],
    )
    def test_what_guides_are_written_in_is_read(self, name):
        head = f'<?xml version="1.0" encoding="{name}"?>'

        assert len(read(tv(programme(), head=head).encode(name))[0]) == 1

    def test_every_encoding_that_is_taken_decodes_text_bit_by_bit(self):
        from encodings.aliases import aliases

        names = {
            codecs.lookup(name).name for name in set(aliases.values()) - {"mbcs", "oem"}
        }
        taken = {name for name in names if TEXT.fullmatch(name)}

        assert {"iso8859-1", "cp1252", "utf-16", "shift_jis"} <= taken
        for name in taken:
            assert codecs.getincrementaldecoder(name)().decode(b"") == ""


class TestTimes:
    @pytest.mark.parametrize(
        "written",
        [
            "00010101000000 +0000",
            "99991231235959 +0000",
            "99991231235959",
            "20260601120000 +9959",
            "20260601120000 -1501",
            "٢٠٢٦٠٦٠١١٢٠٠٠٠ +0000",
            "2" * 5000,
            "20260601120000 " + "Z" * 100,
            "21010103000000 +0000",
            "19691229000000 +0000",
            "",
        ],
    )
    def test_these_are_none_and_do_not_stay_in_memory(self, written):
        for shift in (0, 24 * 60, -24 * 60):
            times = Times("America/New_York", shift)

            assert times.read(written) is None
            assert all(len(known) <= reading.LONGEST for known in times.known)

    @given(
        st.integers(1, 9999),
        st.integers(-1440, 1440),
        st.sampled_from(["UTC", "Asia/Tokyo"]),
    )
    def test_any_year_with_any_shift_is_a_time_or_none(self, year, shift, zone):
        for written in (f"{year:04}0101000000", f"{year:04}1231235959 +1400"):
            found = Times(zone, shift).read(written)

            assert found is None or reading.EARLIEST <= found.epoch <= reading.LATEST

    def test_an_end_in_the_year_9999_is_no_end(self):
        text, tidy = tidied(tv(programme(stop="99991231235959 +0000")))

        assert text.split("\t")[2:4] == [
            "2026-06-01 12:00:00+00:00",
            "2026-06-01 13:00:00+00:00",
        ]
        assert tidy.counts.without_end == 1

    def test_nor_is_one_after_a_week(self):
        text, tidy = tidied(
            tv(
                programme(stop="20260701120000 +0000"),
                programme(start="20260701120000 +0000", stop="20260901120000 +0000"),
            )
        )

        assert tidy.counts.without_end == 2
        assert LONGEST_SECONDS == 7 * 86400
        assert text.count("\n") == 2

    def test_a_bad_time_leaves_its_programme_out_alone(self):
        _, tidy = tidied(tv(programme(start="00010101"), programme()))

        assert (tidy.programmes, tidy.counts.without_time) == (1, 1)


class TestLengths:
    def test_long_texts_are_cut_and_counted(self):
        inside = f"<title>{'t' * 100_000}</title><desc>{'d' * 100_000}</desc>"
        inside += f"<episode-num>{'9' * 5000}</episode-num>"
        careful = tv(
            "<!-- not cut into slices -->", programme(inside=inside), programme()
        )
        for content in (tv(programme(inside=inside), programme()), careful):
            rows, found = read(content)

            fields = dict(zip(FIELDS, rows[0][3].split(FIELD), strict=True))
            assert (len(fields["title"]), len(fields["description"])) == (500, 8000)
            assert len(fields["episode"]) == 100
            assert (len(rows), found.cut) == (2, 1)

    @given(st.lists(st.integers(0, 30_000), min_size=12, max_size=12))
    def test_no_programme_is_longer_than_its_limit(self, lengths):
        row = ("c", START, STOP, FIELD.join("x" * length for length in lengths))

        bounded = xmltv.Guide(iter(()))._bounded(row)

        for value, most in zip(
            bounded[3].split(FIELD), xmltv.LONGEST_FIELDS, strict=True
        ):
            assert len(value) <= most

    def test_an_id_that_is_too_long_leaves_its_programmes_out(self):
        long = "i" * 501
        content = tv(
            f'<channel id="{long}"><display-name>L</display-name></channel>',
            programme(channel=long),
            programme(channel="i" * 500),
        )

        _, tidy = tidied(content)

        assert list(tidy.spots) == ["i" * 500]
        assert tidy.counts.without_time == 1
        assert read(content)[1].channels == {}

    def test_names_are_cut_and_long_icons_left_out(self):
        name, icon = "((((" * 50_000, "http://x/" + "y" * 5000
        _, found = read(
            tv(
                f'<channel id="a"><display-name>{name}</display-name><icon src="{icon}"/></channel>',
                programme(),
            )
        )

        assert found.channels["a"] == ((name[:500],), "")

    def test_hundreds_of_thousands_of_attributes(self):
        attributes = " ".join(f'a{i}=""' for i in range(300_000))

        for content in (
            tv(programme(), f"<programme {attributes}/>"),
            tv(programme(), programme(inside=f"<title {attributes}/>")),
        ):
            assert len(read(content)[0]) == 2

    def test_deep_nesting(self):
        deep = "<a>" * 100_000 + "</a>" * 100_000

        for remark in ("", "<!-- -->", "<![CDATA[]]>"):
            assert len(read(tv(remark, programme(inside=deep), programme()))[0]) == 2

    def test_nesting_without_an_end(self):
        with pytest.raises(Refusal):
            read(b"<tv>" + b"<a>" * 3_000_000)

    def test_one_line_of_many_megabytes(self):
        for inside in ("x" * (12 << 20), f"<!--{'x' * (12 << 20)}-->"):
            with pytest.raises(Refusal) as refused:
                read(tv(programme(), inside, "<a/>"))

            assert refused.value.code == "not_xmltv"


class TestBombs:
    def test_entities_and_attributes_that_are_added_to_every_element(self):
        for declared in (
            '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">',
            '<!ENTITY % a SYSTEM "file:///etc/passwd">',
            '<!ATTLIST programme x CDATA "xxxxxxxxxxxxxx">',
        ):
            with pytest.raises(EntitiesRefused):
                read(tv(programme(), head=f"<!DOCTYPE tv [{declared}]>"))

    def test_a_name_of_the_usual_document_type_is_fine(self):
        head = '<!DOCTYPE tv SYSTEM "xmltv.dtd">'

        assert len(read(tv(programme(), head=head))[0]) == 1

    def test_of_a_packed_one_only_the_limit_is_unpacked(self):
        bomb = gzip.compress(tv(" " * (8 << 20)).encode())

        with pytest.raises(GuideTooLarge):
            read(bomb, longest=1 << 20)


@given(st.binary(max_size=600))
def test_nothing_but_refusals_comes_of_rubbish(rubbish):
    for content in (rubbish, b"<tv>" + rubbish + b"</tv>", b"\x1f\x8b" + rubbish):
        with contextlib.suppress(Refusal):
            read(content)


@pytest.mark.usefixtures("partner")
def test_what_is_bad_is_left_out_alone_and_said(tools, database):
    """Once such an id filled an index row, and such an end no rendering could write."""
    bad = "".join(f"{i:04x}é" for i in range(100))
    content = guide(
        *evening(40),
        (bad, START, STOP, "An id that is long in bytes"),
        ("b", "99991231235959 +0000", "", "Late"),
        ("c", START, "99991231235959 +0000", "Endless"),
        channels=("news.one", bad, "b", "c"),
    )
    source_id = a_source(tools, content, shift_minutes=60)

    assert run_jobs(tools).state == JobState.DONE
    assert source_row(database, source_id).warnings == [
        "1 programmes without a time or channel were skipped.",
        "1 programmes had an impossible end time.",
    ]
    found = {row[3]: row[2] for row in shown(database, source_id)}
    assert len(found) == 42
    assert found["Endless"] == datetime(2026, 6, 1, 14, tzinfo=UTC)
