"""Connections that ask something over HTTP: each in its time, and not too many.

Where there are too many, the oldest that has not said all it wants makes way: whoever
sends its request at once is never that one for long.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from eventlet.timeout import Timeout

Address = tuple[str, str]
"""Host and port of the other side."""


def address_of(client: Any) -> Address:
    """The other side's address, as a socket or a WSGI request tells it."""
    if isinstance(client, dict):
        return str(client.get("REMOTE_ADDR", "")), str(client.get("REMOTE_PORT", ""))
    return str(client[0]), str(client[1])


class PendingConnections:
    """Those whose request is not whole yet."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._unread: dict[Address, Any] = {}

    def serve(self, sock: Any, client: Any, answer: Callable[[], None]) -> None:
        """Let `answer` read and answer a connection, as long as one may take."""
        address = address_of(client)
        self._make_room()
        self._unread[address] = sock
        try:
            with Timeout(self._seconds, exception=False):
                answer()
        finally:
            self._unread.pop(address, None)
            sock.close()

    def is_read(self, client: Any) -> None:
        """The request is whole: it makes way for nobody any more."""
        self._unread.pop(address_of(client), None)

    def _make_room(self) -> None:
        if len(self._unread) >= self._most:
            oldest = next(iter(self._unread))
            with suppress(OSError):  # it has gone by itself
                self._unread.pop(oldest).shutdown(socket.SHUT_RDWR)
