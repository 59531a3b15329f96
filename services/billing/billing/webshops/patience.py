"""Waiting a limited time for something that may be frozen."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Away(Exception):  # noqa: N818 - says where it is
    """It does not answer in time, or not at all."""


class Patience:
    """Runs actions in threads of their own and waits a limited time for each.

    What takes too long is left to end by itself (late, but whole); until it answers
    again, one action at a time tries and the others are told at once. Threads are
    greenlets where eventlet has patched.
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
        if not self._room.acquire(blocking=False):
            raise Away("All tries are still under way.")
        attempt = Attempt(action, self._room.release)
        threading.Thread(target=attempt.run, daemon=True).start()
        if not attempt.over.wait(self._seconds):
            self._is_away = True
            self._rests_until = time.monotonic() + self._rest_seconds
            raise Away(f"No answer within {self._seconds} s.")
        self._is_away, self._rests_until = False, 0.0
        return attempt.outcome()

    def _turn_away(self) -> None:
        now = time.monotonic()
        if now < self._rests_until:
            raise Away("It did not answer just now.")
        if self._is_away:
            self._rests_until = now + self._seconds


class Attempt(Generic[T]):
    """One run of an action, and how it ended."""

    def __init__(self, action: Callable[[], T], on_over: Callable[[], None]) -> None:
        self.over = threading.Event()
        self._action = action
        self._on_over = on_over
        self._result: list[T] = []
        self._error: Exception | None = None

    def run(self) -> None:
        """Do it, and keep what comes of it."""
        try:
            self._result.append(self._action())
        except Exception as error:  # noqa: BLE001 - risen again where it is awaited
            self._error = error
        finally:
            self._on_over()
            self.over.set()

    def outcome(self) -> T:
        """The result, or what rose."""
        if self._error is not None:
            raise self._error
        return self._result[0]
