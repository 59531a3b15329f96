"""The one thread and connection of a process that replies come back on."""

import uuid
from concurrent.futures import Future, InvalidStateError

import amqp

from lineup import wire
from lineup.errors import ServiceUnavailable
from lineup.rpc.reconnecting import ReconnectingConnection


class BrokerAway(ServiceUnavailable):
    """The message broker cannot be reached right now."""


class ReplyRouter:
    """Hands each reply to the call that waits for it, by correlation id.

    The queue of replies belongs to the connection and goes with it, on whichever node
    of the broker that is; the next connection has a queue and an address of its own.
    """

    def __init__(self, uri: str) -> None:
        self.address = ""
        """Where replies are sent to; another one after each loss."""
        self.is_closed = False
        self._pending: dict[str, Future[bytes | str]] = {}
        self._standing = ReconnectingConnection(
            uri, "replies", self._listen, on_lost=self._fail_all
        )
        self._standing.start()

    def expect(self, correlation_id: str) -> "Future[bytes | str]":
        """A place for the reply to come, or BrokerAway. Ask for it before `address` is
        read: it fails if the replies' connection is lost after that.
        """
        future: Future[bytes | str] = Future()
        self._pending[correlation_id] = future
        return future

    def forget(self, correlation_id: str) -> None:
        """Nobody waits for this any more; a late reply will be ignored."""
        self._pending.pop(correlation_id, None)

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether replies can come, now or within `seconds`."""
        return self._standing.wait_until_ready(seconds)

    def is_ready(self) -> bool:
        """Whether replies can come now."""
        return self._standing.is_ready()

    def close(self) -> None:
        """End the thread; calls that still wait fail."""
        self.is_closed = True
        self._standing.close()

    def _listen(self, channel: amqp.Channel) -> None:
        address = uuid.uuid4().hex
        queue = f"rpc.reply-{address}"
        channel.exchange_declare(
            wire.RPC_EXCHANGE, "topic", durable=True, auto_delete=False
        )
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        channel.queue_bind(queue, wire.RPC_EXCHANGE, address)
        channel.basic_consume(queue, no_ack=True, callback=self._on_reply)
        self.address = address

    def _on_reply(self, message: amqp.Message) -> None:
        future = self._pending.pop(message.properties.get("correlation_id", ""), None)
        if future is not None:
            future.set_result(message.body)

    def _fail_all(self) -> None:
        for correlation_id in list(self._pending):
            future = self._pending.pop(correlation_id, None)
            if future is not None:
                _fail(future)


def _fail(future: "Future[bytes | str]") -> None:
    try:
        future.set_exception(BrokerAway())
    except InvalidStateError:
        return
