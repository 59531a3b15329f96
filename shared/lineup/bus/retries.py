"""Trying again later: queues that hold a message for a while and give it back.

A message that could not be handled is copied, with confirms, to the topic exchange
`lineup.retry-<n>ms` under the name of its own queue. The queue bound there lets it
expire after n milliseconds and dead-letters it by that name: home again.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import amqp

from lineup import broker
from lineup.bus.delivery import IncomingMessage, acknowledge_all

TRIES_HEADER = "lineup.tries"
"""How often the message was tried and the message itself may be at fault."""
WAITS_HEADER = "lineup.waits"
"""How often it was put off because something else was away."""
REASON_HEADER = "lineup.reason"
QUEUE_HEADER = "lineup.queue"
LOST_HEADER = "x-delivery-count"
"""How often the broker gave the message to a consumer that did not settle it."""

AT_LEAST_ONCE = {
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}
CRASHES_ALLOWED = 20
"""How often a message may be lost with its process before it is put aside."""
LOST_ALLOWED = 1
"""How often it may be lost before it is taken by itself: it may be what ends the
process, and the others that are taken with it would go aside together with it."""


def dead_letter_queue(queue: str) -> str:
    """Where messages of `queue` go that cannot be handled."""
    return f"{queue}.dlq"


def work_arguments(queue: str) -> dict[str, object]:
    """The arguments of a queue whose poison goes aside."""
    return {
        **broker.QUORUM,
        **AT_LEAST_ONCE,
        "x-delivery-limit": CRASHES_ALLOWED,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead_letter_queue(queue),
    }


def declare(
    channel: amqp.Channel, queues: Sequence[str], delays_ms: Sequence[int]
) -> None:
    """Make the waiting queues, and a dead-letter queue for each of `queues`."""
    for delay in delays_ms:
        name = _waiting(delay)
        channel.exchange_declare(name, "topic", durable=True, auto_delete=False)
        channel.queue_declare(
            name,
            durable=True,
            auto_delete=False,
            arguments={
                **broker.QUORUM,
                **AT_LEAST_ONCE,
                "x-message-ttl": delay,
                "x-dead-letter-exchange": "",
            },
        )
        channel.queue_bind(name, name, "#")
    for queue in queues:
        channel.queue_declare(
            dead_letter_queue(queue),
            durable=True,
            auto_delete=False,
            arguments=dict(broker.QUORUM),
        )


def _waiting(delay_ms: int) -> str:
    return f"lineup.retry-{delay_ms}ms"


class Retries:
    """Copies messages to where they wait, or aside; then settles the original."""

    def __init__(self, uri: str, name: str, delays_ms: Sequence[int]) -> None:
        self._uri = uri
        self._name = name
        self._delays = delays_ms
        self._lock = threading.Lock()
        self._confirmed: broker.ConfirmingPublisher | None = None

    def again(self, delivery: IncomingMessage, queue: str, reason: str) -> bool:
        """Put off once more, longer each time; aside, and False, after the last."""
        tries = tries_of(delivery) + 1
        headers = {TRIES_HEADER: tries}
        if tries > len(self._delays):
            self.dead_letter(delivery, queue, reason, headers)
            return False
        self._move([delivery], _waiting(self._delays[tries - 1]), queue, headers)
        return True

    def wait(self, deliveries: Sequence[IncomingMessage], queue: str) -> None:
        """Put off for as long as it takes: something else is away."""
        for waits, alike in _by_waits(deliveries).items():
            delay = self._delays[min(waits, len(self._delays)) - 1]
            self._move(alike, _waiting(delay), queue, {WAITS_HEADER: waits})

    def dead_letter(
        self,
        delivery: IncomingMessage,
        queue: str,
        reason: str,
        headers: Mapping[str, object] | None = None,
    ) -> None:
        """Put into the dead-letter queue with the reason, to be looked at."""
        told = {**(headers or {}), REASON_HEADER: reason, QUEUE_HEADER: queue}
        self._move([delivery], "", dead_letter_queue(queue), told)

    def close(self) -> None:
        """Let the connection go."""
        if self._confirmed is not None:
            self._confirmed.close()

    def _move(
        self,
        deliveries: Sequence[IncomingMessage],
        exchange: str,
        key: str,
        headers: Mapping[str, object],
    ) -> None:
        try:
            with self._lock:
                copies = [delivery.copy(headers) for delivery in deliveries]
                self._publish(copies, exchange, key)
        except broker.LOST:
            self._confirmed = None
            _give_back(deliveries)
        except broker.Unroutable:
            _give_back(deliveries)
        else:
            acknowledge_all(deliveries)

    def _publish(
        self, contents: Iterable[amqp.Message], exchange: str, key: str
    ) -> None:
        if self._confirmed is None or not self._confirmed.is_usable():
            self._confirmed = broker.ConfirmingPublisher(self._uri, name=self._name)
        for content in contents:
            self._confirmed.publish(exchange, key, content, mandatory=True)
        self._confirmed.confirm()


def tries_of(delivery: IncomingMessage) -> int:
    """How often a message was tried before and put off."""
    return int(delivery.headers.get(TRIES_HEADER, 0))


def is_suspect(delivery: IncomingMessage) -> bool:
    """Whether a message may be what ended processes: it was lost with several."""
    return int(delivery.headers.get(LOST_HEADER, 0)) > LOST_ALLOWED


def _give_back(deliveries: Iterable[IncomingMessage]) -> None:
    for delivery in deliveries:
        delivery.give_back()


def _by_waits(
    deliveries: Iterable[IncomingMessage],
) -> Mapping[int, list[IncomingMessage]]:
    """Messages by how often they will have waited, this time counted."""
    alike: dict[int, list[IncomingMessage]] = defaultdict(list)
    for delivery in deliveries:
        alike[int(delivery.headers.get(WAITS_HEADER, 0)) + 1].append(delivery)
    return alike
