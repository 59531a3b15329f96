"""Ends, overlaps, doubles, clock changes: what reaches the table is in order."""

from datetime import UTC, datetime

import pytest

from .conftest import a_source, guide, run_jobs, shown, source_row

pytestmark = pytest.mark.usefixtures("partner")


def times_of(tools, database, *rows, **fields):
    programmes = (("news.one", *row, "T") for row in rows)
    source_id = a_source(tools, guide(*programmes), **fields)
    run_jobs(tools)
    told = [
        f"{start:%H:%M}-{stop:%H:%M}"
        for _, start, stop, _ in shown(database, source_id)
    ]
    return told, source_row(database, source_id).warnings


def test_the_later_start_cuts_the_earlier_end(tools, database):
    told, warnings = times_of(
        tools,
        database,
        ("20260601180000 +0000", "20260601193000 +0000"),
        ("20260601190000 +0000", "20260601200000 +0000"),
    )

    assert told == ["18:00-19:00", "19:00-20:00"]
    assert warnings == ["1 programmes overlapped and were shortened."]


def test_a_missing_end_is_the_next_start_and_the_last_one_lasts_an_hour(
    tools, database
):
    told, warnings = times_of(
        tools, database, ("20260601180000 +0000", ""), ("20260601190000 +0000", "")
    )

    assert told == ["18:00-19:00", "19:00-20:00"]
    assert warnings == ["2 programmes had an impossible end time."]


@pytest.mark.parametrize("is_unsorted", [False, True])
def test_without_an_end_a_programme_does_not_last_until_the_next_guide(
    tools, database, is_unsorted
):
    rows = [
        ("20260601070000 +0000", ""),
        ("20260605010000 +0000", ""),
        ("20260605060000 +0000", "20260605070000 +0000"),
    ]
    told, _ = times_of(tools, database, *(rows[::-1] if is_unsorted else rows))

    assert told == ["07:00-08:00", "01:00-06:00", "06:00-07:00"]


def test_a_channel_out_of_order_is_put_in_order(tools, database):
    told, warnings = times_of(
        tools,
        database,
        ("20260601200000 +0000", "20260601210000 +0000"),
        ("20260601180000 +0000", ""),
        ("20260601190000 +0000", "20260601203000 +0000"),
        ("20260601180000 +0000", "20260601181000 +0000"),
        ("20260601220000 +0000", "20260601230000 +0000"),
    )

    assert told == ["18:00-19:00", "19:00-20:00", "20:00-21:00", "22:00-23:00"]
    assert "1 channels are not sorted by time." in warnings


def test_doubles_and_what_has_no_time_are_left_out(tools, database):
    told, warnings = times_of(
        tools,
        database,
        ("20260601180000 +0000", "20260601190000 +0000"),
        ("20260601200000 +0200", "20260601210000 +0200"),
        ("soon", "20260601210000 +0000"),
    )

    assert told == ["18:00-19:00"]
    assert warnings == [
        "1 programmes without a time or channel were skipped.",
        "1 duplicate programmes.",
    ]


def test_local_times_on_the_night_of_25_hours(tools, database):
    told, warnings = times_of(
        tools,
        database,
        ("20261025013000", "20261025023000"),
        ("20261025023000", "20261025020000"),
        ("20261025020000", "20261025023000"),
        ("20261025023000", "20261025033000"),
        time_zone="Europe/Berlin",
    )

    assert told == ["23:30-00:30", "00:30-01:00", "01:00-01:30", "01:30-02:30"]
    assert warnings == ["Times without a time zone were read as Europe/Berlin."]


@pytest.mark.feature("PE-17")
def test_the_source_s_shift_moves_all(tools, database):
    told, _ = times_of(
        tools,
        database,
        ("20260601200000 +0200", "20260601213000 +0200"),
        shift_minutes=-60,
    )

    assert told == ["17:00-18:30"]


def test_every_field_comes_through_with_remarks_and_without(tools, database):
    programme = (
        '<programme start="20260601180000 +0000" channel="a"><title lang="de">Tom &amp;'
        " Jerry\t\\</title><sub-title>Sub</sub-title><desc>Line\nline</desc>"
        "<date>2025</date><category>Kids</category><category>Cartoon</category>"
        '<icon src="http://i/1.png"/><episode-num system="onscreen">S01E02</episode-num>'
        '<episode-num system="xmltv_ns">0.1.</episode-num><premiere/><new/>'
        "<rating><value>6</value></rating><star-rating><value>7/10</value></star-rating>"
        "</programme>"
    )
    rows = []
    for body in (programme, "<!-- a remark -->" + programme):
        source_id = a_source(tools, f"<tv>{body}</tv>".encode())
        run_jobs(tools)
        with database.transaction() as work:
            row = work.session.connection().exec_driver_sql(
                "SELECT p.* FROM programmes p JOIN guide_sources s USING (import_id)"
                " WHERE s.id = %s",
                (source_id,),
            )
            rows.append(tuple(row.one())[1:])

    assert rows[0] == rows[1]
    assert rows[0] == (
        1,
        datetime(2026, 6, 1, 18, tzinfo=UTC),
        datetime(2026, 6, 1, 19, tzinfo=UTC),
        "Tom & Jerry\t\\",
        "Sub",
        "Line\nline",
        "Kids\nCartoon",
        "0.1.",
        "http://i/1.png",
        "de///",
        "2025",
        "6",
        "7/10",
        3,
        '<episode-num system="onscreen">S01E02</episode-num>',
    )
