"""A Docker engine: the one that answers here, or a private one for as long as needed.

The private one is Debian's, started by hand: no bridge, no firewall rules, everything
under the home and under /run, so that it leaves nothing behind on the machine.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import IO

from lineup_local import packages
from lineup_local.daemons import Daemon
from lineup_local.settings import CHECKOUT, Settings
from lineup_local.trouble import Trouble

NAMED = "LINEUP_TEST_ENGINE"
PRIVATE = "LINEUP_TEST_ENGINE_IS_PRIVATE"
UNITS = "docker.service docker.socket containerd.service"
DEBIANS_CLIENT = "/usr/bin/docker"
"""Builds with BuildKit by itself; others need a plug-in for that."""
SHORT_SECONDS = 60
LOCK_SECONDS = 900
LOOK_SECONDS = 0.2


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
        """What `docker …` prints; Trouble with its last lines when it fails."""
        return told([self.client, *words], self.environment(), seconds)

    def has(self, image: str, *filters: str) -> bool:
        """Whether an image is there, and as the filters say."""
        chosen = [word for each in filters for word in ("--filter", each)]
        return bool(self.run("images", "--quiet", *chosen, image).strip())

    def pulls(self, image: str, *, seconds: float) -> bool:
        """Fetch an image; whether that was possible."""
        try:
            self.run("pull", "--quiet", image, seconds=seconds)
        except Trouble:
            return False
        return True


def told(command: list[str], environment: Mapping[str, str], seconds: float) -> str:
    """What a program prints; Trouble with its last lines when it fails or lags."""
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
        raise Trouble(f"{' '.join(command)}: not done in {seconds:.0f} s.") from None
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise Trouble(f"{' '.join(command)} failed; its last lines:\n{last}")
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
    host = os.environ.get("DOCKER_HOST") or told(context, {}, SHORT_SECONDS).strip()
    return Engine(host=host, is_private=False, client=client)


@contextmanager
def running_engine(settings: Settings) -> Iterator[Engine]:
    """An engine for as long as the body runs: named, found, or a private one.

    Trouble says why there is none.
    """
    engine = named() or found()
    if engine is not None:
        yield engine
        return
    private = PrivateEngine(settings)
    with private.alone():
        private.start()
        try:
            yield private.engine
        finally:
            private.stop()


@dataclass(frozen=True)
class PrivateEngine:
    """An engine of this checkout's own; its images are kept from run to run."""

    settings: Settings

    @property
    def folder(self) -> Path:
        """Its images, log and record."""
        return self.settings.home / "engine"

    @property
    def short(self) -> Path:
        """Its sockets: their paths may have 107 letters at most."""
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()
        return Path("/run") / f"lineup-{digest[:8]}"

    @property
    def engine(self) -> Engine:
        """How it is spoken with."""
        host = f"unix://{self.short}/docker.sock"
        return Engine(host=host, is_private=True, client=DEBIANS_CLIENT)

    @property
    def daemon(self) -> Daemon:
        """The process."""
        options = {
            "iptables": "false",
            "ip6tables": "false",
            "ip-forward": "false",
            "bridge": "none",
            "data-root": str(self.folder / "data"),
            "exec-root": str(self.short / "exec"),
            "pidfile": str(self.short / "docker.pid"),
            "host": self.engine.host,
        }
        return Daemon(
            name="dockerd",
            command=(
                "dockerd",
                *(f"--{name}={each}" for name, each in options.items()),
            ),
            folder=self.folder,
            environment={"PATH": os.environ["PATH"]},
        )

    def start(self) -> None:
        """Install what is missing and wait until it answers."""
        if os.geteuid() != 0:
            raise Trouble("no Docker engine answers, and only root may start one here.")
        if shutil.which("dockerd") is None or not Path(DEBIANS_CLIENT).exists():
            packages.install("docker.io", units=UNITS)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.short.mkdir(exist_ok=True)
        self.daemon.start()
        self.daemon.wait_until(self._answers, seconds=self.settings.start_seconds)

    def stop(self) -> None:
        """End it with its containers, and unmount what it left."""
        self.daemon.stop(SIGTERM)
        for place in self._mounts():
            subprocess.run(["umount", place], check=False, timeout=SHORT_SECONDS)
        shutil.rmtree(self.short, ignore_errors=True)

    def stop_unused(self) -> None:
        """End what a killed run left; nothing while another one uses it."""
        if not self.folder.exists():
            return
        with self._lock_file() as lock:
            if _locks(lock.fileno()):
                self.stop()

    def _lock_file(self) -> IO[str]:
        self.settings.home.mkdir(parents=True, exist_ok=True)
        return (self.settings.home / "engine.lock").open("w")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One run at a time; the next waits."""
        end = time.monotonic() + LOCK_SECONDS
        with self._lock_file() as lock:
            while not _locks(lock.fileno()):
                if time.monotonic() > end:
                    raise Trouble("another run keeps the private Docker engine.")
                time.sleep(LOOK_SECONDS)
            yield

    def _answers(self) -> bool:
        try:
            self.engine.run("version")
        except Trouble:
            return False
        return True

    def _mounts(self) -> list[str]:
        """What is mounted below its folders, the deepest first."""
        lines = Path("/proc/mounts").read_text().splitlines()
        places = [line.split()[1] for line in lines]
        ours = (f"{self.folder}/", f"{self.short}/")
        return sorted(
            (place for place in places if place.startswith(ours)), reverse=True
        )


def _locks(file: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
