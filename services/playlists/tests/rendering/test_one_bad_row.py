"""A row that raises is put off alone, counted, shown, and stops nobody else's."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from lineup.contracts.paging import Paging
from lineup.contracts.playlists.jobs import JobState, ListJobs
from lineup.delivery import content_name
from lineup.ids import new_id
from playlists import metrics as watching
from playlists.guide.models import GuideSource
from playlists.guide.sources import enqueue_due
from playlists.jobs.models import Job
from playlists.jobs.operations import list_jobs
from playlists.pending.models import AccessFile, ChannelSet
from playlists.pending.operations import mark_changed
from playlists.rendering.backoff import LONGEST_PAUSE, is_outage, pause_after
from playlists.rendering.garbage import GRACE, collect
from playlists.rendering.round_robin import RoundRobin

UNREADABLE = text("UPDATE channel_sets SET manifest = '{}' WHERE id = :id")


@pytest.fixture
def two_sets(platform):
    """The ids of two channel sets that are rendered."""
    users = []
    for number in (1, 2):
        package = platform.package(platform.channel(number), name=f"P{number}")
        users.append(platform.user())
        platform.subscription(users[-1], package)
    platform.render()
    return [platform.fact(user).timeline[0].set_id for user in users]


def execute(platform, statement, **values):
    with platform.database.transaction() as work:
        work.session.execute(statement, values)


def row_of(platform, set_id):
    with platform.database.transaction() as work:
        return work.session.get(ChannelSet, set_id)


def failed_jobs(platform):
    with platform.transaction() as work:
        request = ListJobs(kind="render_channels", paging=Paging())
        return list_jobs(work, request).items


def failing(platform):
    with platform.database.transaction() as work:
        return {f.labels[0]: f.value for f in watching.failing(work)}


def mark(platform):
    with platform.database.transaction() as work:
        mark_changed(work, platform.partner_id)


def test_a_set_that_fails_is_put_off_shown_and_heals(platform, two_sets):
    bad, good = two_sets
    execute(platform, UNREADABLE, id=bad)
    before = row_of(platform, good).revision
    platform.channel(3, package_ids=[])
    execute(platform, text("UPDATE channels SET name = name || ' new'"))
    mark(platform)

    platform.render()

    assert row_of(platform, good).revision == before + 1
    row = row_of(platform, bad)
    assert (row.failures, row.render_at) == (
        1,
        platform.clock.now() + timedelta(seconds=30),
    )
    (job,) = failed_jobs(platform)
    assert (job.state, job.code) == (JobState.FAILED, "render_failed")
    assert failing(platform) == {"facts": 0, "sets": 1}

    platform.clock.forward(seconds=31)
    platform.render()
    assert row_of(platform, bad).failures == 2
    assert len(failed_jobs(platform)) == 1

    execute(
        platform, text("UPDATE channel_sets SET manifest = NULL WHERE id = :id"), id=bad
    )
    platform.clock.forward(seconds=61)
    platform.render()
    assert row_of(platform, bad).failures == 0
    assert failing(platform) == {"facts": 0, "sets": 0}


def test_a_fact_that_fails_holds_up_no_other(platform):
    users = [platform.user() for _ in range(3)]
    platform.render()
    execute(
        platform,
        text("UPDATE access_files SET fact = '{}' WHERE user_id = :id"),
        id=users[1].id,
    )
    for user in users:
        platform.user(user.id, username=f"new{user.id.hex[-8:]}")

    platform.render()

    names = {user.id: f"new{user.id.hex[-8:]}" for user in users}
    written = [
        platform.fact(user.__class__(**{**vars(user), "username": names[user.id]}))
        for user in users
    ]
    assert [fact is not None for fact in written] == [True, False, True]
    with platform.database.transaction() as work:
        row = work.session.get(AccessFile, users[1].id)
    assert (row.failures, row.due_at > platform.clock.now()) == (1, True)
    assert failing(platform)["facts"] == 1


def test_a_manifest_nobody_can_read_keeps_what_it_names(platform, two_sets):
    kept = platform.manifest(two_sets[0]).m3u_digest
    waste = platform.blobs.write_content(b"waste")
    statement = (
        "UPDATE channel_sets SET manifest = jsonb_build_object('x', :digest ::text)"
    )
    execute(platform, text(f"{statement} WHERE id = :id"), id=two_sets[0], digest=kept)
    age(platform)

    collect(platform.database, platform.blobs)

    assert platform.blobs.has(content_name(kept))
    assert not platform.blobs.has(content_name(waste))


def age(platform):
    """Let all content be old enough to be collected."""
    long_ago = (platform.clock.now() - GRACE * 2).timestamp()
    for name, _ in list(platform.blobs.names("content")):
        os.utime(platform.blobs._path(name), (long_ago, long_ago))


def test_a_source_that_cannot_be_queued_stops_no_other(platform):
    platform.partner()
    with platform.database.transaction() as work:
        for hours in (10**12, 6):
            work.session.add(
                GuideSource(
                    id=new_id(),
                    partner_id=platform.partner_id,
                    scope="/",
                    name=str(hours),
                    address="http://a.example/",
                    every_hours=hours,
                    headers=platform.keyring.seal("{}"),
                    created_at=work.now,
                    fetch_at=work.now,
                    warnings=[],
                )
            )
    with platform.database.transaction() as work:
        enqueue_due(work)

    with platform.database.transaction() as work:
        assert [
            job.payload["subject"] for job in work.session.scalars(select(Job))
        ] == ["6"]
        planned = {
            s.name: s.fetch_at for s in work.session.scalars(select(GuideSource))
        }
    later = {name: at - platform.clock.now() for name, at in planned.items()}
    assert later == {"6": timedelta(hours=6), str(10**12): timedelta(hours=1)}


def test_pauses_grow_up_to_an_hour():
    seconds = [pause_after(failures).total_seconds() for failures in (1, 2, 3, 99)]

    assert seconds == [30, 60, 120, LONGEST_PAUSE.total_seconds()]


def test_whose_fault_it_was():
    assert is_outage(PermissionError(13, "no"))
    assert not is_outage(OSError(36, "File name too long"))
    assert not is_outage(ValueError("a bad row"))


def test_partners_take_turns_and_none_is_served_twice_at_once():
    turns, (one, two, three) = RoundRobin(), [new_id() for _ in range(3)]

    assert turns.least_recent([one, two]) == [one, two]
    assert turns.take(one)
    assert not turns.take(one)
    assert turns.least_recent([one, two]) == [two]
    turns.give_back(one)
    assert turns.least_recent([one, two, three]) == [two, three, one]
