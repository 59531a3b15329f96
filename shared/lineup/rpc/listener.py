"""Listener: hears events in every process, for caches that must drop what changed.

What is announced while the connection is down is not heard: `on_connected` says when
to forget everything, since anything may have changed meanwhile.
"""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import amqp
import msgspec
import structlog

from lineup import broker
from lineup.context import Context, Event
from lineup.events import Envelope, exchange_of

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
LONGEST_PAUSE = 3.0
CLOSE_SECONDS = 3.0


def _nothing() -> None:
    """Do nothing."""


class Listener:
    """A thread that gives every named event to a function, in this process.

    `events` are contract classes. `receive` must not block for long; what rises in
    it is logged. Start it after a fork.
    """

    def __init__(
        self,
        amqp_uri: str,
        events: Sequence[type],
        receive: Callable[[Event[Any]], None],
        *,
        on_connected: Callable[[], None] = _nothing,
    ) -> None:
        self._uri = amqp_uri
        self._contracts: dict[str, Any] = {
            event.event_type: event  # type: ignore[attr-defined]
            for event in events
        }
        self._receive = receive
        self._on_connected = on_connected
        self._hears = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    def wait_until_it_hears(self, seconds: float) -> bool:
        """Whether it listens, now or within `seconds`."""
        return self._hears.wait(seconds)

    def hears(self) -> bool:
        """Whether it listens now."""
        return self._hears.is_set()

    def close(self) -> None:
        """Stop listening."""
        self._stopping = True
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        pause = 0.1
        while not self._stopping:
            try:
                self._session()
            except broker.LOST as error:
                pause = 0.1 if self.hears() else min(pause * 2, LONGEST_PAUSE)
                log.warning("listener_lost_broker", error=str(error))
            self._hears.clear()
            if not self._stopping:
                time.sleep(pause)

    def _session(self) -> None:
        connection = broker.connect(self._uri, name="listener")
        try:
            self._subscribe(connection.channel())
            self._on_connected()
            self._hears.set()
            while not self._stopping:
                if broker.readable(connection, POLL_SECONDS):
                    broker.take(connection)
                connection.heartbeat_tick()
        finally:
            broker.close(connection)

    def _subscribe(self, channel: amqp.Channel) -> None:
        queue = f"listener-{uuid.uuid4().hex}"
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        for event_type, contract in self._contracts.items():
            exchange = exchange_of(contract.event_source)
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
            channel.queue_bind(queue, exchange, event_type)
        channel.basic_consume(queue, no_ack=True, callback=self._on_message)

    def _on_message(self, message: amqp.Message) -> None:
        try:
            self._receive(self._event(message))
        except Exception:
            log.exception("listener_failed")

    def _event(self, message: amqp.Message) -> Event[Any]:
        wrapped = msgspec.json.decode(message.body, type=Envelope)
        return Event(
            id=wrapped.id,
            type=wrapped.type,
            occurred_at=wrapped.occurred_at,
            state=msgspec.convert(wrapped.state, self._contracts[wrapped.type]),
            consumer="listener",
            context=msgspec.convert(wrapped.context, Context),
        )
