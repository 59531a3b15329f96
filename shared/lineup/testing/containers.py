"""PostgreSQL and RabbitMQ in containers, where a Docker engine answers."""

import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache

from lineup.testing.named import TestServers

POSTGRES_IMAGE = "postgres:17"
RABBITMQ_IMAGE = "rabbitmq:4-management"
DOCKER_HOST = "unix:///var/run/docker.sock"
START_SECONDS = 120


@cache
def engine_answers() -> bool:
    """Whether a Docker engine answers this user."""
    import docker
    from docker.errors import DockerException

    if not _listens(os.environ.get("DOCKER_HOST", DOCKER_HOST)):
        return False
    try:
        client = docker.from_env(version="auto", timeout=5)
    except (DockerException, OSError):
        return False
    client.close()
    return True


def _listens(host: str) -> bool:
    """Whether an engine's socket takes connections; the client leaks on refusal."""
    if not host.startswith("unix://"):
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(host.removeprefix("unix://")) == 0


def started(stack: ExitStack) -> TestServers | None:
    """Both servers in containers until the stack closes; None without their images."""
    if not all(_has_or_pulls(image) for image in (POSTGRES_IMAGE, RABBITMQ_IMAGE)):
        return None
    containers = Containers(stack)
    postgres = containers.run(POSTGRES_IMAGE, 5432, POSTGRES_PASSWORD="lineup")  # noqa: S106
    rabbitmq = containers.run(RABBITMQ_IMAGE, 5672, 15672)
    servers = TestServers(
        postgres=f"postgresql://postgres:lineup@{postgres[5432]}/postgres",
        rabbitmq=f"amqp://guest:guest@{rabbitmq[5672]}",
        management=f"http://guest:guest@{rabbitmq[15672]}",
        origin=f"containers of {POSTGRES_IMAGE} and {RABBITMQ_IMAGE}",
    )
    _wait_until(lambda: _postgres_answers(servers.postgres), POSTGRES_IMAGE)
    _wait_until(lambda: _rabbitmq_answers(servers.management), RABBITMQ_IMAGE)
    return servers


def _has_or_pulls(image: str) -> bool:
    import docker
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    client = docker.from_env(timeout=START_SECONDS)
    try:
        if not client.images.list(name=image):
            client.images.pull(image)
    except (DockerException, RequestException):
        return False
    finally:
        client.close()
    return True


class Containers:
    """Containers on a network of their own, since not every engine has a common one."""

    def __init__(self, stack: ExitStack) -> None:
        from testcontainers.core.config import testcontainers_config
        from testcontainers.core.network import Network

        # Its helper removes what a killed run leaves; without its image we do without.
        if not _has_or_pulls(testcontainers_config.ryuk_image):
            testcontainers_config.ryuk_disabled = True
        self._stack = stack
        self._network = stack.enter_context(Network())

    def run(self, image: str, *ports: int, **environment: str) -> dict[int, str]:
        """Start one until the stack closes; the address that leads to each port."""
        from testcontainers.core.container import DockerContainer

        container = DockerContainer(image, env=environment, ports=list(ports))
        self._stack.enter_context(container.with_network(self._network))
        host = container.get_container_host_ip()
        return {port: f"{host}:{container.get_exposed_port(port)}" for port in ports}


def _wait_until(is_ready: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not is_ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} does not answer after {START_SECONDS} s.")
        time.sleep(0.2)


def _postgres_answers(uri: str) -> bool:
    import psycopg2

    try:
        psycopg2.connect(uri, connect_timeout=5).close()
    except psycopg2.OperationalError:
        return False
    return True


def _rabbitmq_answers(uri: str) -> bool:
    import requests

    try:
        return requests.get(f"{uri}/api/overview", timeout=5).ok
    except requests.ConnectionError:
        return False
