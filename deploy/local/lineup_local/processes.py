"""Several programs at once with one merged log, until they are stopped."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from lineup.clock import SystemClock

STOP_SECONDS = 50.0
"""A service gives itself 40 seconds to finish what it took, its supervisor 45."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program of many."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]


class ProcessGroup:
    """Runs programs side by side while a body does; they end with it."""

    def __init__(self, programs: Iterable[Program]) -> None:
        self._programs = list(programs)
        self._printer = Printer(
            sys.stdout, width=max(len(program.name) for program in self._programs)
        )
        self._printing = threading.Lock()
        self._over = threading.Event()
        self._code = 0
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        """Start all of them."""
        self._started = [
            self._start(program, colour)
            for program, colour in zip(self._programs, get_colours(), strict=False)
        ]
        last = self._started[-1]
        threading.Thread(target=self._watch, args=(last,), daemon=True).start()
        return self

    def __exit__(self, *_reason: object) -> None:
        """End all of them."""
        self._end(self._started)

    def run(self) -> int:
        """Wait for a signal: 128 and its number; or for the last one's exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self._over.wait()
        return self._code

    def _start(self, program: Program, colour: str) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl-C reaches this process, which ends the others.
        process = subprocess.Popen(
            program.command,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(
            target=self._merge, args=(program.name, colour, process), daemon=True
        ).start()
        return process

    def _merge(
        self, name: str, colour: str, process: "subprocess.Popen[bytes]"
    ) -> None:
        for line in process.stdout or ():
            now = SystemClock().now().astimezone()
            message = Message("line", line, now, name, colour)
            with self._printing:
                self._print(message)

    def _print(self, message: Message) -> None:
        try:
            self._printer.write(message)
        except BrokenPipeError:  # nobody reads any more: `./lineup up | head`
            self._over.set()

    def _watch(self, last: "subprocess.Popen[bytes]") -> None:
        code = last.wait()
        if not self._over.is_set():
            self._code = code
            self._over.set()

    def _on_signal(self, number: int, _frame: object) -> None:
        if not self._over.is_set():
            self._code = 128 + number
            self._over.set()

    def _end(self, started: "list[subprocess.Popen[bytes]]") -> None:
        for process in started:
            process.terminate()
        end = time.monotonic() + STOP_SECONDS
        for process in started:
            try:
                process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
