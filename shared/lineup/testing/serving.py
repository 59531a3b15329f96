"""Lets a server of the standard library answer while a test runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Thread
from typing import TypeVar

POLL_SECONDS = 0.01
"""How soon a server sees that it shall end; by itself it looks twice a second."""

Server = TypeVar("Server", bound=BaseServer)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server, which answers from a thread of its own until the body ends."""
    with server:
        thread = Thread(target=server.serve_forever, args=[POLL_SECONDS], daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
