"""Listener: hears events in every process, for caches that must drop what changed.

What is announced while the connection is down is not heard: `on_connected` says when
to forget everything, since anything may have changed meanwhile.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import amqp
import msgspec
import structlog

from lineup.context import Context, Event
from lineup.events import Envelope, exchange_of
from lineup.rpc.reconnecting import ReconnectingConnection

log = structlog.get_logger(__name__)


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
        self._contracts: dict[str, Any] = {
            event.event_type: event  # type: ignore[attr-defined]
            for event in events
        }
        self._receive = receive
        self._on_connected = on_connected
        self._standing = ReconnectingConnection(amqp_uri, "listener", self._subscribe)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._standing.start()

    def wait_until_it_hears(self, seconds: float) -> bool:
        """Whether it listens, now or within `seconds`."""
        return self._standing.wait_until_ready(seconds)

    def hears(self) -> bool:
        """Whether it listens now."""
        return self._standing.is_ready()

    def close(self) -> None:
        """Stop listening."""
        self._standing.close()

    def _subscribe(self, channel: amqp.Channel) -> None:
        queue = f"listener-{uuid.uuid4().hex}"
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        for event_type, contract in self._contracts.items():
            exchange = exchange_of(contract.event_source)
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
            channel.queue_bind(queue, exchange, event_type)
        channel.basic_consume(queue, no_ack=True, callback=self._on_message)
        self._on_connected()

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
