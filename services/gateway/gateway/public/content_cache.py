"""A bounded cache, filled once for all who wait, re-checked by time."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class NotAtHand(LookupError):  # noqa: N818 - reads as a sentence
    """The answer must first be read or made, which may take a while."""


@dataclass(slots=True)
class Held(Generic[V]):
    """A value and when it must be looked at again (monotonic seconds)."""

    value: V
    fresh_until: float
    size: int


def _size(held: Held[V]) -> int:
    return held.size


class ContentCache(Generic[K, V]):
    """Keeps up to `capacity` (entries, or whatever `size_of` counts) of values.

    A value older than `seconds` is loaded again; while that fails with OSError the old
    value stays, so that a store that is away for a while goes unnoticed.
    """

    def __init__(
        self,
        capacity: int,
        seconds: float,
        *,
        size_of: Callable[[V], int] = lambda _: 1,
        seconds_absent: float = 1.0,
    ) -> None:
        self._held: LRUCache[K, Held[V]] = LRUCache(capacity, getsizeof=_size)
        self._seconds = seconds
        self._seconds_absent = seconds_absent
        self._size_of = size_of
        self._lock = threading.Lock()
        self._loading: dict[K, threading.Lock] = {}

    def at_hand(self, key: K) -> V:
        """The value if it is here and fresh; NotAtHand otherwise. Never waits long."""
        with self._lock:
            held = self._held.get(key)
        if held is None or held.fresh_until < time.monotonic():
            raise NotAtHand
        return held.value

    def get(self, key: K, load: Callable[[], V]) -> V:
        """The value, loaded by one of those who ask for it at the same time."""
        try:
            return self.at_hand(key)
        except NotAtHand:
            pass
        with self._turn_of(key):
            try:
                return self.at_hand(key)
            except NotAtHand:
                return self._load(key, load)

    def forget(self, key: K) -> None:
        """Load this value anew when it is asked for next."""
        with self._lock:
            self._held.pop(key, None)

    def forget_all(self) -> None:
        """Load every value anew when it is asked for next."""
        with self._lock:
            self._held.clear()

    @contextmanager
    def _turn_of(self, key: K) -> Iterator[None]:
        """A lock of this key's own: loading one value may need others."""
        with self._lock:
            turn = self._loading.setdefault(key, threading.Lock())
        try:
            with turn:
                yield
        finally:
            with self._lock:
                self._loading.pop(key, None)

    def _load(self, key: K, load: Callable[[], V]) -> V:
        try:
            value = load()
        except FileNotFoundError:
            raise
        except OSError:
            with self._lock:
                held = self._held.get(key)
            if held is None:
                raise
            value = held.value
        self._keep(key, value)
        return value

    def _keep(self, key: K, value: V) -> None:
        seconds = self._seconds_absent if value is None else self._seconds
        held = Held(value, time.monotonic() + seconds, self._size_of(value))
        with self._lock:
            try:
                self._held[key] = held
            except ValueError:  # larger than the whole cache: used, not kept
                self._held.pop(key, None)
