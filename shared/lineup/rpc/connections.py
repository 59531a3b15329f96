"""What one process holds to call services: connections, and routes it has seen."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue

from lineup import broker
from lineup.rpc.replies import ReplyRouter
from lineup.rpc.routes import Routes

MAX_IDLE_SECONDS = 60.0
"""After a peak, publishers that nobody needs any more are closed."""


class RpcConnections:
    """What one process holds: the replies' thread and idle publishers."""

    def __init__(self, uri: str) -> None:
        self.pid = os.getpid()
        self.replies = ReplyRouter(uri)
        self.routes = Routes()
        self._uri = uri
        self._idle: LifoQueue[tuple[float, broker.ConfirmingPublisher]] = LifoQueue()

    @contextmanager
    def publisher(self) -> Iterator[broker.ConfirmingPublisher]:
        """A publisher for one thread; dropped when anything goes wrong with it."""
        publisher = self._take()
        try:
            yield publisher
        except (broker.Unroutable, broker.Unconfirmed):
            self._keep(publisher)
            raise
        except BaseException:
            publisher.close()
            raise
        self._keep(publisher)

    def close(self) -> None:
        """Let everything go."""
        self.replies.close()
        while not self._idle.empty():
            self._idle.get()[1].close()

    def _keep(self, publisher: broker.ConfirmingPublisher) -> None:
        self._idle.put((time.monotonic(), publisher))

    def _take(self) -> broker.ConfirmingPublisher:
        while True:
            try:
                since, publisher = self._idle.get_nowait()
            except Empty:
                return broker.ConfirmingPublisher(self._uri, name="calls")
            if time.monotonic() - since < MAX_IDLE_SECONDS and publisher.is_usable():
                return publisher
            publisher.close()
