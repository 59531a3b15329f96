"""Ends a fetch that takes too long or comes in too slowly, whatever it waits for.

Time limits of a socket count from byte to byte, so a server that sends a byte now and
then would hold its reader for ever. This looks at the whole, from a thread of its own,
and shuts the connection: the reader then goes on with an error.
"""

import contextlib
import os
import socket
import threading
import time
from types import TracebackType
from typing import Self

from playlists.addresses import Limits

TOO_LATE = "The server did not respond in time."
TOO_SLOW = "The server sent data too slowly."


class Watchdog:
    """Watches one fetch, over all its redirects."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        began = time.monotonic()
        self._end = began + limits.seconds
        self._next = began + limits.head_seconds
        self._has_head = False
        self._taken = self._taken_before = 0
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._over, self._is_moved = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.why = ""
        """Why the fetch was ended; empty while it may go on."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._is_moved.set()
        self._thread.join()
        self._drop()

    @property
    def seconds_left(self) -> float:
        """How long the fetch may still take."""
        return max(self._end - time.monotonic(), 0.0)

    def guard(self, connection: socket.socket) -> None:
        """Shut this connection when the time has come, in place of the one before.

        It holds a copy: TLS takes the socket itself over.
        """
        copy = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._drop()
            self._connection = copy
        if self.why:
            self._shut()

    def head_came(self) -> None:
        """The answer begins: from now on its pace counts."""
        self._next = time.monotonic() + self._limits.pace_seconds
        self._has_head = True
        self._is_moved.set()

    def took(self, length: int) -> None:
        """So many bytes more have come."""
        self._taken += length

    def _watch(self) -> None:
        while not self._over.is_set():
            self._is_moved.wait(min(self._next, self._end) - time.monotonic())
            self._is_moved.clear()
            self.why = self._fault()
            if self.why:
                self._shut()
                return

    def _fault(self) -> str:
        now = time.monotonic()
        if now >= self._end:
            return f"It took longer than {self._limits.seconds:g} seconds."
        if now < self._next:
            return ""
        if not self._has_head:
            return TOO_LATE
        if self._taken - self._taken_before < self._limits.pace_bytes:
            return TOO_SLOW
        self._taken_before = self._taken
        self._next = now + self._limits.pace_seconds
        return ""

    def _shut(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._connection is not None:
                self._connection.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
