"""Messages that were put aside: look at them, send them again. Without management."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import amqp
import msgspec
from amqp.exceptions import NotFound
from sqlalchemy import select

from lineup import broker
from lineup.bus.endpoints import EndpointKind, endpoints_of, queue_of
from lineup.bus.retries import (
    QUEUE_HEADER,
    REASON_HEADER,
    TRIES_HEADER,
    WAITS_HEADER,
    dead_letter_queue,
)

OURS = (QUEUE_HEADER, REASON_HEADER, TRIES_HEADER, WAITS_HEADER, "x-death")
MAX_BATCH = 1000
MOST_LOOKED_AT = 10_000


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueue:
    """One consumer's queue and how many of its messages lie aside."""

    queue: str
    messages: int


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """One message that lies aside; its state is left out, it may hold secrets."""

    queue: str
    event_id: str
    type: str
    reason: str
    tries: int
    request_id: str


def queues_of(service: type[Any]) -> list[str]:
    """The queues of all event endpoints of a service."""
    events = [
        endpoint
        for endpoint in endpoints_of(service)
        if endpoint.kind is EndpointKind.EVENT
    ]
    return [queue_of(service.name, endpoint) for endpoint in events]


def counted(uri: str, queues: list[str]) -> list[DeadLetterQueue]:
    """How many messages lie aside for each queue; queues never made count 0."""
    with _channel(uri) as channel:
        connection = channel.connection
        return [
            DeadLetterQueue(queue=queue, messages=_count(connection, queue))
            for queue in queues
        ]


def listed(uri: str, queue: str, *, limit: int = 50) -> list[DeadLetter]:
    """The first `limit` messages that lie aside for a queue; they stay there."""
    with _channel(uri) as channel:
        return [_described(queue, message) for message in _taken(channel, queue, limit)]


def resend(uri: str, queue: str, *, limit: int = MAX_BATCH) -> int:
    """Put up to `limit` messages back into their queue, with all tries before them.

    A message leaves the dead-letter queue only when the broker has it in the other.
    """
    confirmed = broker.ConfirmingPublisher(uri, name="resend")
    try:
        count = 0
        for message in _taken(confirmed.channel, queue, limit):
            confirmed.publish("", queue, _fresh(message), mandatory=True)
            confirmed.confirm()
            confirmed.channel.basic_ack(message.delivery_tag)
            count += 1
        return count
    finally:
        confirmed.close()


def forget(uri: str, queues: Sequence[str], ids: Collection[UUID]) -> int:
    """Drop messages that lie aside and name any of these; how many.

    All others stay, up to ten thousand a queue are looked at.
    """
    words = [word.encode() for one in ids for word in (str(one), one.hex)]
    filled = [one.queue for one in counted(uri, list(queues)) if one.messages]
    return sum(_forget(uri, queue, words) for queue in filled)


def forget_purged(service: Any, purges: Any, erasures: Any) -> int:
    """Drop what lies aside for a service of partners whose purge goes on, or of which
    late events are still swept up; and of customers that are erased: until then what
    lies aside may be what their erasure waits for.
    """
    going_on = select(purges.id).where(purges.due_at.is_not(None))
    swept_up = select(erasures.id).where(
        erasures.due_at.is_not(None), erasures.confirmed_at.is_not(None)
    )
    with service.database.transaction() as work:
        ids = work.session.scalars(going_on.union_all(swept_up)).all()
    uri = service.settings.amqp_uri
    return forget(uri, queues_of(type(service)), ids) if ids else 0


def _forget(uri: str, queue: str, words: Sequence[bytes]) -> int:
    count = 0
    with _channel(uri) as channel:
        for message in _taken(channel, queue, MOST_LOOKED_AT):
            body = message.body
            said = body.encode() if isinstance(body, str) else bytes(body)
            if any(word in said for word in words):
                channel.basic_ack(message.delivery_tag)
                count += 1
    return count


@contextmanager
def _channel(uri: str) -> Iterator[amqp.Channel]:
    connection = broker.connect(uri, name="aside")
    try:
        yield connection.channel()
    finally:
        broker.close(connection)


def _count(connection: amqp.Connection, queue: str) -> int:
    channel = connection.channel()
    try:
        found = channel.queue_declare(dead_letter_queue(queue), passive=True)
    except NotFound:
        return 0
    channel.close()
    count: int = found.message_count
    return count


def _taken(channel: amqp.Channel, queue: str, limit: int) -> Iterator[amqp.Message]:
    """Messages out of the dead-letter queue; unacknowledged ones go back at the end."""
    for _ in range(limit):
        message = channel.basic_get(dead_letter_queue(queue))
        if message is None:
            return
        yield message


def _fresh(message: amqp.Message) -> amqp.Message:
    body = message.body
    headers = message.properties.get("application_headers") or {}
    kept = {name: value for name, value in headers.items() if name not in OURS}
    return broker.message(
        body.encode() if isinstance(body, str) else body,
        application_headers=kept,
        delivery_mode=broker.PERSISTENT,
        message_id=message.properties.get("message_id", ""),
        type=message.properties.get("type", ""),
    )


class _Outline(msgspec.Struct):
    """As much of an event as may be shown."""

    id: str = ""
    type: str = ""
    context: dict[str, Any] = {}


def _described(queue: str, message: amqp.Message) -> DeadLetter:
    headers = message.properties.get("application_headers") or {}
    try:
        outline = msgspec.json.decode(message.body, type=_Outline)
    except (msgspec.DecodeError, RecursionError):
        outline = _Outline()
    return DeadLetter(
        queue=queue,
        event_id=outline.id,
        type=outline.type,
        reason=str(headers.get(REASON_HEADER, "crashed")),
        tries=int(headers.get(TRIES_HEADER, 0)),
        request_id=str(outline.context.get("request_id", "")),
    )
