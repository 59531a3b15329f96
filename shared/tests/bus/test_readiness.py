"""A copy is ready once its database is there and has the tables that its code needs."""

import sys
import time
from pathlib import Path

import pytest
import requests
from sqlalchemy import text
from waits import wait_for

from lineup.database.readiness import STALE_SECONDS, DatabaseReadiness, revisions_of

SERVICE = """
from drill import CallEntrypoints
from lineup.bus import Service


class Growing(CallEntrypoints, Service):
    name = "drill"
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A service with three migrations, as a package that can be imported."""
    versions = tmp_path / "growing" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "growing" / "__init__.py").touch()
    (tmp_path / "growing" / "service.py").write_text(SERVICE)
    for name in ("0001_first.py", "0002_second.py", "0003_third.py", "__init__.py"):
        (versions / name).touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("growing", None)


@pytest.fixture
def migrated_to(engine):
    """`migrated_to("0002")` leaves the database as if migrated so far; None: never."""

    def migrated_to(revision):
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
            if revision is not None:
                connection.execute(
                    text("CREATE TABLE alembic_version (version_num text)")
                )
            if revision:
                connection.execute(
                    text("INSERT INTO alembic_version VALUES (:it)"), {"it": revision}
                )

    yield migrated_to
    migrated_to(None)


def probe_answer(copy, path="readyz"):
    answer = requests.get(f"http://127.0.0.1:{copy.port}/{path}", timeout=2)
    return answer.status_code, answer.json()


class TestRevisions:
    def test_revisions_are_those_of_the_migrations_in_order(self, package):
        assert revisions_of("growing") == ("0001", "0002", "0003")
        assert revisions_of("json.decoder") == ()
        assert revisions_of("no_such_package") == ()

    @pytest.mark.parametrize(
        ("revision", "is_ready"),
        [
            (None, False),
            ("", False),
            ("0001", False),
            ("0002", False),
            ("0003", True),
            ("0004", True),  # newer code has migrated
        ],
    )
    def test_the_newest_known_revision_or_a_later_one_will_do(
        self, package, migrated_to, database_uri, revision, is_ready
    ):
        migrated_to(revision)
        readiness = DatabaseReadiness(database_uri, "growing")
        assert not any(check() for check in readiness.checks.values())

        readiness.check()

        found = {name: check() for name, check in readiness.checks.items()}
        assert found == {"database": True, "schema": is_ready}

    def test_code_without_migrations_needs_none(self, migrated_to, database_uri):
        migrated_to(None)
        readiness = DatabaseReadiness(database_uri, "json")

        readiness.check()

        assert readiness.is_migrated()

    def test_a_look_that_hangs_ends_readiness(self, database_uri, monkeypatch):
        readiness = DatabaseReadiness(database_uri, "json")
        readiness.check()
        later = time.monotonic() + STALE_SECONDS
        monkeypatch.setattr(time, "monotonic", lambda: later)

        assert not readiness.is_reached()
        assert not readiness.is_migrated()


def test_a_copy_without_tables_is_not_ready_until_they_are_there(
    service, drill, package, migrated_to
):
    migrated_to(None)
    copy = service(
        "growing.service:Growing",
        ready=False,
        PYTHONPATH=f"{Path(__file__).parent}:{package}",
    )
    wait_for(lambda: copy.ready("/database"), what="the first look")
    wait_for(lambda: copy.ready("/calls"), what="readiness for calls")
    assert probe_answer(copy) == (
        503,
        {"calls": True, "database": True, "schema": False},
    )

    migrated_to("0002")
    assert not copy.ready("/schema")
    migrated_to("0003")

    wait_for(copy.ready, what="readiness")
    assert probe_answer(copy)[1] == {"calls": True, "database": True, "schema": True}


def test_a_lost_database_is_told_by_readiness_and_restarts_nothing(
    service, database_gate
):
    copy = service(DATABASE_URI=database_gate.uri)
    database_gate.close()

    wait_for(lambda: not copy.ready(), what="unreadiness")
    code, found = probe_answer(copy)
    assert (code, found["database"], found["calls"]) == (503, False, True)
    assert probe_answer(copy, "livez")[0] == 200
    database_gate.open()

    wait_for(copy.ready, what="readiness")
    assert copy.process.poll() is None
