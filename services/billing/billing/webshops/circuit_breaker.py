"""Waiting a limited time for something that may be frozen."""

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")


class BackendUnavailable(Exception):  # noqa: N818 - says where it is
    """It does not answer in time, or not at all."""


class CircuitBreaker:
    """Runs actions in threads of their own and waits a limited time for each.

    What takes too long is left to end by itself (late, but whole). Until something
    answers again the others are told at once, and one tries after each rest; without
    a rest every one tries. Threads are greenlets where eventlet has patched.
    """

    def __init__(self, *, seconds: float, at_once: int, rest_seconds: float) -> None:
        self._seconds = seconds
        self._rest_seconds = rest_seconds
        self._room = threading.BoundedSemaphore(at_once)
        self._rests_until = 0.0
        self._is_away = False

    def run(self, action: Callable[[], T]) -> T:
        """The action's result, or what it raises; Away when that takes too long."""
        self._turn_away()
        end = time.monotonic() + self._seconds
        if not self._room.acquire(timeout=self._seconds):
            raise self._rest("All tries are still under way.")
        attempt = GuardedRun(action)
        # In the course of the same request: what it logs and announces bears its id.
        run = partial(copy_context().run, self._try, attempt)
        threading.Thread(target=run, daemon=True).start()
        if not attempt.over.wait(end - time.monotonic()):
            raise self._rest(f"No answer within {self._seconds} s.")
        return attempt.outcome()

    def _try(self, attempt: "GuardedRun[T]") -> None:
        """Make the attempt; an answer, however late, ends the rest of the others."""
        try:
            if attempt.run():
                self._is_away, self._rests_until = False, 0.0
        finally:
            self._room.release()
            attempt.over.set()

    def _rest(self, reason: str) -> BackendUnavailable:
        if self._rest_seconds:
            self._is_away = True
            self._rests_until = time.monotonic() + self._rest_seconds
        return BackendUnavailable(reason)

    def _turn_away(self) -> None:
        now = time.monotonic()
        if now < self._rests_until:
            raise BackendUnavailable("It did not respond recently.")
        if self._is_away:
            self._rests_until = now + self._seconds


class GuardedRun(Generic[T]):
    """One run of an action, and how it ended."""

    def __init__(self, action: Callable[[], T]) -> None:
        self.over = threading.Event()
        self._action = action
        self._result: list[T] = []
        self._error: Exception | None = None

    def run(self) -> bool:
        """Do it and keep what comes of it; whether that is an answer."""
        try:
            self._result.append(self._action())
        except Exception as error:  # noqa: BLE001 - risen again where it is awaited
            self._error = error
        return self._error is None

    def outcome(self) -> T:
        """The result, or what rose."""
        if self._error is not None:
            raise self._error
        return self._result[0]
