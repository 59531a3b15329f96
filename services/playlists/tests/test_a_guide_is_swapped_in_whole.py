"""PE-16: a failed, cut, empty or shrunken fetch leaves the guide as it was."""

import gzip
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from lineup.contracts.playlists.guide import FetchGuide
from lineup.contracts.playlists.jobs import JobState
from playlists.guide.retired import remove_retired
from playlists.guide.sources import fetch_guide

from .conftest import (
    a_source,
    count_programmes,
    evening,
    guide,
    replace_upload,
    run_jobs,
    shown,
    source_row,
)

pytestmark = pytest.mark.usefixtures("partner")

GOOD = guide(*evening(40))
BOMB = "".join(
    f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(10)
)


def fetch_again(tools, source_id, content, *, force=False):
    replace_upload(tools, source_id, content)
    with tools.database.transaction() as work:
        fetch_guide(work, FetchGuide(source_id=source_id, force=force))
    return run_jobs(tools)


@pytest.fixture
def source_id(tools):
    source_id = a_source(tools, GOOD)
    assert run_jobs(tools).state == JobState.DONE
    return source_id


def test_the_planner_knows_a_guide_as_soon_as_it_is_shown(tools, database):
    def known_rows(table):
        with database.transaction() as work:
            statement = text("SELECT reltuples FROM pg_class WHERE relname = :table")
            return work.session.scalar(statement, {"table": table})

    with database.transaction() as work:
        work.session.execute(text("ANALYZE guide_sources, guide_channels"))
    assert known_rows("guide_sources") == known_rows("guide_channels") == 0

    a_source(tools, GOOD)
    assert run_jobs(tools).state == JobState.DONE

    assert known_rows("guide_sources") == known_rows("guide_channels") == 1


def test_a_guide_is_shown_after_its_first_fetch(tools, database, source_id):
    rows = shown(database, source_id)
    assert len(rows) == 40
    assert rows[0] == (
        "news.one",
        datetime(2026, 6, 1, 0, 0, tzinfo=UTC),
        datetime(2026, 6, 1, 0, 10, tzinfo=UTC),
        "Programme 0",
    )
    row = source_row(database, source_id)
    assert (row.programmes, row.channels, row.last_error_code) == (40, 1, "")
    assert row.reaches_until == datetime(2026, 6, 1, 6, 40, tzinfo=UTC)


@pytest.mark.feature("PE-16")
@pytest.mark.parametrize(
    ("code", "content"),
    {
        "cut in a programme": ("guide_truncated", GOOD[:-200]),
        "cut before the end tag": ("guide_truncated", GOOD[:-5]),
        "cut in the packed bytes": ("guide_truncated", gzip.compress(GOOD)[:-40]),
        "packed bytes damaged": (
            "guide_damaged",
            gzip.compress(GOOD)[:-8] + b"\0\0\0\0\0\0\0\0",
        ),
        "rubbish after the packed bytes": (
            "guide_damaged",
            gzip.compress(GOOD) + b"rubbish" * 5,
        ),
        "nothing at all": ("guide_empty", b""),
        "channels only": ("guide_empty", guide()),
        "under half": ("guide_shrunk", guide(*evening(19))),
        "a page": ("not_xmltv", b"<!DOCTYPE html><html><body>Gone</body></html>"),
        "a picture": ("not_xmltv", b"\x00\x01PNG" * 400),
        "text": ("not_xmltv", b"404 page not found"),
        "programmes most of which are broken": (
            "not_xmltv",
            GOOD.replace(b"</title></programme>", b"</title><x></programme>", 21),
        ),
        "entities": (
            "guide_entities",
            guide(*evening(40), head=f"<!DOCTYPE tv [{BOMB}]>"),
        ),
        "an unknown encoding": ("guide_encoding", GOOD.replace(b"UTF-8", b"klingon")),
    }.values(),
)
def test_what_is_not_a_whole_guide_changes_nothing(
    tools, database, source_id, code, content
):
    before = shown(database, source_id)

    job = fetch_again(tools, source_id, content)

    assert (job.state, job.code) == (JobState.FAILED, code)
    assert source_row(database, source_id).last_error_code == code
    assert shown(database, source_id) == before
    assert count_programmes(database) == 40


BROKEN = "1 programmes or channels skipped: their XML is broken, first at line 1:"
MENDED = {
    "an unclosed programme": (
        GOOD.replace(b"</title></programme>", b"</title>", 1),
        39,
        f"{BROKEN} it does not end.",
    ),
    "a tag that does not close": (
        GOOD.replace(b"Programme 7<", b"Programme<br><"),
        39,
        f"{BROKEN} mismatched tag.",
    ),
    "rubbish after the end": (
        GOOD + b"<!-- made in 0.1 s -->\nBye",
        40,
        "3 bytes before or after the guide were ignored.",
    ),
    "one guide behind another": (
        guide(*evening(20)) + guide(*evening(20, day="20260602")),
        40,
        None,
    ),
    "complaints of a server before it": (
        b"<br />\n<b>Notice</b>: no such index\n" + GOOD,
        40,
        "35 bytes before or after the guide were ignored.",
    ),
    "blanks before the declaration": (b"\xef\xbb\xbf\n \n" + GOOD, 40, None),
    "a byte of another encoding": (
        GOOD.replace(b"Programme 39", "Fußball".encode("latin-1")),
        40,
        "Broken XML was repaired: 1 bytes in another encoding.",
    ),
    "stray marks": (
        GOOD.replace(b"Programme 3<", b"R&B <3 & Q&amp;A<"),
        40,
        "Broken XML was repaired: 3 stray & or <.",
    ),
    "entities of HTML": (
        GOOD.replace(b"Programme 3<", b"Caf&eacute;&nbsp;&amp;&unknown;<"),
        40,
        "Broken XML was repaired: 1 stray & or <, 2 HTML entities.",
    ),
    "control characters": (
        GOOD.replace(b"Programme 3<", b"A\x00\x0bB&#11;&#x1F;<"),
        40,
        "Broken XML was repaired: 4 control characters.",
    ),
    "remarks everywhere": (
        GOOD.replace(b"<title>", b"<!-- </programme> --><title><![CDATA[<]]>", 10),
        40,
        None,
    ),
    "16 bits a character, unmarked": (GOOD.decode().encode("utf-16-le"), 40, None),
    "16 bits a character, only so it says": (
        GOOD.replace(b"UTF-8", b"utf-16"),
        40,
        None,
    ),
    "a byte its own encoding does not know": (
        GOOD.replace(b"UTF-8", b"cp1251").replace(b"Programme 3<", b"A\x98\xcf<"),
        40,
        "Broken XML was repaired: 1 bytes in another encoding.",
    ),
}


@pytest.mark.parametrize(
    ("content", "count", "warning"), MENDED.values(), ids=MENDED.keys()
)
def test_the_smallest_broken_piece_is_mended_or_left_out_and_told(
    tools, database, content, count, warning
):
    source_id = a_source(tools, content)

    assert run_jobs(tools).state == JobState.DONE
    row = source_row(database, source_id)
    assert row.programmes == count
    assert (warning in row.warnings) if warning else not row.warnings


class TestWhatIsHeldOn:
    """A guide that is much smaller, and one that is worth nothing any more."""

    def test_a_guide_that_is_over_gives_way(self, tools, database, clock, source_id):
        clock.forward(days=100)

        assert fetch_again(
            tools, source_id, guide(*evening(3, day="20260701"))
        ).state == (JobState.DONE)

    def test_only_what_is_to_come_is_counted(self, tools, clock, source_id):
        """Of the 40 programmes 4 are to come; 30 old ones are no match for them."""
        clock.forward(days=91, hours=-3, minutes=-30)

        old = guide(*evening(30), *evening(3, day="20260602"))
        assert fetch_again(tools, source_id, guide(*evening(30))).code == "guide_shrunk"
        assert fetch_again(tools, source_id, old).state == JobState.DONE

    def test_what_stays_small_for_a_day_is_taken(self, tools, clock, source_id):
        small = guide(*evening(5))
        for hours in (0, 8, 8, 7):
            clock.forward(hours=hours)
            assert fetch_again(tools, source_id, small).code == "guide_shrunk"
        clock.forward(hours=1)

        assert fetch_again(tools, source_id, small).state == JobState.DONE

    def test_a_day_begins_anew_after_a_guide_of_the_usual_size(
        self, tools, clock, source_id
    ):
        small = guide(*evening(5))
        fetch_again(tools, source_id, small)
        clock.forward(hours=20)
        fetch_again(tools, source_id, guide(*evening(41)))
        clock.forward(hours=20)

        assert fetch_again(tools, source_id, small).code == "guide_shrunk"


@pytest.mark.feature("PE-16")
def test_a_cut_guide_is_refused_with_the_place(tools, source_id):
    job = fetch_again(tools, source_id, GOOD[:-200])

    place = re.fullmatch(r"The guide ends at line 1, column (\d+)\.", job.message)
    assert place
    assert len(GOOD) - 300 < int(place[1]) < len(GOOD) - 199


def test_the_next_good_fetch_clears_the_error(tools, database, source_id):
    fetch_again(tools, source_id, b"")

    fetch_again(tools, source_id, guide(*evening(50)))

    assert source_row(database, source_id).last_error_code == ""
    assert len(shown(database, source_id)) == 50


def test_staff_can_force_a_much_smaller_guide(tools, database, source_id):
    job = fetch_again(tools, source_id, guide(*evening(3)), force=True)

    assert job.state == JobState.DONE
    assert len(shown(database, source_id)) == 3


def test_force_does_not_take_a_cut_guide(tools, database, source_id):
    assert fetch_again(tools, source_id, GOOD[:-200], force=True).code == (
        "guide_truncated"
    )
    assert len(shown(database, source_id)) == 40


def test_the_same_bytes_again_write_no_row(tools, database, source_id):
    before = source_row(database, source_id).import_id

    job = fetch_again(tools, source_id, GOOD)

    assert job.message == "The guide has not changed."
    assert source_row(database, source_id).import_id == before


def test_rows_that_were_replaced_are_cleared_away(tools, database, source_id):
    fetch_again(tools, source_id, guide(*evening(50)))
    assert count_programmes(database) == 90

    turns = 0
    with database.transaction() as work:
        while remove_retired(work):
            turns += 1

    assert count_programmes(database) == 50
    assert turns == 2


@pytest.mark.parametrize(
    "packed",
    {
        "plain": GOOD,
        "gzip": gzip.compress(GOOD),
        "gzip in members": gzip.compress(GOOD[:999]) + gzip.compress(GOOD[999:]),
        "with a byte order mark": b"\xef\xbb\xbf" + GOOD,
        "utf-16": GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        "latin-1": GOOD.replace(b"UTF-8", b"ISO-8859-1"),
        "with a document type": GOOD.replace(
            b"<tv>", b'<!DOCTYPE tv SYSTEM "xmltv.dtd"><tv>'
        ),
        "with comments": GOOD.replace(
            b"<programme", b"<!-- </programme> --><programme"
        ),
    }.values(),
)
def test_every_form_of_a_guide_gives_the_same_rows(tools, database, packed):
    source_id = a_source(tools, packed)

    assert run_jobs(tools).message == "40 programmes of 1 channels."
    assert [row[3] for row in shown(database, source_id)] == [
        f"Programme {i}" for i in range(40)
    ]
