"""Drills run real processes on a real broker and database."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from amqp.exceptions import NotFound
from sqlalchemy import create_engine, text

from lineup import broker
from lineup.context import Context
from lineup.database.records import BASE_TABLES
from lineup.events import envelope
from lineup.ids import new_id
from lineup.rpc import RpcClient
from lineup.secrets import make_key
from lineup.testing.ports import free_port

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "bus"))

from gate import Gate  # noqa: E402 - lies where the drill service lies
from waits import wait_for  # noqa: E402

KEY = make_key()


class Copy:
    """One running copy of a service."""

    def __init__(self, target, environment, log):
        self.log = log
        self.port = int(environment["PROBE_PORT"])
        self.key = environment["LINEUP_SECRET_KEYS"]
        self.web = environment["WEBHOOK_ADDRESS"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lineup.bus.run", target],
                env=environment,
                stderr=out,
                stdout=out,
            )

    def output(self):
        return self.log.read_text()

    def ready(self, part=""):
        """Whether it says that it is ready, or that a part of it is."""
        import requests

        if self.process.poll() is not None:
            raise AssertionError(
                f"ended with {self.process.returncode}: {self.output()}"
            )
        try:
            address = f"http://127.0.0.1:{self.port}/readyz{part}"
            answer = requests.get(address, timeout=2)
        except (requests.ConnectionError, requests.Timeout):
            return False
        return answer.status_code == 200

    def end(self, seconds=30):
        """Stop as a deploy would; the exit code."""
        self.process.terminate()
        return self.process.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait(10)


@pytest.fixture(scope="session")
def broker_uri(vhosts):
    """One virtual host for all drills: making one takes seconds."""
    return vhosts.fresh()


@pytest.fixture
def queues(broker_uri, test_servers):
    """Every queue is gone when a test is over, so that the next one starts clean."""
    made = Queues(broker_uri, test_servers.management)
    yield made
    made.delete_all()


class Queues:
    """Looks into the broker, and talks to it past all clients."""

    def __init__(self, uri, management):
        self._vhost = uri.rpartition("/")[2]
        self._management = management
        self._connection = broker.connect(uri, name="tests")
        self.channel = self._connection.channel()

    def ask(self, method, path):
        import requests

        return requests.request(method, f"{self._management}/api/{path}", timeout=10)

    def delete_all(self):
        for queue in self.ask("GET", f"queues/{self._vhost}").json():
            if "drill" in queue["name"] or "retry" in queue["name"]:
                self.channel.queue_delete(queue["name"])
        self._connection.close()

    def count(self, queue):
        """Messages that are ready in a queue; 0 when there is no such queue yet."""
        try:
            return self.channel.queue_declare(queue, passive=True).message_count
        except NotFound:
            self.channel = self._connection.channel()
            return 0

    def publish(self, exchange, key, body, **properties):
        broker.publish(self.channel, exchange, key, broker.message(body, **properties))


@pytest.fixture(scope="session")
def drill_engine(databases):
    """One database for all drills; each test empties it."""
    uri = databases.empty()
    engine = create_engine(uri.replace("://", "+psycopg2://", 1))
    BASE_TABLES.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE effects (seq bigserial PRIMARY KEY, consumer text,"
                " note text, pid int, at timestamptz DEFAULT clock_timestamp())"
            )
        )
        connection.execute(
            text("CREATE TABLE note_copies (id uuid PRIMARY KEY, version bigint)")
        )
    yield engine
    engine.dispose()


@pytest.fixture
def engine(drill_engine):
    with drill_engine.begin() as connection:
        connection.execute(
            text("TRUNCATE effects, note_copies, outbox, inbox, idempotency")
        )
    return drill_engine


@pytest.fixture
def database_uri(engine):
    uri = engine.url.set(drivername="postgresql")
    return uri.render_as_string(hide_password=False)


@pytest.fixture
def effects(engine):
    """`effects("consumer")` lists the notes that were written."""

    def effects(consumer):
        select = text("SELECT note FROM effects WHERE consumer = :c ORDER BY seq")
        with engine.connect() as connection:
            return list(connection.execute(select, {"c": consumer}).scalars())

    return effects


def environment_for(broker_uri, database_uri, **more):
    return {
        **{n: os.environ[n] for n in ("PATH", "HOME") if n in os.environ},
        "PYTHONPATH": str(HERE / "bus"),
        "AMQP_URI": broker_uri,
        "DATABASE_URI": database_uri,
        "LINEUP_SECRET_KEYS": KEY,
        "PROBE_PORT": str(free_port()),
        "WEBHOOK_ADDRESS": f"127.0.0.1:{free_port()}",
        "EVENT_RETRY_SECONDS": "0.1,0.2",
        **more,
    }


@pytest.fixture
def service(broker_uri, queues, database_uri, tmp_path):
    """`service()` starts one more copy of the drill service and waits until it is ready."""
    copies = []

    def start(target="DrillService", *, ready=True, **more):
        environment = environment_for(broker_uri, database_uri, **more)
        log = tmp_path / f"copy{len(copies)}.log"
        named = target if ":" in target else f"drill:{target}"
        copies.append(Copy(named, environment, log))
        if ready:
            wait_for(copies[-1].ready, what="readiness")
        return copies[-1]

    yield start
    for copy in copies:
        if copy.process.poll() is None:
            copy.kill()


@pytest.fixture(scope="session")
def standing_copy(broker_uri, tmp_path_factory):
    """One copy for all tests that only call; its database cannot be reached."""
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    environment = environment_for(broker_uri, nowhere)
    log = tmp_path_factory.mktemp("standing") / "log"
    copy = Copy("drill:StandingService", environment, log)
    wait_for(lambda: copy.ready("/calls"), what="readiness for calls")
    yield copy
    copy.kill()


@pytest.fixture
def standing(standing_copy, rpc):
    """A client of the copy that stands all the time."""
    from drill import StandingClient

    return StandingClient(rpc)


@pytest.fixture
def gate(broker_uri):
    """A way to the broker that a test can close."""
    with Gate.to(broker_uri) as gate:
        yield gate


@pytest.fixture
def database_gate(database_uri):
    """A way to the database that a test can close."""
    with Gate.to(database_uri) as gate:
        yield gate


@pytest.fixture
def publish_note(queues):
    """Publish an event of the drill service past its outbox."""

    def publish(note, *, seconds=0.0, about=None, **changes):
        from drill import NoteChanged

        id_ = about or new_id()
        state = NoteChanged(id=id_, version=1, note=note, seconds=seconds)
        wrapped = msgspec.to_builtins(envelope(state, datetime.now(UTC), Context()))
        queues.publish(
            "drill.events",
            "note_changed",
            msgspec.json.encode({**wrapped, **changes}),
            delivery_mode=2,
        )

    return publish


@pytest.fixture
def rpc(broker_uri):
    client = RpcClient(broker_uri)
    yield client
    client.close()


@pytest.fixture
def drill(rpc):
    """A client of the drill service."""
    from drill import DrillClient

    return DrillClient(rpc)
