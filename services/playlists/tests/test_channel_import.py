"""A playlist's import: all come in, known ones are updated, nothing is removed."""

import pytest
from sqlalchemy import select

from lineup.contracts.playlists.channels import UpdateChannel
from lineup.contracts.playlists.jobs import ImportChannels, JobState
from playlists.channels.imports import import_channels
from playlists.channels.models import Channel, PackageChannel
from playlists.channels.packages import demo_package
from playlists.editing.operations import update_channel
from playlists.owners import Owner

from .conftest import PARTNER, details, run_jobs, upload

pytestmark = pytest.mark.usefixtures("partner")


def playlist(*entries):
    """An M3U of (name, address, attributes)."""
    lines = ["#EXTM3U"]
    for name, address, attributes in entries:
        lines += [f"#EXTINF:-1 {attributes},{name}", address]
    return "\n".join(lines).encode()


def imported(tools, content, **fields):
    with tools.database.transaction() as work:
        request = ImportChannels(
            upload=upload(tools, content), partner_id=PARTNER, **fields
        )
        import_channels(work, request)
    return run_jobs(tools)


def channels(database):
    with database.transaction() as work:
        return list(work.session.scalars(select(Channel).order_by(Channel.number)))


def test_numbers_asked_for_come_before_those_made_up(tools, database):
    job = imported(
        tools,
        playlist(
            ("A", "http://a/1", ""),
            ("B", "http://a/2", 'tvg-chno="1"'),
            ("C", "http://a/3", 'tvg-chno="1"'),
            ("D", "http://a/4", 'tvg-chno="50"'),
        ),
    )

    assert (job.state, job.message) == (JobState.DONE, "4 channels added, 0 updated.")
    assert (job.done, job.total) == (4, 4)
    assert [(c.number, c.name) for c in channels(database)] == [
        (1, "B"),
        (2, "A"),
        (3, "C"),
        (50, "D"),
    ]


def test_again_updates_and_removes_nothing(tools, database):
    imported(tools, playlist(("A", "http://a/1", ""), ("B", "http://a/2", "")))
    before = {c.name: (c.stream_id, c.number) for c in channels(database)}

    job = imported(
        tools,
        playlist(
            ("A new name", "http://a/1", 'group-title="News"'),
            ("C", "http://a/3", ""),
        ),
    )

    assert job.message == (
        "1 channels added, 1 updated. 1 are missing from the playlist and were marked."
    )
    told = {c.name: c for c in channels(database)}
    assert set(told) == {"A new name", "B", "C"}
    renamed = told["A new name"]
    assert (renamed.stream_id, renamed.number) == before["A"]
    assert renamed.group_title == "News"


def test_a_moved_address_is_found_by_name_and_group(tools, database):
    group = 'group-title="News"'
    imported(tools, playlist(("A", "http://a/1", group), ("A", "http://a/2", "")))

    imported(tools, playlist(("A", "http://moved/1", group)))

    addresses = {(c.group_title, c.address) for c in channels(database)}
    assert addresses == {("News", "http://moved/1"), ("", "http://a/2")}


def test_one_address_under_two_names_stays_two_channels(tools, database):
    twice = playlist(("A", "http://a/1", ""), ("B", "http://a/1", ""))
    imported(tools, twice)

    job = imported(tools, twice)

    assert job.message == "0 channels added, 2 updated."
    assert [c.name for c in channels(database)] == ["A", "B"]


def test_a_channel_without_an_address_comes_in_switched_off(tools, database):
    imported(tools, playlist(("A", "[no stream]", "")))
    assert [(c.address, c.is_on) for c in channels(database)] == [("", False)]

    imported(tools, playlist(("A", "http://a/1", "")))
    assert [(c.address, c.is_on) for c in channels(database)] == [("http://a/1", True)]


def test_a_manual_tie_and_a_switch_stay(tools, database):
    imported(tools, playlist(("A", "http://a/1", 'tvg-id="theirs"')))
    (row,) = channels(database)
    with database.transaction() as work:
        fields = details(1, "A", address="http://a/1", guide_id="mine", is_on=False)
        update_channel(work, UpdateChannel(channel_id=row.id, details=fields))

    imported(tools, playlist(("A", "http://a/1", 'tvg-id="theirs"')))

    (row,) = channels(database)
    assert (row.guide_id, row.is_on) == ("mine", False)


def test_all_go_into_the_package_that_is_named(tools, database):
    with database.transaction() as work:
        package_id = demo_package(work, Owner(PARTNER)).id
    content = playlist(("A", "http://a/1", ""), ("B", "http://a/2", ""))

    imported(tools, content, package_id=package_id)
    imported(tools, content, package_id=package_id)

    with database.transaction() as work:
        held = work.session.scalars(select(PackageChannel.channel_id)).all()
    assert len(held) == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"<html>", "not_a_playlist"), (b"#EXTM3U\n", "empty_playlist")],
)
def test_a_refusal_fails_the_job_with_its_code(tools, database, content, code):
    job = imported(tools, content)

    assert (job.state, job.code) == (JobState.FAILED, code)
    assert channels(database) == []


def test_an_upload_is_gone_after_it_was_read(tools):
    content = playlist(("A", "http://a/1", ""))
    imported(tools, content)

    assert list(tools.blobs.names("uploads")) == []


def test_an_upload_that_is_not_there(tools):
    with tools.database.transaction() as work:
        request = ImportChannels(upload="uploads/gone", partner_id=PARTNER)
        import_channels(work, request)

    assert run_jobs(tools).code == "upload_missing"


def test_what_is_beyond_a_limit_is_left_out_alone_and_said(tools, database):
    content = playlist(
        ("A", "http://a/1", 'tvg-chno="' + "9" * 5000 + '"'),
        ("B", "http://a/2", "b" * 200_000),
        ("C", "http://a/3", 'catchup-days="' + "9" * 5000 + '" tvg-id="c\0c"'),
    )

    job = imported(tools, content)

    assert (job.state, job.message) == (
        JobState.DONE,
        (
            "2 channels added, 0 updated."
            " 1 channels skipped: their entries or URLs are too long."
            " 2 logos, groups, guide IDs or numbers skipped: they are too long."
        ),
    )
    assert [(c.name, c.guide_id) for c in channels(database)] == [
        ("A", ""),
        ("C", "c c"),
    ]


def test_many_channels_of_one_name_are_each_met_once(tools, database):
    alike = playlist(*(("A", f"http://a/{i}", "") for i in range(300)))
    imported(tools, alike)
    before = {c.address: c.id for c in channels(database)}
    moved = playlist(*(("A", f"http://b/{i}", "") for i in range(300)))

    assert imported(tools, alike).message == "0 channels added, 300 updated."
    assert {c.address: c.id for c in channels(database)} == before
    assert imported(tools, moved).message == "0 channels added, 300 updated."
