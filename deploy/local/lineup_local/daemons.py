"""Programs that outlive the command that started them, and how they are ended.

A record beside the log holds the process id together with the instant at which that
process started, so a record that survived a reboot never points at a stranger. It holds
the ports, too, at which the program is found.
"""

import json
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from lineup_local.errors import LocalError

# A process says its start in hundredths of a second, seen through a wall clock that
# may be set in between; a process id never comes round again within this time.
SAME_START_SECONDS = 2.0
STOP_SECONDS = 30.0
PAUSE_SECONDS = 0.05
RECORD = ".process"


@dataclass(frozen=True, kw_only=True)
class Record:
    """Which process was started, and where it listens."""

    pid: int
    started: float
    ports: Mapping[str, int]

    @classmethod
    def read(cls, file: Path) -> "Record | None":
        """What a file remembers; None where there is none."""
        try:
            return cls(**{"ports": {}, **json.loads(file.read_text())})
        except (OSError, ValueError, TypeError):
            return None

    def process(self) -> psutil.Process | None:
        """That process, while it lives."""
        try:
            process = psutil.Process(self.pid)
            started = process.create_time()
        except psutil.NoSuchProcess:
            return None
        same = abs(started - self.started) < SAME_START_SECONDS
        return process if same and is_alive(process) else None


def living_records(folder: Path) -> Iterator[Record]:
    """The records in a folder whose process lives."""
    for file in folder.glob(f"*{RECORD}"):
        record = Record.read(file)
        if record is not None and record.process() is not None:
            yield record


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """One program in the background: its command, its user, its folder."""

    name: str
    command: tuple[str, ...]
    folder: Path
    user: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    """Where it listens, by the fields of the settings."""

    @property
    def log(self) -> Path:
        """The file that takes what the program says."""
        return self.folder / f"{self.name}.log"

    @property
    def record(self) -> Path:
        """The file that remembers which process was started."""
        return self.folder / f"{self.name}{RECORD}"

    def process(self) -> psutil.Process | None:
        """The process that was started here, when it still runs."""
        kept = Record.read(self.record)
        return kept.process() if kept else None

    def start(self) -> None:
        """Start the program, detached from this one; nothing when it runs."""
        if self.process() is None:
            self.record.unlink(missing_ok=True)
            self.remember(self._spawn())

    def remember(self, pid: int, ports: Mapping[str, int] | None = None) -> None:
        """Note a process as the one that belongs here, at its ports or these."""
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return  # it ended at once: wait_until tells what it said
        kept = Record(pid=pid, started=started, ports=ports or self.ports)
        fresh = self.record.with_suffix(".fresh")
        fresh.write_text(json.dumps(vars(kept)))
        fresh.replace(self.record)

    def adopt(self, file: Path, folder: Path) -> bool:
        """Remember the process whose id stands in a file that the program wrote;
        whether it is ours, which it is when it works in this folder.
        """
        try:
            pid = int(file.read_text().split("\n", 1)[0])
            is_ours = Path(psutil.Process(pid).cwd()) == folder
        except (OSError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            return False
        if is_ours:  # a record that is not believed still knows where it listens
            old = Record.read(self.record)
            self.remember(pid, old.ports if old else None)
        return is_ours

    def _spawn(self) -> int:
        # setsid forks, so the program belongs to init and not to this command.
        output = subprocess.run(
            [
                *("setsid", "--fork", "sh", "-c"),
                f'echo $$; exec "$@" </dev/null >>{shlex.quote(str(self.log))} 2>&1',
                *("sh", *self.command),
            ],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
            timeout=STOP_SECONDS,
            umask=0o077,
            **identity(self.user),
        ).stdout
        try:
            return int(output)
        except ValueError:
            raise LocalError(f"{self.name} cannot start: {output.strip()}") from None

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait for readiness; a program that ended or lags is told with its log."""
        end = time.monotonic() + seconds
        while not is_ready():
            if self.process() is None:
                raise LocalError(
                    f"{self.name} ended while starting:\n{self.last_lines()}"
                )
            if time.monotonic() > end:
                raise LocalError(
                    f"{self.name} is not ready after {seconds:.0f} seconds:\n"
                    f"{self.last_lines()}"
                )
            time.sleep(PAUSE_SECONDS)

    def stop(self, signal_number: int) -> None:
        """End the program by a signal; whatever ignores it is killed."""
        process = self.process()
        if process is not None:
            end_all([process], signal_number)
        self.record.unlink(missing_ok=True)

    def last_lines(self, count: int = 20) -> str:
        """The end of what the program said."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return "(it said nothing)"
        return "\n".join(lines[-count:])


def identity(user: str | None) -> dict[str, Any]:
    """How `subprocess` runs something as a user; nothing for this one."""
    return {"user": user, "group": user, "extra_groups": []} if user else {}


def is_alive(process: psutil.Process) -> bool:
    """Whether a process still does anything: one that nobody buried does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def end_all(
    processes: list[psutil.Process],
    signal_number: int,
    *,
    seconds: float = STOP_SECONDS,
) -> None:
    """End processes by a signal, and by force when that takes too long."""
    families = [*processes, *_children_of(processes)]
    for process in processes:
        _signal(process, signal_number)
    for process in _left_of(families, seconds):
        _signal(process, 9)
    _left_of(families, STOP_SECONDS)


def _children_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    children: list[psutil.Process] = []
    for process in processes:
        try:
            children += process.children(recursive=True)
        except psutil.NoSuchProcess:
            continue
    return children


def _signal(process: psutil.Process, signal_number: int) -> None:
    try:
        process.send_signal(signal_number)
    except psutil.NoSuchProcess:
        return


def _left_of(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    end = time.monotonic() + seconds
    left = [process for process in processes if is_alive(process)]
    while left and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)
        left = [process for process in left if is_alive(process)]
    return left
