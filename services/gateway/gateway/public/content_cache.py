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


class NotInMemory(LookupError):  # noqa: N818 - reads as a sentence
    """The answer must first be read or made, which may take a while."""


@dataclass(slots=True)
class CacheEntry(Generic[V]):
    """A value and when it must be looked at again (monotonic seconds)."""

    value: V
    fresh_until: float
    size: int


def _size(entry: CacheEntry[V]) -> int:
    return entry.size


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
        self._entries: LRUCache[K, CacheEntry[V]] = LRUCache(capacity, getsizeof=_size)
        self._seconds = seconds
        self._seconds_absent = seconds_absent
        self._size_of = size_of
        self._lock = threading.Lock()
        self._loading: dict[K, threading.Lock] = {}

    def get_cached(self, key: K) -> V:
        """The value if it is here and fresh; NotAtHand otherwise. Never waits long."""
        with self._lock:
            entry = self._entries.get(key)
        if entry is None or entry.fresh_until < time.monotonic():
            raise NotInMemory
        return entry.value

    def get(self, key: K, load: Callable[[], V]) -> V:
        """The value, loaded by one of those who ask for it at the same time."""
        try:
            return self.get_cached(key)
        except NotInMemory:
            pass
        with self._key_lock(key):
            try:
                return self.get_cached(key)
            except NotInMemory:
                return self._load(key, load)

    def evict(self, key: K) -> None:
        """Load this value anew when it is asked for next."""
        with self._lock:
            self._entries.pop(key, None)

    def evict_all(self) -> None:
        """Load every value anew when it is asked for next."""
        with self._lock:
            self._entries.clear()

    @contextmanager
    def _key_lock(self, key: K) -> Iterator[None]:
        """A lock of this key's own: loading one value may need others."""
        with self._lock:
            lock = self._loading.setdefault(key, threading.Lock())
        try:
            with lock:
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
                entry = self._entries.get(key)
            if entry is None:
                raise
            value = entry.value
        self._keep(key, value)
        return value

    def _keep(self, key: K, value: V) -> None:
        seconds = self._seconds_absent if value is None else self._seconds
        entry = CacheEntry(value, time.monotonic() + seconds, self._size_of(value))
        with self._lock:
            try:
                self._entries[key] = entry
            except ValueError:  # larger than the whole cache: used, not kept
                self._entries.pop(key, None)
