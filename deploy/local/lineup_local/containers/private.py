"""A private Docker engine, where none answers: for as long as somebody needs one.

It is Debian's, started by hand: no bridge, no firewall rules, everything under the home
and under /run, so that it leaves nothing behind on the machine.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import IO

import psutil

from lineup_local import packages
from lineup_local.containers.engine import (
    DEBIANS_CLIENT,
    SHORT_SECONDS,
    Engine,
    found,
    named,
)
from lineup_local.daemons import Daemon, end_all
from lineup_local.errors import LocalError
from lineup_local.settings import Settings

UNITS = "docker.service docker.socket containerd.service"
LOCK_SECONDS = 900
LOOK_SECONDS = 0.2


@contextmanager
def running_engine(settings: Settings) -> Iterator[Engine]:
    """An engine for as long as the body runs: named, found, or a private one.

    LocalError says why there is none.
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
            raise LocalError(
                "no Docker engine answers, and only root may start one here."
            )
        if shutil.which("dockerd") is None or not Path(DEBIANS_CLIENT).exists():
            packages.install("docker.io", units=UNITS)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.short.mkdir(exist_ok=True)
        self.daemon.start()
        self.daemon.wait_until(self._answers, seconds=self.settings.start_seconds)

    def stop(self) -> None:
        """End it with its containers, and unmount what it left."""
        with suppress(LocalError):
            running = self.engine.run("ps", "--quiet").split()
            self.engine.run("kill", *running)
        self.daemon.stop(SIGTERM)
        end_all(self._keepers(), SIGKILL, seconds=1)
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
                    raise LocalError("another run keeps the private Docker engine.")
                time.sleep(LOOK_SECONDS)
            yield

    def _answers(self) -> bool:
        try:
            self.engine.run("version")
        except LocalError:
            return False
        return True

    def _keepers(self) -> list[psutil.Process]:
        """Each container's own keeper, which outlives an engine that was killed."""
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if any(str(self.short) in word for word in process.info["cmdline"] or [])
        ]

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
