"""Consumer: one connection that takes messages, and stops only when all are settled.

Stopping cancels the subscriptions but keeps the connection until the last message
taken is answered and acknowledged, so that nothing is done twice by a deploy.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import amqp
import structlog
from amqp.exceptions import AccessRefused, PreconditionFailed

from lineup import broker
from lineup.bus.delivery import ConsumerChannel, IncomingMessage

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.25
STALE_SECONDS = 15.0
TAKEN_AT_ONCE = 100
"""Messages taken before others of this process have their turn."""


class BusMisconfigured(Exception):  # noqa: N818 - says what is wrong
    """The broker's queues or rights do not fit: waiting would not mend it."""


@dataclass(frozen=True, kw_only=True)
class QueueSubscription:
    """A queue, what it is bound to, and who takes its messages."""

    queue: str
    take: Callable[[IncomingMessage], None]
    bindings: Sequence[tuple[str, str]]
    """(topic exchange, routing key) pairs."""
    arguments: Mapping[str, Any]
    prefetch: int
    durable: bool = True


class Consumer:
    """Takes the messages of some queues until told to stop."""

    def __init__(self, uri: str, name: str) -> None:
        self.subscriptions: list[QueueSubscription] = []
        self.declare_more: Callable[[amqp.Channel], None] = lambda _channel: None
        self.ready = threading.Event()
        self.done = threading.Event()
        self.last_tick = 0.0
        self._uri = uri
        self._name = name
        self._stopping = False
        self._is_linked = False

    def is_well(self) -> bool:
        """Whether it is connected and its loop turns."""
        fresh = time.monotonic() - self.last_tick < STALE_SECONDS
        return self._is_linked and fresh

    def run(self) -> None:
        """Take messages; reconnect after every loss, with a growing pause.

        BusMisconfigured rises when the queues exist with other arguments or the
        login is refused: the process must end, loudly.
        """
        pause = 0.1
        while not self._stopping:
            try:
                self._session()
                pause = 0.1
            except broker.LOST as error:
                log.warning("broker_lost", consumer=self._name, error=str(error))
                pause = 0.1 if self._was_linked() else min(pause * 2, 3.0)
                time.sleep(pause)
            except BusMisconfigured:
                self._end()
                raise
        self._end()

    def stop(self, seconds: float) -> None:
        """Cancel, then wait up to `seconds` until everything taken is settled."""
        self._stopping = True
        if self._is_linked:
            self.done.wait(seconds)

    def _was_linked(self) -> bool:
        linked, self._is_linked = self._is_linked, False
        return linked

    def _end(self) -> None:
        self._is_linked = False
        self.done.set()
        self.ready.set()

    def _session(self) -> None:
        connection = self._connect()
        try:
            links = self._subscribe(connection)
            self._is_linked = True
            self.ready.set()
            self._drain(connection, links)
        finally:
            broker.close(connection)

    def _connect(self) -> amqp.Connection:
        try:
            return broker.connect(self._uri, name=self._name)
        except AccessRefused as error:
            if self.ready.is_set():
                raise
            raise BusMisconfigured(str(error)) from error

    def _subscribe(self, connection: amqp.Connection) -> list[ConsumerChannel]:
        """A channel for each queue: what came by it is acknowledged in order."""
        channel = connection.channel()
        try:
            self.declare_more(channel)
            for subscription in self.subscriptions:
                _declare(channel, subscription)
        except PreconditionFailed as error:
            raise BusMisconfigured(str(error)) from error
        return [_consume(connection.channel(), each) for each in self.subscriptions]

    def _drain(
        self, connection: amqp.Connection, links: Sequence[ConsumerChannel]
    ) -> None:
        is_cancelled = False
        while not (is_cancelled and not any(link.open for link in links)):
            self._tick(connection)
            if self._stopping and not is_cancelled:
                _cancel(links)
                is_cancelled = True
            if broker.readable(connection, POLL_SECONDS):
                _take(connection)

    def _tick(self, connection: amqp.Connection) -> None:
        now = time.monotonic()
        if now - self.last_tick > POLL_SECONDS:
            self.last_tick = now
            connection.heartbeat_tick()


def _declare(channel: amqp.Channel, subscription: QueueSubscription) -> None:
    channel.queue_declare(
        subscription.queue,
        durable=subscription.durable,
        auto_delete=False,
        arguments=dict(subscription.arguments),
    )
    for exchange, key in subscription.bindings:
        channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
        channel.queue_bind(subscription.queue, exchange, key)


def _consume(channel: amqp.Channel, subscription: QueueSubscription) -> ConsumerChannel:
    link = ConsumerChannel(channel)

    def on_message(message: amqp.Message) -> None:
        subscription.take(link.taken(message))

    channel.basic_qos(0, subscription.prefetch, False)
    channel.basic_consume(
        subscription.queue, consumer_tag=subscription.queue, callback=on_message
    )
    return link


def _cancel(links: Sequence[ConsumerChannel]) -> None:
    for link in links:
        for tag in list(link.channel.callbacks):
            link.channel.basic_cancel(tag)


def _take(connection: amqp.Connection) -> None:
    """Handle what the broker has said, a good deal of it at once."""
    for _ in range(TAKEN_AT_ONCE):
        broker.handle_frame(connection)
        if not broker.has_read_ahead(connection):
            return
