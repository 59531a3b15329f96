"""A message that was taken, to be settled once: answered, acknowledged, given back."""

import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import amqp
import structlog

from lineup import broker

log = structlog.get_logger(__name__)


class ConsumerChannel:
    """One living channel of a consumer, and the messages it still owes."""

    def __init__(self, channel: amqp.Channel) -> None:
        self.channel = channel
        self.open: set[int] = set()

    def taken(self, message: amqp.Message) -> "IncomingMessage":
        """Note a message that just came."""
        self.open.add(message.delivery_tag)
        return IncomingMessage(self, message)

    def acknowledge(self, tags: Collection[int]) -> None:
        """Done: in one go as far as nothing before them is open, then one by one.

        They stay open until that is written: who acknowledges others meanwhile must
        not take these along, since the broker bears no second time.
        """
        first_open = min(self.open.difference(tags), default=sys.maxsize)
        before = [tag for tag in tags if tag < first_open]

        def acknowledge() -> None:
            if before:
                self.channel.basic_ack(max(before), multiple=True)
            for tag in tags:
                if tag > first_open:
                    self.channel.basic_ack(tag)

        self.settle(tags, acknowledge)

    def settle(self, tags: Iterable[int], act: Callable[[], object]) -> bool:
        """Tell the broker what became of messages, by `act`; False when it is gone."""
        try:
            act()
        except (*broker.LOST, AttributeError) as error:
            log.warning("not_settled_will_come_again", error=str(error))
            return False
        else:
            return True
        finally:
            self.open.difference_update(tags)


class IncomingMessage:
    """One message. Settling it on a lost connection does no harm: it comes again."""

    def __init__(self, link: ConsumerChannel, message: amqp.Message) -> None:
        self.link = link
        self.tag: int = message.delivery_tag
        self.body: bytes | str = message.body
        self.key: str = message.delivery_info["routing_key"]
        self._message = message

    @property
    def headers(self) -> dict[str, Any]:
        """What the sender wrote beside the body."""
        return self._message.properties.get("application_headers") or {}

    def property(self, name: str) -> str | None:
        """An AMQP property, such as `reply_to`."""
        value: str | None = self._message.properties.get(name)
        return value

    def copy(self, headers: Mapping[str, object]) -> amqp.Message:
        """The same message with more headers, to be published elsewhere."""
        body = self.body.encode() if isinstance(self.body, str) else self.body
        kept = {
            name: value for name, value in self.headers.items() if name != "x-death"
        }
        return broker.message(
            body,
            application_headers={**kept, **headers},
            delivery_mode=broker.PERSISTENT,
            message_id=self.property("message_id") or "",
            type=self.property("type") or "",
        )

    def acknowledge(self) -> None:
        """Done: the broker may forget it."""
        self.link.acknowledge([self.tag])

    def give_back(self) -> None:
        """Not done: the broker gives it to somebody again."""
        self._settle(lambda: self.link.channel.basic_reject(self.tag, requeue=True))

    def answer(self, exchange: str, key: str, content: amqp.Message) -> bool:
        """Send an answer and acknowledge; False when the connection is gone.

        Both go down one connection in this order: the acknowledgement cannot arrive
        without the answer, so neither needs a confirm, and a lost connection brings
        the request again.
        """

        def both() -> None:
            with self.link.channel.connection.transport.written_together():
                broker.publish(self.link.channel, exchange, key, content)
                self.link.channel.basic_ack(self.tag)

        return self._settle(both)

    def _settle(self, act: Callable[[], object]) -> bool:
        return self.link.settle([self.tag], act)


def acknowledge_all(messages: Iterable[IncomingMessage]) -> None:
    """All are done: the broker may forget them."""
    tags: dict[ConsumerChannel, list[int]] = defaultdict(list)
    for message in messages:
        tags[message.link].append(message.tag)
    for link, of_link in tags.items():
        link.acknowledge(of_link)
