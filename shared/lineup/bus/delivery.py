"""A message that was taken, to be settled once: answered, acknowledged, given back."""

from collections.abc import Callable, Mapping
from typing import Any

import amqp
import structlog

from lineup import broker

log = structlog.get_logger(__name__)


class ConsumerConnection:
    """One living connection of a consumer, and the messages it still owes."""

    def __init__(self, connection: amqp.Connection, channel: amqp.Channel) -> None:
        self.connection = connection
        self.channel = channel
        self.open: set[int] = set()

    def taken(self, message: amqp.Message) -> "IncomingMessage":
        """Note a message that just came."""
        self.open.add(message.delivery_tag)
        return IncomingMessage(self, message)


class IncomingMessage:
    """One message. Settling it on a lost connection does no harm: it comes again."""

    def __init__(self, link: ConsumerConnection, message: amqp.Message) -> None:
        self._link = link
        self._message = message
        self._tag: int = message.delivery_tag
        self.body: bytes | str = message.body
        self.key: str = message.delivery_info["routing_key"]

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
        self._settle(lambda: self._link.channel.basic_ack(self._tag))

    def give_back(self) -> None:
        """Not done: the broker gives it to somebody again."""
        self._settle(lambda: self._link.channel.basic_reject(self._tag, requeue=True))

    def dead_letter(self) -> None:
        """Never to be done: the broker moves it to the dead-letter queue, if any."""
        self._settle(lambda: self._link.channel.basic_reject(self._tag, requeue=False))

    def answer(self, exchange: str, key: str, content: amqp.Message) -> bool:
        """Send an answer and acknowledge; False when the connection is gone.

        Both go down one connection in this order: the acknowledgement cannot arrive
        without the answer, so neither needs a confirm, and a lost connection brings
        the request again.
        """

        def both() -> None:
            broker.publish(self._link.channel, exchange, key, content)
            self._link.channel.basic_ack(self._tag)

        return self._settle(both)

    def _settle(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except (*broker.LOST, AttributeError) as error:
            log.warning("not_settled_will_come_again", error=str(error))
            return False
        else:
            return True
        finally:
            self._link.open.discard(self._tag)
