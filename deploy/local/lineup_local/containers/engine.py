"""A Docker engine: where one answers, and how to speak with it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from lineup_local.errors import LocalError
from lineup_local.settings import CHECKOUT

NAMED = "LINEUP_TEST_ENGINE"
PRIVATE = "LINEUP_TEST_ENGINE_IS_PRIVATE"
DEBIANS_CLIENT = "/usr/bin/docker"
"""Builds with BuildKit by itself; others need a plug-in for that."""
SHORT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Where an engine answers, and how to speak with it."""

    host: str
    is_private: bool
    client: str

    def environment(self) -> dict[str, str]:
        """By what programs find it, and by what another run of tests does."""
        named = {"DOCKER_HOST": self.host, NAMED: self.host, "DOCKER_BUILDKIT": "1"}
        return named | ({PRIVATE: "1"} if self.is_private else {})

    def run(self, *words: str, seconds: float = SHORT_SECONDS) -> str:
        """What `docker …` prints; LocalError with its last lines when it fails."""
        return output_of([self.client, *words], self.environment(), seconds)

    def has(self, image: str, *filters: str) -> bool:
        """Whether an image is there, and as the filters say."""
        chosen = [word for each in filters for word in ("--filter", each)]
        return bool(self.run("images", "--quiet", *chosen, image).strip())

    def pulls(self, image: str, *, seconds: float) -> bool:
        """Fetch an image; whether that was possible."""
        try:
            self.run("pull", "--quiet", image, seconds=seconds)
        except LocalError:
            return False
        return True


def output_of(
    command: list[str], environment: Mapping[str, str], seconds: float
) -> str:
    """What a program prints; LocalError with its last lines when it fails or lags."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise LocalError(f"{' '.join(command)}: not done in {seconds:.0f} s.") from None
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise LocalError(f"{' '.join(command)} failed; its last lines:\n{last}")
    return done.stdout


def named(environment: Mapping[str, str] = os.environ) -> Engine | None:
    """The engine that the environment names, which somebody else looks after."""
    host = environment.get(NAMED)
    if not host:
        return None
    is_private = PRIVATE in environment
    client = DEBIANS_CLIENT if is_private else "docker"
    return Engine(host=host, is_private=is_private, client=client)


def found() -> Engine | None:
    """The engine that answers this user without our doing."""
    client = shutil.which("docker")
    if client is None:
        return None
    words = [client, "version", "--format", "{{.Server.Version}}"]
    answer = subprocess.run(
        words, capture_output=True, check=False, timeout=SHORT_SECONDS
    )
    if answer.returncode != 0:
        return None
    context = [client, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
    host = (
        os.environ.get("DOCKER_HOST") or output_of(context, {}, SHORT_SECONDS).strip()
    )
    return Engine(host=host, is_private=False, client=client)
