"""Drills run real processes on a real broker and database."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from lineup.database.records import GROUND
from lineup.rpc import RpcClient
from lineup.secrets import make_key

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "bus"))
KEY = make_key()
PATIENCE = 20.0


def wait_for(happened, seconds=PATIENCE, *, what="it"):
    """Look until `happened()` is truthy, and give that; fail after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = happened()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen in {seconds} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Copy:
    """One running copy of a service."""

    def __init__(self, target, environment, log):
        self.log = log
        self.port = int(environment["PROBE_PORT"])
        self.web = environment["WEBHOOK_ADDRESS"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lineup.bus.run", target],
                env=environment,
                stderr=out,
                stdout=out,
            )

    def said(self):
        return self.log.read_text()

    def ready(self):
        import requests

        if self.process.poll() is not None:
            raise AssertionError(f"ended with {self.process.returncode}: {self.said()}")
        try:
            answer = requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2)
        except requests.ConnectionError:
            return False
        return answer.status_code == 200

    def end(self, seconds=30):
        """Stop as a deploy would; the exit code."""
        self.process.terminate()
        return self.process.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def database_uri(empty_database):
    engine = create_engine(empty_database.replace("://", "+psycopg2://", 1))
    GROUND.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE effects (seq bigserial PRIMARY KEY, consumer text,"
                " note text, pid int, at timestamptz DEFAULT clock_timestamp())"
            )
        )
    engine.dispose()
    return empty_database


@pytest.fixture
def engine(database_uri):
    engine = create_engine(database_uri.replace("://", "+psycopg2://", 1))
    yield engine
    engine.dispose()


@pytest.fixture
def effects(engine):
    """`effects("consumer")` lists the notes that were written."""

    def effects(consumer):
        select = text("SELECT note FROM effects WHERE consumer = :c ORDER BY seq")
        with engine.connect() as connection:
            return list(connection.execute(select, {"c": consumer}).scalars())

    return effects


@pytest.fixture
def service(fresh_vhost, database_uri, tmp_path):
    """`service()` starts one more copy of the drill service and waits until it is ready."""
    copies = []

    def start(target="DrillService", *, ready=True, **environment):
        environment = {
            **{n: os.environ[n] for n in ("PATH", "HOME") if n in os.environ},
            "PYTHONPATH": str(HERE / "bus"),
            "AMQP_URI": fresh_vhost,
            "DATABASE_URI": database_uri,
            "LINEUP_SECRET_KEYS": KEY,
            "PROBE_PORT": str(free_port()),
            "WEBHOOK_ADDRESS": f"127.0.0.1:{free_port()}",
            "EVENT_RETRY_SECONDS": "0.1,0.2",
            **environment,
        }
        log = tmp_path / f"copy{len(copies)}.log"
        copies.append(Copy(f"drill:{target}", environment, log))
        if ready:
            wait_for(copies[-1].ready, what="readiness")
        return copies[-1]

    yield start
    for copy in copies:
        if copy.process.poll() is None:
            copy.kill()


@pytest.fixture
def rpc(fresh_vhost):
    client = RpcClient(fresh_vhost)
    yield client
    client.close()


@pytest.fixture
def drill(rpc):
    """A client of the drill service."""
    from drill import DrillClient

    return DrillClient(rpc)


@contextmanager
def no_longer_than(seconds):
    """The body must be through within `seconds`."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds
