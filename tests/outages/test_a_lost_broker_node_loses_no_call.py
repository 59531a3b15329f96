"""Each node of a RabbitMQ cluster is killed in turn under load and stays away for a
while: callers repeat little and wait shortly, and every write is there once in the end.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
import structlog
from broker_nodes import running_cluster
from cluster import Copy
from running import until
from sqlalchemy import create_engine, text

from accounts.dependencies import Dependencies
from accounts.logins.passwords import hash_password
from accounts.sellers.operations import create_operator
from lineup.clock import SystemClock
from lineup.context import Context
from lineup.contracts.accounts.customers import GetCustomer, Person
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.sessions import Identify, SignIn
from lineup.contracts.accounts.tree import AccountKind, CreateAccount, LoginDetails
from lineup.database import Database, connect
from lineup.errors import Unavailable
from lineup.rpc import RpcClient
from lineup.secrets import Keyring, make_key
from lineup.testing.ports import free_port

log = structlog.get_logger(__name__)

PASSWORD = "correct horse battery"
CALL_SECONDS = 5.0
SILENCE_SECONDS = 60.0
"""When eleven new calls must have been answered, on a busy machine. A service that waits
for the node to return would be deaf for ever."""
WRITERS = 3
MOST_REPEATED = 4 * WRITERS
"""How many calls a lost node may cost: those under way, and the next few of each."""
TRIES = 15
LATE_SECONDS = 5.0
"""How much longer than its limit a call may take on a busy machine."""


@dataclass(frozen=True)
class CallOutcome:
    """One call: when it began and ended, and how."""

    began: float
    ended: float
    outcome: str


class Load:
    """Customers are made and looked at all the time; whoever gets no answer repeats."""

    def __init__(self, uri, context):
        self.made = []
        self.outcomes = []
        self.wrong = []
        self._uri = uri
        self._context = context
        self._over = threading.Event()

    @contextmanager
    def going_on(self):
        threads = [
            threading.Thread(target=self._keep_on, args=(n,)) for n in range(WRITERS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join(60)

    def answered_since(self, instant):
        assert self.wrong == []
        return [a for a in self.outcomes if a.outcome == "ok" and a.began > instant]

    def _keep_on(self, writer):
        rpc = RpcClient(self._uri)
        number = 0
        try:
            while not self._over.wait(0.05):
                number += 1
                self._make(rpc, f"{writer}-{number}")
        except Exception as error:  # noqa: BLE001 - the test tells, and waits no longer
            self.wrong.append(error)
        finally:
            rpc.close()

    def _make(self, rpc, name):
        person = Person(first_name=name, last_name="Load", email="")
        made = self._repeated(rpc, CreateCustomer(person=person, user_name=name), name)
        self.made.append(name)
        seen = self._repeated(rpc, GetCustomer(customer_id=made.id), None)
        assert seen.person.first_name == name

    def _repeated(self, rpc, request, key):
        """The answer, asked for again under the same key until it comes."""
        context = Context(actor=self._context.actor, idempotency_key=key)
        for _ in range(TRIES):
            began = time.monotonic()
            try:
                answer = rpc.ask(context, request, timeout=CALL_SECONDS)
            except Unavailable as refusal:
                self.outcomes.append(CallOutcome(began, time.monotonic(), refusal.code))
            else:
                self.outcomes.append(CallOutcome(began, time.monotonic(), "ok"))
                return answer
        raise AssertionError(f"no answer to {key} in {TRIES} tries")


class System:
    """Two copies of accounts and one of billing on a cluster."""

    def __init__(self, cluster, databases, folder):
        self.cluster = cluster
        self.uris = {name: databases.fresh(name) for name in ("accounts", "billing")}
        self.engines = {
            name: create_engine(uri.replace("://", "+psycopg2://", 1))
            for name, uri in self.uris.items()
        }
        self._folder = folder
        self._key = make_key()
        self.copies = []

    def start(self):
        self._make_operator()
        services = ("accounts", "accounts", "billing")
        self.copies = [self._copy(service) for service in services]
        for copy in self.copies:
            until(lambda copy=copy: copy.is_ok("readyz"), f"{copy.service} ready", 90)

    def stop(self):
        for copy in self.copies:
            copy.process.terminate()
        for copy in self.copies:
            try:
                copy.process.wait(50)
            except subprocess.TimeoutExpired:
                copy.process.kill()
        for engine in self.engines.values():
            engine.dispose()

    def count(self, service, query):
        with self.engines[service].connect() as connection:
            return connection.scalar(text(query))

    def partner(self):
        """Who may make customers."""
        rpc = RpcClient(self.cluster.uri)
        operator = _entered(rpc, "root")
        login = LoginDetails(username="north", password=PASSWORD)
        account = CreateAccount(
            kind=AccountKind.PARTNER,
            name="north",
            login=login,
            currency="EUR",
            time_zone="UTC",
        )
        rpc.ask(operator, account)
        partner = _entered(rpc, "north")
        rpc.close()
        return partner

    def _make_operator(self):
        engine = connect(self.uris["accounts"], pool_size=2)
        login = LoginDetails(username="root", password=PASSWORD)
        dependencies = Dependencies(
            keyring=Keyring([self._key]),
            hash_password=hash_password,
            public_url="https://tv.example",
        )
        with Database(engine, SystemClock()).transaction() as work:
            create_operator(work, login, dependencies=dependencies)
        engine.dispose()

    def _copy(self, service):
        probes, endpoint = free_port(), free_port()
        environment = {
            **{n: os.environ[n] for n in ("PATH", "HOME") if n in os.environ},
            "AMQP_URI": self.cluster.uri,
            "DATABASE_URI": self.uris[service],
            "LINEUP_SECRET_KEYS": self._key,
            "PROBE_PORT": str(probes),
            "WEBHOOK_ADDRESS": f"127.0.0.1:{endpoint}",
            "PUBLIC_URL": "https://tv.example",
        }
        with (self._folder / f"{service}-{probes}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "lineup.bus.run", service],
                env=environment,
                stdout=log,
                stderr=log,
            )
        return Copy(service, process, probes, endpoint)


def _entered(rpc, username):
    token = rpc.ask(Context(), SignIn(username=username, password=PASSWORD)).token
    return Context(actor=rpc.ask(Context(), Identify(token=token)))


@pytest.fixture
def system(request, databases, tmp_path):
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster(tmp_path, request.param))
        system = System(cluster, databases, tmp_path)
        stack.callback(system.stop)
        system.start()
        yield system


@pytest.mark.feature("OP-19")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("system", [2, 3], ids=["two nodes", "three"], indirect=True)
def test_each_node_is_killed_in_turn_and_no_call_is_lost(system):
    nodes = system.cluster.nodes
    load = Load(system.cluster.uri, system.partner())
    with load.going_on():
        until(lambda: len(load.answered_since(0)) > 10, "the load to begin")
        for node in nodes:
            node.kill()
            killed_at = time.monotonic()
            until(
                lambda since=killed_at: len(load.answered_since(since)) > 10,
                f"calls to be answered without {node.name}",
                SILENCE_SECONDS,
            )
            if len(nodes) > 2:
                assert_events_arrive(system)
            assert all(copy.is_ok("livez") for copy in system.copies)
            if len(nodes) == 2 or node is not nodes[-1]:  # of three the last stays away
                node.start()
                system.cluster.wait()
    assert load.wrong == []
    repeated = [a for a in load.outcomes if a.outcome != "ok"]
    log.info("load", calls=len(load.outcomes), repeated=repeated)
    assert len(repeated) <= MOST_REPEATED * len(nodes), repeated
    assert max(a.ended - a.began for a in load.outcomes) < CALL_SECONDS + LATE_SECONDS
    assert_each_is_there_once(system, load)


def assert_events_arrive(system):
    """What accounts tells now, billing hears, with the node still away."""
    newest = system.count("accounts", "SELECT count(*) FROM customers")
    until(
        lambda: system.count("billing", "SELECT count(*) FROM customer_copy") >= newest,
        "events to arrive without the node",
        30,
    )


def assert_each_is_there_once(system, load):
    made = system.count("accounts", "SELECT count(*) FROM customers")
    assert made == len(load.made) == len(set(load.made))
    copies = "SELECT count(*) FROM customer_copy"
    until(lambda: system.count("billing", copies) == made, "every event", 60)
