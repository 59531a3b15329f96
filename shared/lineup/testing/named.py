"""Test servers by their addresses, and how the environment names them."""

from collections.abc import Mapping
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


def named(environment: Mapping[str, str]) -> TestServers | None:
    """The servers the environment names, when it names all of them."""
    names = (POSTGRES, RABBITMQ, MANAGEMENT)
    uris = [environment.get(name, "") for name in names]
    if not any(uris):
        return None
    if not all(uris):
        raise LookupError(f"Set all of {', '.join(names)}, or none of them.")
    postgres, rabbitmq, management = uris
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
