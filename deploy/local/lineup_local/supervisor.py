"""Keeps one program running: starts it again when it dies, and dies with its owner.

    python -m lineup_local.supervisor NAME OWNER_PID LOG COMMAND...

What the program says goes through, and into a log file that is kept small.
"""

import logging
import signal
import subprocess
import sys
import threading
import time
from logging.handlers import RotatingFileHandler

import psutil

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
SOUND_AFTER_SECONDS = 60.0
STOP_SECONDS = 45.0  # a service gives itself 40 to finish what it took
POLL_SECONDS = 0.5
LOG_BYTES = 5 * 1024 * 1024


class Supervisor:
    """One program, its owner and its log."""

    def __init__(self, name: str, owner: int, log: str, command: list[str]) -> None:
        self._name = name
        self._owner = psutil.Process(owner)
        self._command = command
        self._log = _log_file(log)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Keep the program running until told to stop or until the owner is gone."""
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            lived = self._run_once()
            if lived > SOUND_AFTER_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            if not self._stopping.is_set():
                self._write(f"{self._name} ended; starting it again in {pause:.0f} s")
                self._pause(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def stop(self, *_signal: object) -> None:
        """Stop for good."""
        self._stopping.set()

    def _run_once(self) -> float:
        """Run the program to its end; how many seconds it lived."""
        started = time.monotonic()
        # A session of its own: the signal that ends this process reaches it once.
        with subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as child:
            reader = threading.Thread(target=self._pass_on, args=(child,), daemon=True)
            reader.start()
            self._attend(child)
            reader.join(timeout=1)
        return time.monotonic() - started

    def _attend(self, child: "subprocess.Popen[str]") -> None:
        while child.poll() is None:
            if self._stopping.wait(POLL_SECONDS) or not self._owner_lives():
                self._end(child)

    def _end(self, child: "subprocess.Popen[str]") -> None:
        self._stopping.set()
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._write(f"{self._name} does not stop; killing it")
            child.kill()

    def _owner_lives(self) -> bool:
        return self._owner.is_running() and (
            self._owner.status() != psutil.STATUS_ZOMBIE
        )

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._stopping.wait(POLL_SECONDS):
            if not self._owner_lives():
                self._stopping.set()

    def _pass_on(self, child: "subprocess.Popen[str]") -> None:
        for line in child.stdout or ():
            self._write(line.rstrip("\n"))

    def _write(self, line: str) -> None:
        self._log.info("%s", line)
        print(line, flush=True)  # noqa: T201


def _log_file(path: str) -> logging.Logger:
    logger = logging.getLogger(path)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1))
    return logger


if __name__ == "__main__":
    supervisor = Supervisor(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
    signal.signal(signal.SIGTERM, supervisor.stop)
    signal.signal(signal.SIGINT, supervisor.stop)
    supervisor.run()
