"""The servers tests run on: named ones, containers, or private instances."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

POSTGRES = "LINEUP_TEST_POSTGRES"
RABBITMQ = "LINEUP_TEST_RABBITMQ"
MANAGEMENT = "LINEUP_TEST_RABBITMQ_MANAGEMENT"


@dataclass(frozen=True, kw_only=True)
class TestServers:
    """Where PostgreSQL and RabbitMQ answer, each as an administrator."""

    __test__ = False

    postgres: str
    rabbitmq: str
    management: str
    origin: str

    def environment(self) -> dict[str, str]:
        """The names by which another run of tests finds the same servers."""
        return {
            POSTGRES: self.postgres,
            RABBITMQ: self.rabbitmq,
            MANAGEMENT: self.management,
        }


def origin(environment: Mapping[str, str] = os.environ) -> str:
    """Where the servers will come from, in words, before any of them is started."""
    from lineup.testing import containers

    if named(environment):
        return "the servers named in the environment"
    if containers.engine_answers():
        return "containers, or private instances if the images cannot be had"
    return "private instances of this checkout"


@contextmanager
def running_servers(
    environment: Mapping[str, str] = os.environ,
) -> Iterator[TestServers]:
    """Servers for as long as the body runs.

    In this order: those the environment names, containers where an engine answers and
    the images are to be had, private instances.
    """
    from lineup.testing import containers

    with ExitStack() as stack:
        servers = named(environment)
        if servers is None and containers.engine_answers():
            servers = containers.started(stack)
        if servers is None:
            servers = _private(stack)
        yield servers


def named(environment: Mapping[str, str]) -> TestServers | None:
    """The servers the environment names, when it names all of them."""
    names = (POSTGRES, RABBITMQ, MANAGEMENT)
    given = [environment.get(name, "") for name in names]
    if not any(given):
        return None
    if not all(given):
        raise LookupError(f"Set all of {', '.join(names)}, or none of them.")
    postgres, rabbitmq, management = given
    return TestServers(
        postgres=_with_database(postgres),
        rabbitmq=rabbitmq.rstrip("/"),
        management=management.rstrip("/"),
        origin="the servers named in the environment",
    )


def _with_database(uri: str) -> str:
    """The same address, at the database every server has when none is named."""
    parts = urlsplit(uri)
    return (
        uri if parts.path.strip("/") else urlunsplit(parts._replace(path="/postgres"))
    )


def _private(stack: ExitStack) -> TestServers:
    from lineup_local.servers import Servers
    from lineup_local.settings import read

    servers = stack.enter_context(Servers(read()).in_use())
    return TestServers(
        postgres=f"{servers.postgres.uri}/postgres",
        rabbitmq=servers.rabbitmq.uri,
        management=servers.rabbitmq.management_uri,
        origin=f"private instances under {servers.settings.home}",
    )
