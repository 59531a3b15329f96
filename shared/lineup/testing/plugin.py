"""Fixtures for every suite; pytest finds them by itself.

Servers are started when the first test asks for one. Libraries are imported as late,
so that a suite may let eventlet patch the world first.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from lineup.clock import SetClock
from lineup.testing.named import TestServers
from lineup.testing.servers import origin, running_servers

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lineup.testing.collector import Collector
    from lineup.testing.databases import Databases, Vhosts
    from lineup.testing.s3 import Buckets

QUICK = "--quick"
SLOW = {"test_servers", "other_processes"}
SPRING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def pytest_configure() -> None:
    """Let examples of Hypothesis take as long as a busy machine needs."""
    from hypothesis import settings

    settings.register_profile("lineup", deadline=None)
    settings.load_profile("lineup")


def pytest_report_header() -> str:
    """Say where the servers come from."""
    return f"servers: {origin()}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the tests alone that need nothing but their own process."""
    told = "Run only tests that need no server and no other process."
    parser.addoption(QUICK, action="store_true", help=told)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Tell reports which features a test shows: `@pytest.mark.feature("SU-08")`; leave
    tests out that were not asked for.
    """
    for item in items:
        for mark in item.iter_markers("feature"):
            item.user_properties += [("feature", id_) for id_ in mark.args]
    if config.getoption(QUICK):
        config.hook.pytest_deselected(items=[i for i in items if not _is_quick(i)])
        items[:] = filter(_is_quick, items)


def _is_quick(item: pytest.Item) -> bool:
    """Whether none of its fixtures stands on a server or another process."""
    return SLOW.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def test_servers(request: pytest.FixtureRequest) -> Iterator[TestServers]:
    """PostgreSQL and RabbitMQ for this session."""
    if request.config.getoption(QUICK):
        pytest.fail(f"With {QUICK} no test may ask for servers while it runs.")
    with running_servers() as servers:
        yield servers


@pytest.fixture(scope="session")
def other_processes() -> None:
    """Named by tests and fixtures that start programs: they are not quick."""


@pytest.fixture(scope="session")
def postgres(test_servers: TestServers) -> str:
    """The URI of the PostgreSQL server, as its administrator."""
    return test_servers.postgres


@pytest.fixture(scope="session")
def rabbitmq(test_servers: TestServers) -> TestServers:
    """The broker: `.rabbitmq` is its AMQP URI, `.management` its administration's."""
    return test_servers


@pytest.fixture
def collector() -> "Iterator[Collector]":
    """A collector of traces: `.endpoint` is where to send, `.spans` what came."""
    from lineup.testing.collector import running_collector

    with running_collector() as running:
        yield running


@pytest.fixture(scope="session")
def databases(postgres: str) -> "Iterator[Databases]":
    """Makes databases that live as long as the session unless dropped."""
    from lineup.command.migrations import migrate
    from lineup.testing.databases import Databases

    made = Databases(postgres, migrate)
    made.drop_leftovers()
    yield made
    made.drop_all()


@pytest.fixture(scope="session")
def buckets() -> "Iterator[Buckets]":
    """Makes buckets on an S3 server (moto's): `.fresh()` is the address of one."""
    from lineup.testing.s3 import running_s3

    with running_s3() as made:
        yield made


@pytest.fixture(scope="session")
def vhosts(rabbitmq: TestServers) -> "Iterator[Vhosts]":
    """Makes virtual hosts that live as long as the session unless dropped."""
    from lineup.testing.databases import Vhosts

    made = Vhosts(rabbitmq.rabbitmq, rabbitmq.management)
    made.drop_leftovers()
    yield made
    made.drop_all()


@pytest.fixture
def fresh_database(databases: "Databases") -> Iterator[Callable[[str], str]]:
    """`fresh_database("billing")` is the URI of a migrated database for this test."""
    made: list[str] = []

    def fresh(service: str) -> str:
        made.append(databases.fresh(service))
        return made[-1]

    yield fresh
    for uri in made:
        databases.give_back(uri)


@pytest.fixture
def empty_database(databases: "Databases") -> Iterator[str]:
    """The URI of a database for this test, with nothing in it."""
    uri = databases.empty()
    yield uri
    databases.drop(uri)


@pytest.fixture
def fresh_vhost(vhosts: "Vhosts") -> Iterator[str]:
    """The AMQP URI of a virtual host for this test."""
    uri = vhosts.fresh()
    yield uri
    vhosts.drop(uri)


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands on a Monday morning in spring until a test moves it."""
    return SetClock(SPRING)


def migrated_session(service: str) -> "Callable[..., Iterator[Session]]":
    """A fixture: a session on a service's real schema, undone after each test.

    In a suite's conftest: `session = migrated_session("billing")`. A commit inside a
    test only releases a savepoint, so tests stay apart without new databases.
    """

    @pytest.fixture
    def session(databases: "Databases") -> "Iterator[Session]":
        from sqlalchemy import create_engine
        from sqlalchemy.orm import Session
        from sqlalchemy.pool import NullPool

        uri = databases.shared(service).replace("://", "+psycopg2://", 1)
        engine = create_engine(uri, poolclass=NullPool)
        with engine.connect() as connection, connection.begin() as outer:
            with Session(
                connection,
                join_transaction_mode="create_savepoint",
                expire_on_commit=False,
            ) as session:
                yield session
            outer.rollback()

    return session
