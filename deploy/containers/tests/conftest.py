"""All of Lineup in containers: the engine, the images, and the compose file, up."""

import json
import time
from contextlib import ExitStack

import pytest
from running import free_ports

from lineup_local.containers.compose import Compose, write_env
from lineup_local.containers.images import VERSION, build_all, name_of
from lineup_local.containers.private import running_engine
from lineup_local.settings import read

PROJECT = "lineup-test"
OWN = (
    "accounts",
    "billing",
    "playlists",
    "playlists-worker",
    "notifications",
    "gateway",
)
STANDING = (*OWN, "postgres", "rabbitmq", "mailpit", "streams")
HEALTHY_SECONDS = 240
LOOK_SECONDS = 0.5


class System:
    """The compose file, up, and what a test may do to it."""

    def __init__(self, compose: Compose) -> None:
        self.compose = compose

    def state(self, service: str) -> dict:
        return self.compose.container(service)["State"]

    def restarts(self, service: str) -> int:
        return self.compose.container(service)["RestartCount"]

    def wait_until_healthy(self, *services: str) -> None:
        """Wait for what was disturbed; the last words of what lags are shown."""
        waiting = set(services)
        end = time.monotonic() + HEALTHY_SECONDS
        while waiting := {name for name in waiting if not self._is_healthy(name)}:
            if time.monotonic() > end:
                said = self.compose.run("logs", "--tail", "20", *waiting)
                raise AssertionError(f"not healthy: {sorted(waiting)}\n{said}")
            time.sleep(LOOK_SECONDS)

    def _is_healthy(self, service: str) -> bool:
        state = self.state(service)
        return state["Running"] and state["Health"]["Status"] == "healthy"

    def kill(self, *services: str) -> None:
        """kill -9 main processes: `docker kill` would tell the engine to let it be."""
        pids = " ".join(str(self.state(service)["Pid"]) for service in services)
        where = ["--pid=host", "--network=none", "--user=0"]
        words = ["--entrypoint=sh", name_of("accounts"), "-c", f"kill -9 {pids}"]
        self.compose.engine.run("run", "--rm", *where, *words)


@pytest.fixture(scope="session")
def engine():
    """The engine that answers here, or a private one."""
    with running_engine(read()) as engine:
        yield engine


@pytest.fixture(scope="session")
def images(engine):
    """The engine, with every image built."""
    build_all(engine)
    return engine


@pytest.fixture(scope="session")
def system(images, tmp_path_factory):
    """`docker compose up`, on ports of its own; with its data gone at the end."""
    ports = free_ports()
    changed = {
        name: ports[name]
        for name in (
            "LINEUP_GATEWAY_PORT",
            "LINEUP_WEBHOOK_PORT",
            "LINEUP_STREAM_PORT",
            "LINEUP_MAIL_HTTP_PORT",
        )
    }
    changed["PUBLIC_URL"] = f"http://127.0.0.1:{ports['LINEUP_GATEWAY_PORT']}"
    env_file = tmp_path_factory.mktemp("compose") / "env"
    write_env(env_file, **changed, LINEUP_VERSION=VERSION)
    compose = Compose(engine=images, project=PROJECT, env_file=env_file)
    compose.down()  # what a killed run left has other passwords
    with ExitStack() as stack:
        stack.callback(compose.down)
        compose.up()
        yield System(compose)


@pytest.fixture
def inspected(images):
    """What the engine knows of an image."""
    return lambda image: json.loads(images.run("image", "inspect", name_of(image)))[0]
