"""This checkout's private servers, offered to the tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from lineup.testing.named import TestServers
from lineup_local.servers import Servers
from lineup_local.settings import read


@contextmanager
def private_servers() -> Iterator[TestServers]:
    """Both servers for as long as the body runs."""
    with Servers(read()).in_use() as servers:
        yield TestServers(
            postgres=f"{servers.postgres.uri}/postgres",
            rabbitmq=servers.rabbitmq.uri,
            management=servers.rabbitmq.management_uri,
            origin=f"private instances under {servers.settings.home}",
        )
