"""A worker killed in the middle of an import leaves the old guide; the next heals."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from lineup.contracts.playlists.guide import FetchGuide
from lineup.contracts.playlists.jobs import JobState
from playlists.guide.sources import fetch_guide
from playlists.jobs.models import TRIES, Job
from playlists.jobs.running import LeaseLost, claim, held, let_go

from .conftest import a_source, evening, guide, replace_upload, run_jobs, shown

pytestmark = pytest.mark.usefixtures("partner")
WORKER = "from playlists.worker.main import main; main()"
LONGEST = 60


@contextmanager
def a_worker(settings, **options):
    environment = {
        **os.environ,
        "AMQP_URI": settings.amqp_uri,
        "DATABASE_URI": settings.database_uri,
        "LINEUP_SECRET_KEYS": settings.lineup_secret_keys,
        "BLOB_URL": settings.blob_url,
        "JOB_LEASE_SECONDS": "3",
        **options,
    }
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(what):
    end = time.monotonic() + LONGEST
    while not what():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.05)


def job_row(database, job_id):
    with database.transaction() as work:
        return work.session.get_one(Job, job_id)


def a_long_guide():
    """So many channels that reading takes seconds: time to be killed in."""
    channels = [f"channel.{i}" for i in range(1500)]
    programmes = (row for channel in channels for row in evening(60, channel=channel))
    return guide(*programmes, channels=channels)


def is_copying(database):
    """Whether rows are on their way into the table right now."""
    with database.transaction() as work:
        return (
            work.session.connection()
            .exec_driver_sql(
                "SELECT count(*) FROM pg_stat_progress_copy WHERE tuples_processed > 1000"
                " AND datname = current_database()"
            )
            .scalar_one()
        )


@pytest.mark.feature("IE-07")
@pytest.mark.timeout(150)
def test_killed_in_the_middle_of_copy(tools, settings, database):
    source_id = a_source(tools, guide(*evening(40)))
    run_jobs(tools)
    before = shown(database, source_id)
    replace_upload(tools, source_id, a_long_guide())
    with database.transaction() as work:
        job_id = fetch_guide(work, FetchGuide(source_id=source_id)).id

    with a_worker(settings) as worker:
        wait_for(lambda: is_copying(database))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        wait_for(lambda: not is_copying(database))

    assert job_row(database, job_id).state == JobState.RUNNING
    assert shown(database, source_id) == before

    with a_worker(settings) as worker:
        wait_for(lambda: job_row(database, job_id).state == JobState.DONE)
        assert len(shown(database, source_id)) == 1500 * 60
        assert job_row(database, job_id).tries == 2
        worker.terminate()
        assert worker.wait(timeout=40) == 0


class TestClaims:
    @pytest.fixture
    def job_id(self, tools):
        a_source(tools, guide(*evening(40)))
        with tools.database.transaction() as work:
            return work.session.scalars(select(Job.id)).one()

    def test_a_held_job_is_not_given_out_twice(self, database, job_id):
        with database.transaction() as one, database.transaction() as two:
            assert claim(one, "one", 30).id == job_id
            assert claim(two, "two", 30) is None
        with database.transaction() as work:
            assert claim(work, "two", 30) is None

    def test_a_lapsed_lease_is_taken_over_and_the_first_holder_stopped(
        self, database, job_id
    ):
        with database.transaction() as work:
            claim(work, "one", 0)
        with database.transaction() as work:
            assert claim(work, "two", 30).worker == "two"
        with pytest.raises(LeaseLost), database.transaction() as work:
            held(work, job_id, "one")

    def test_a_job_that_kills_its_workers_is_given_up(self, database, job_id):
        for _ in range(TRIES + 1):
            with database.transaction() as work:
                claim(work, "one", 0)

        row = job_row(database, job_id)
        assert (row.state, row.code) == (JobState.FAILED, "worker_died")

    def test_a_stopping_worker_gives_its_job_back(self, database, job_id):
        with database.transaction() as work:
            claim(work, "one", 30)
        with database.transaction() as work:
            let_go(work, "one")
        with database.transaction() as work:
            assert claim(work, "two", 30).tries == 1

    def test_who_lost_the_job_swaps_nothing_in(self, tools, database, job_id):
        """The import of a worker that slept through a takeover does not count."""
        from playlists.worker import tasks

        with database.transaction() as work:
            job = claim(work, tools.worker, 0)
        with database.transaction() as work:
            claim(work, "another", 30)

        tasks.perform(tools, job, tasks.Progress())

        source_id = job.payload["source_id"]
        assert shown(database, source_id) == []
        assert job_row(database, job_id).worker == "another"
