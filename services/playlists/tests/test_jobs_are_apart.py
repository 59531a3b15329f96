"""A job that harms its process harms nobody else's, and partners take turns."""

import importlib
import threading
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from lineup.contracts.playlists.jobs import ImportChannels, JobState
from playlists.channels.imports import import_channels
from playlists.channels.packages import follow_accounts
from playlists.guide.models import GuideSource
from playlists.jobs.models import TRIES, Job
from playlists.jobs.running import claim
from playlists.worker.children import Children
from playlists.worker.main import Worker
from playlists.worker.tasks import claim_next

from .conftest import (
    NEIGHBOUR,
    PARTNER,
    a_partner,
    a_source,
    evening,
    guide,
    source_row,
    upload,
)
from .test_the_worker_may_die import job_row, wait_for

pytestmark = pytest.mark.usefixtures("partner")
THIRD = UUID("0198f000-0000-7000-8000-000000000003")
GOOD = b"#EXTM3U\n#EXTINF:-1,A\nhttp://a/1\n"


def an_import(tools, content=GOOD, partner_id=PARTNER):
    with tools.database.transaction() as work:
        request = ImportChannels(upload=upload(tools, content), partner_id=partner_id)
        return import_channels(work, request).id


@pytest.fixture
def neighbour(database):
    with database.transaction() as work:
        follow_accounts(work, [a_partner(NEIGHBOUR, name="Red")])
    return NEIGHBOUR


@pytest.fixture
def hostile(monkeypatch):
    """What a job's process may do."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "apart"))
    return importlib.import_module("hostile_jobs")


def done_by(tools, **fields):
    """The next job, done in a process of its own."""
    job = claim_next(tools)
    Children(tools, **fields).run(job)
    return job_row(tools.database, job.id)


class TestAProcess:
    @pytest.mark.feature("IE-07")
    def test_what_it_does_and_how_far_it_is_are_in_the_row(self, tools, database):
        an_import(tools)

        row = done_by(tools)

        assert (row.state, row.message) == (
            JobState.DONE,
            "1 channels added, 0 updated.",
        )
        assert (row.done, row.total) == (1, 1)

    def test_one_that_takes_too_long_is_ended_and_its_job_fails(
        self, tools, settings, database, hostile
    ):
        source_id = a_source(tools, guide(*evening(40)))
        object.__setattr__(settings, "job_seconds", 0.6)

        row = done_by(tools, work=hostile.spin)

        assert (row.state, row.code) == (JobState.FAILED, "job_too_slow")
        assert source_row(database, source_id).last_error_code == "job_too_slow"

    def test_one_that_dies_is_put_off_for_longer_each_time(self, tools, hostile):
        an_import(tools)
        job = claim_next(tools)

        Children(tools, work=hostile.die).run(job)

        row = job_row(tools.database, job.id)
        assert (row.state, row.worker, row.tries) == (JobState.QUEUED, "", 1)
        assert claim_next(tools) is None
        assert 0 < (row.lease_until - row.begun_at).total_seconds() < 60

    def test_one_that_died_each_time_is_given_up_and_its_source_says_so(
        self, tools, database
    ):
        source_id = a_source(tools, guide(*evening(40)))
        with database.transaction() as work:
            work.session.scalars(select(Job)).one().tries = TRIES

        assert claim_next(tools).code == "worker_died"
        assert source_row(database, source_id).last_error_code == "worker_died"

    def test_one_that_wants_too_much_memory_fails(self, tools, hostile):
        an_import(tools)

        row = done_by(tools, work=hostile.eat)

        assert (row.state, row.code) == (JobState.FAILED, "job_too_large")


class TestTurns:
    def claimed(self, database):
        with database.transaction() as work:
            job = claim(work, "a worker", 30)
            return job and job.partner_id

    def end(self, database, partner_id):
        with database.transaction() as work:
            running = Job.state == JobState.RUNNING, Job.partner_id == partner_id
            work.session.scalars(select(Job).where(*running)).one().finish(work.now, "")

    def test_nobody_works_on_two_jobs_of_one_partner(self, tools, database, neighbour):
        for partner_id in (PARTNER, PARTNER, neighbour):
            an_import(tools, partner_id=partner_id)

        assert self.claimed(database) == PARTNER
        assert self.claimed(database) == neighbour
        assert self.claimed(database) is None
        self.end(database, PARTNER)
        assert self.claimed(database) == PARTNER

    def test_two_that_claim_at_once_do_not_take_two_of_one_partner(
        self, tools, database
    ):
        for _ in range(2):
            an_import(tools)

        with database.transaction() as one, database.transaction() as two:
            assert claim(one, "one", 30) is not None
            assert claim(two, "two", 30) is None

    def test_who_was_served_longest_ago_comes_first(self, tools, database, neighbour):
        with database.transaction() as work:
            follow_accounts(work, [a_partner(THIRD, name="Green")])
        for _ in range(3):
            an_import(tools)
        for partner_id in (neighbour, neighbour, THIRD):
            an_import(tools, partner_id=partner_id)

        served = []
        while (partner_id := self.claimed(database)) is not None:
            served.append(partner_id)
            self.end(database, partner_id)

        assert served == [PARTNER, NEIGHBOUR, THIRD, PARTNER, NEIGHBOUR, PARTNER]


def test_retries_of_a_fetch_grow_rarer(tools, database):
    source_id = a_source(tools, address="http://127.0.0.1:1/", every_hours=24 * 14)
    pauses = []
    for _ in range(4):
        with database.transaction() as work:
            from playlists.guide.importing import note_failure

            source = work.session.get_one(GuideSource, source_id)
            source.fetch_at = work.now.replace(year=work.now.year + 1)
            note_failure(work, source_id, "No.", "guide_unreachable")
            pauses.append((source.fetch_at - work.now).total_seconds() / 3600)

    assert pauses == [1, 2, 4, 8]


@pytest.mark.timeout(150)
def test_while_one_partners_jobs_hang_anothers_are_done(
    tools, settings, neighbour, hostile
):
    """Each hangs in a process of its own; a stop gives them back."""
    object.__setattr__(settings, "job_slots", 2)
    worker = Worker(tools)
    hangs = an_import(tools)
    worker._children.work = hostile.block_for_one_partner
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        wait_for(lambda: job_row(tools.database, hangs).state == JobState.RUNNING)
        waits = an_import(tools)
        for _ in range(2):
            other = an_import(tools, partner_id=neighbour)
            wait_for(lambda job=other: job_row(tools.database, job).state == "done")
        assert job_row(tools.database, waits).state == JobState.QUEUED
    finally:
        worker._children.end_all()
        worker.stop()
        thread.join(timeout=60)
    row = job_row(tools.database, hangs)
    assert (row.state, row.tries) == (JobState.QUEUED, 0)
