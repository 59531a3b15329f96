"""Work that waits for the worker is told to whoever watches, and so is what it does."""

import time
from dataclasses import replace
from threading import Thread

import pytest
import requests
from fsspec.core import url_to_fs
from sqlalchemy import select, text

from lineup.blobs import BlobStore
from lineup.database.records import OUTBOX
from lineup.delivery import shard_of_user
from lineup.testing.ports import free_port
from playlists import metrics as watching
from playlists.entitlements.operations import upsert_users
from playlists.rendering.access import write_due
from playlists.worker.main import TIDY, TIDY_SECONDS, Worker

from .conftest import a_source
from .test_entitlements import a_user
from .test_the_worker_may_die import a_worker, wait_for

pytestmark = pytest.mark.usefixtures("partner")


def sent(database):
    """{work: (how much is due, for how many seconds the oldest has been)}."""
    with database.transaction() as work:
        metric_sources = (watching.jobs, watching.facts, watching.sets)
        found = [figure for source in metric_sources for figure in source(work)]
    rows, ages = found[::2], found[1::2]
    return {
        row.labels[0]: (row.value, age.value)
        for row, age in zip(rows, ages, strict=True)
    }


def test_what_nobody_does_grows_old(database, tools, clock):
    assert sent(database) == {"jobs": (0, 0), "facts": (0, 0), "sets": (0, 0)}
    a_source(tools, b"a guide")
    with database.transaction() as work:
        upsert_users(work, [a_user(work)])

    clock.forward(seconds=90)

    assert sent(database) == {"jobs": (1, 90), "facts": (1, 90), "sets": (0, 0)}


def announced(database, event_type):
    with database.transaction() as work:
        rows = select(OUTBOX.c.envelope).where(OUTBOX.c.type == event_type)
        return work.session.scalars(rows).all()


def test_what_a_turn_of_the_worker_announces_bears_its_id_and_its_trace(
    database, settings, collector
):
    with database.transaction() as work:
        upsert_users(work, [a_user(work)])

    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}
    with a_worker(settings, **traced) as worker:
        wait_for(lambda: announced(database, "access_changed"))
        worker.terminate()
        assert worker.wait(timeout=40) == 0

    context = announced(database, "access_changed")[0]["context"]
    span = collector.spans["playlists-worker.write_facts"]
    seen = {one.key: one.value.string_value for one in span.attributes}
    assert seen == {
        "lineup.request_id": context["request_id"],
        "lineup.outcome": "ok",
    }
    assert span.span_id.hex() in context["traceparent"]


def test_a_worker_that_cannot_write_lives_and_is_not_ready_until_it_can(
    database, settings, tmp_path
):
    in_the_way = tmp_path / "blobs"
    in_the_way.touch()
    port = free_port()

    def request_of(page):
        try:
            return requests.get(f"http://127.0.0.1:{port}/{page}", timeout=5)
        except (requests.ConnectionError, requests.Timeout):
            return None

    def says(page, status):
        answer = request_of(page)
        return answer is not None and answer.status_code == status

    with database.transaction() as work:
        upsert_users(work, [a_user(work)])
    sent = {"BLOB_URL": in_the_way.as_uri(), "PROBE_PORT": str(port)}
    with a_worker(settings, **sent):
        wait_for(lambda: says("readyz", 503))
        # The database is looked at first, and until then it is not ready either.
        failed = 'endpoint="write_facts",kind="turn",outcome="failed"'
        wait_for(lambda: failed in request_of("metrics").text)
        assert says("readyz", 503)
        assert says("livez", 200)

        in_the_way.unlink()
        wait_for(lambda: says("readyz", 200))
        assert (
            'endpoint="write_facts",kind="turn",outcome="ok"'
            in request_of("metrics").text
        )


def test_a_worker_without_a_bucket_is_not_ready_though_it_has_nothing_to_write(
    tools, buckets
):
    missing = BlobStore(f"{buckets.fresh()}-never-made")
    worker = Worker(replace(tools, blobs=missing))
    watching = Thread(target=worker._watch_store, name="watch_store")
    watching.start()
    wait_for(lambda: not worker.is_ready())

    files, root = url_to_fs(missing.url)
    files.mkdir(root)
    wait_for(worker.is_ready)

    worker.stop()
    watching.join()


def test_tidying_that_failed_is_soon_tried_again(database, tools):
    def rename(old, new):
        with database.transaction() as work:
            work.session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    worker = Worker(tools)
    rename("retired_imports", "elsewhere")
    failing = Thread(target=worker._safely, args=(worker._remove_rows,), name=TIDY)
    failing.start()
    failing.join()
    assert not worker.is_ready()

    rename("elsewhere", "retired_imports")
    thread = Thread(target=worker._tidy, name=TIDY)
    thread.start()
    began = time.monotonic()
    wait_for(worker.is_ready)
    worker.stop()
    thread.join()
    assert time.monotonic() - began < TIDY_SECONDS


def test_a_worker_that_starts_writes_what_a_power_cut_took(tools, settings, database):
    with database.transaction() as work:
        user = a_user(work)
        upsert_users(work, [user])
    while write_due(database, tools.blobs):
        pass
    shard = shard_of_user(user.id)
    whole = tools.blobs.read(shard)
    tools.blobs.write(shard, b"")

    with a_worker(settings):
        wait_for(lambda: tools.blobs.read(shard) == whole)
