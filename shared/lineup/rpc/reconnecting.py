"""A connection that a thread reads, and that is made anew whenever it is lost."""

import threading
import time
from collections.abc import Callable

import amqp
import structlog

from lineup import broker

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
LONGEST_PAUSE = 3.0
CLOSE_SECONDS = 3.0


def _nothing() -> None:
    """Do nothing."""


class ReconnectingConnection:
    """Keeps a subscription alive until closed; pauses grow while the broker is away.

    `subscribe` is called with a fresh channel at every connection, `on_lost` after
    each loss and at the end.
    """

    def __init__(
        self,
        uri: str,
        name: str,
        subscribe: Callable[[amqp.Channel], None],
        *,
        on_lost: Callable[[], None] = _nothing,
    ) -> None:
        self._uri = uri
        self._name = name
        self._subscribe = subscribe
        self._on_lost = on_lost
        self._ready = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def is_ready(self) -> bool:
        """Whether messages can come now."""
        return self._ready.is_set()

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether messages can come, now or within `seconds`."""
        return self._ready.wait(seconds)

    def close(self) -> None:
        """End the thread."""
        self._stopping = True
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        pause = 0.1
        while not self._stopping:
            try:
                self._session()
            except broker.LOST as error:
                pause = 0.1 if self.is_ready() else min(pause * 2, LONGEST_PAUSE)
                log.warning("broker_lost", connection=self._name, error=str(error))
            self._ready.clear()
            self._on_lost()
            if not self._stopping:
                time.sleep(pause)

    def _session(self) -> None:
        connection = broker.connect(self._uri, name=self._name)
        try:
            self._subscribe(connection.channel())
            self._ready.set()
            while not self._stopping:
                if broker.readable(connection, POLL_SECONDS):
                    broker.handle_frame(connection)
                connection.heartbeat_tick()
        finally:
            broker.close(connection)
