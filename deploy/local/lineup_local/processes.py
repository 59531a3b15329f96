"""Several programs at once with one merged log, until they are stopped."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

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
    """Runs programs side by side; the last one's end, or a signal, ends them all."""

    def __init__(self, programs: Iterable[Program]) -> None:
        self._programs = list(programs)
        self._printer = Printer(
            sys.stdout, width=max(len(program.name) for program in self._programs)
        )
        self._printing = threading.Lock()
        self._over = threading.Event()
        self._code = 0

    def run(self) -> int:
        """Run until the end; the last program's exit code, or 128 and the signal."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        started = [
            self._start(program, colour)
            for program, colour in zip(self._programs, get_colours(), strict=False)
        ]
        threading.Thread(target=self._watch, args=(started[-1],), daemon=True).start()
        self._over.wait()
        self._end(started)
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
