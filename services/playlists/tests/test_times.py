"""PE-11: every time becomes the instant it means, wherever this runs."""

import os
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.guide.times import Times


def instant(written, zone="UTC", shift=0):
    return Times(zone, shift).read(written).text


@pytest.mark.feature("PE-11")
@pytest.mark.parametrize(
    "written",
    [
        "20260601200000 +0200",
        "20260601180000 +0000",
        "20260601180000",
        "202606011800",
        "2026060118 UTC",
        "20260601190000 BST",
        "20260601133000 -0430",
        "20260601200000 +02:00",
        " 20260601180000 Z ",
        "2026-06-01T18:00:00Z",
        "2026-06-01T20:00:00.250+02:00",
        "2026-06-01 18:00",
        "2026-06-01 20:00:00 +0200",
        "2026/06/01 18:00:00",
        "20260601T180000Z",
        "20260601200000 Europe/Paris",
        "20260601140000 America/New_York",
        "20260601200000 +2",
        "20260601200000 +200",
        "20260601200000 GMT+2",
        "20260601133000 UTC-4:30",
        "20260601180000.000 +0000",
        "20260601180000,5",
        "1780336800",
        "1780336800000",
        "1780336800.0",
    ],
)
def test_all_of_these_are_one_instant(written):
    assert instant(written) == "2026-06-01 18:00:00+00:00"


def test_shifts_and_zones_of_the_source():
    assert instant("20260601200000 +0200", shift=-60) == "2026-06-01 17:00:00+00:00"
    assert instant("20260601200000", "Europe/Berlin") == "2026-06-01 18:00:00+00:00"
    assert instant("20261201200000", "Europe/Berlin") == "2026-12-01 19:00:00+00:00"


def test_a_day_ends_at_24_hours_and_a_day_alone_is_its_beginning():
    for written in ("20260601240000", "2026-06-01T24:00:00Z", "2026-06-02", "20260602"):
        assert instant(written) == "2026-06-02 00:00:00+00:00"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "tomorrow",
        "20261332000000",
        "01.06.2026",
        "99999999999999",
        "20260601250000",
    ],
)
def test_what_is_no_time_is_none(written):
    assert Times("UTC", 0).read(written) is None


def test_local_times_are_counted_and_unknown_zones_named():
    times = Times("Europe/Berlin", 0)
    times.read("20260601200000")
    times.read("20260601210000 XYZ")

    assert (times.without_zone, times.unknown_zones) == (2, {"XYZ"})


def test_an_hour_that_comes_twice_has_a_later_reading():
    read = Times("Europe/Berlin", 0).read("20261025023000")

    assert read.later.epoch - read.epoch == 3600


@pytest.mark.feature("PE-11")
def test_the_zone_of_the_machine_does_not_matter(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert instant("20260601180000") == "2026-06-01 18:00:00+00:00"
    finally:
        os.environ.pop("TZ")
        time.tzset()


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_an_offset_is_undone_exactly(local, minutes):
    local = local.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    written = local.strftime("%Y%m%d%H%M%S %z")

    assert instant(written) == local.astimezone(UTC).isoformat(" ")
