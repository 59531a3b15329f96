"""The compose file, run under a project of its own."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineup_local.containers.engine import SHORT_SECONDS, Engine, output_of
from lineup_local.errors import LocalError
from lineup_local.settings import CHECKOUT

PROGRAM = str(Path(sys.executable).parent / "docker-compose")
FILE = CHECKOUT / "docker-compose.yml"
NEW_ENV = CHECKOUT / "deploy" / "containers" / "new-env"
UP_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Compose:
    """One project of the compose file on an engine."""

    engine: Engine
    project: str
    env_file: Path

    @property
    def command(self) -> list[str]:
        """How `docker compose` is said for this project."""
        where = ["--file", str(FILE), "--env-file", str(self.env_file)]
        return [PROGRAM, "--project-name", self.project, *where]

    def run(self, *words: str, seconds: float = SHORT_SECONDS) -> str:
        """What `docker compose …` prints; LocalError when it fails."""
        return output_of([*self.command, *words], self.engine.environment(), seconds)

    def up(self) -> None:
        """Start everything from images that are there; back when the demo is filled."""
        try:
            self.run("up", "--detach", "--no-build", seconds=UP_SECONDS)
        except LocalError as trouble:
            log_lines = self.run("logs", "--no-color", "--tail", "15")
            raise LocalError(f"{trouble.message}\n{log_lines}") from None
        self.engine.run("wait", self._id_of("demo"), seconds=UP_SECONDS)
        if self.container("demo")["State"]["ExitCode"] != 0:
            raise LocalError(f"The demo was not filled:\n{self.run('logs', 'demo')}")

    def down(self) -> None:
        """Take all down, with its data."""
        self.run("down", "--volumes", "--timeout", "20", seconds=UP_SECONDS)

    def container(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        output_of = self.engine.run("inspect", self._id_of(service))
        found: list[dict[str, Any]] = json.loads(output_of)
        return found[0]

    def _id_of(self, service: str) -> str:
        return self.run("ps", "--all", "--quiet", service).strip()


def write_env(file: Path, **changed: str) -> None:
    """Fresh secrets, and settings that differ from those of the example."""
    file.touch(mode=0o600)
    lines = output_of([str(NEW_ENV)], {}, SHORT_SECONDS).splitlines()
    kept = [line for line in lines if line.split("=")[0] not in changed]
    lines = [*kept, *(f"{name}={value}" for name, value in changed.items())]
    file.write_text("\n".join(lines) + "\n")
