"""The database counts months as Python does, on every zone's wall clock."""

import json
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from sqlalchemy import text

from billing.subscriptions.clock_changes import changes_of, clocks_of
from billing.subscriptions.terms import Anchor

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SOME = 24
"""Zones by chance, beside those that are odd."""
ODD = (
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "America/Asuncion",
    "America/St_Johns",
    "Antarctica/Troll",
    "Australia/Lord_Howe",
    "CET",
    "EST5EDT",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
)
REACHED = """
SELECT n, (wall - offsets[width_bucket(wall, walls)]) AT TIME ZONE 'UTC'
  FROM jsonb_to_recordset(CAST(:clocks AS jsonb))
       AS c (zone text, changes timestamptz[], walls timestamp[], offsets interval[])
  JOIN unnest(CAST(:zones AS text[]), CAST(:ats AS timestamptz[]),
              CAST(:months AS integer[]))
       WITH ORDINALITY AS a (zone, at, months, n) USING (zone)
 CROSS JOIN LATERAL (
    SELECT at AT TIME ZONE 'UTC' + offsets[width_bucket(at, changes)]
           + make_interval(months => months)
  ) AS counted (wall)
 ORDER BY n
"""
"""As `renewal_set.sql` says it."""


def anchors():
    """Instants by chance, and around each change of the clock, in many zones."""
    chance = random.Random(7)
    zones = {*ODD, *chance.sample(sorted(available_timezones()), SOME)}
    for name in sorted(zones):
        for change in changes_near(name, chance):
            for hours in (-25, -3, -1, -0.5, 0, 0.25, 1, 2, 26):
                moved = back(
                    change + timedelta(hours=hours), name, chance.randint(1, 25)
                )
                yield name, moved
        for _ in range(20):
            yield name, (UTC_SINCE + chance.random() * timedelta(days=20_000), 1)


UTC_SINCE = datetime(2001, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)


def changes_near(name, chance):
    since = datetime(2005 + chance.randint(0, 30), 1, 1, tzinfo=UTC)
    changes = changes_of(ZoneInfo(name), since, since + timedelta(days=800))
    return [change.at for change in changes]


def back(at, name, months):
    """An anchor that reaches about `at` after so many months."""
    wall = at.astimezone(ZoneInfo(name))
    year, month = divmod(wall.year * 12 + wall.month - 1 - months, 12)
    day = min(wall.day, 28)
    return wall.replace(year=year, month=month + 1, day=day).astimezone(UTC), months


@pytest.mark.feature("SU-13")
def test_months_reach_the_same_instants(database):
    asked = list(anchors())
    zones = [name for name, _ in asked]
    values = {
        "clocks": json.dumps(clocks_of(set(zones), NOW)),
        "zones": zones,
        "ats": [at for _, (at, _) in asked],
        "months": [months for _, (_, months) in asked],
    }
    with database.transaction() as work:
        rows = work.session.execute(text(REACHED), values).all()

    expected = [
        Anchor(at=at, months=months).reached(ZoneInfo(name))
        for name, (at, months) in asked
    ]
    differing = [
        (case, found, wanted)
        for case, (_, found), wanted in zip(asked, rows, expected, strict=True)
        if found != wanted
    ]
    assert len(asked) > 1000
    assert differing == []


def test_a_zone_that_nobody_knows_has_no_clock():
    assert [clock["zone"] for clock in clocks_of(["Europe/Atlantis", "UTC"], NOW)] == [
        "UTC"
    ]


def test_a_wall_time_that_comes_twice_counts_by_the_first():
    (clock,) = clocks_of(["Europe/Berlin"], NOW)
    at = clock["changes"].index("2026-10-25T01:00:00+00:00")

    assert clock["walls"][at] == "2026-10-25T03:00:00"
    assert clock["offsets"][at] == "3600 seconds"
