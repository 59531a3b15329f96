"""The broker by py-amqp: connections whose every wait ends, publishing with confirms.

Works the same in threads and, once eventlet has patched, in greenlets.
"""

import math
import random
import select
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp
import structlog
from amqp import spec
from amqp.exceptions import AccessRefused, AMQPError

from lineup.errors import ServiceUnavailable
from lineup.transport import BufferedConnection

log = structlog.get_logger(__name__)

LOST = (OSError, AMQPError)
"""What rises when the broker, or the way to it, is gone."""

CONNECT_SECONDS = 5.0
"""How long connecting may take, over all addresses."""
AVOIDED_SECONDS = 10.0
"""How long an address that could not be reached is tried last."""
HEARTBEAT_SECONDS = 30
HEARTBEAT_FRAME = 8
SILENCE_MILLISECONDS = 15_000
"""How long written bytes may stay unacknowledged before TCP gives up."""
PERSISTENT = 2
TRANSIENT = 1

QUORUM: Mapping[str, Any] = {"x-queue-type": "quorum"}


class Unroutable(ServiceUnavailable):
    """The service is not running."""


class Unconfirmed(ConnectionError):  # noqa: N818 - says what happened
    """The broker refused a message or did not confirm it in time."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the broker is, and who asks: `amqp://user:password@one:5672,two:5672/vhost`.

    Several hosts are nodes of one cluster, and any of them will do.
    """

    hosts: tuple[str, ...]
    """Each `host:port`."""
    user: str
    password: str
    vhost: str
    has_tls: bool

    @classmethod
    def of(cls, uri: str) -> "Address":
        """The parts of a URI; `amqps://` asks for TLS."""
        parts = urlsplit(uri)
        has_tls = parts.scheme.endswith("s")
        login, _, hosts = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        return cls(
            hosts=tuple(
                _with_port(host, 5671 if has_tls else 5672) for host in hosts.split(",")
            ),
            user=unquote(user) or "guest",
            password=unquote(password) or "guest",
            vhost=unquote(parts.path[1:]) or "/",
            has_tls=has_tls,
        )


def _with_port(host: str, port: int) -> str:
    return host if host.rpartition(":")[2].isdigit() else f"{host}:{port}"


_failed_at: dict[str, float] = {}
"""When a host could not be reached, by its address."""


def connect(
    uri: str, *, name: str, heartbeat: int = HEARTBEAT_SECONDS
) -> amqp.Connection:
    """Open a connection that the management page shows as `name`; LOST when it fails.

    Of several hosts the first that answers is taken; they are tried in random order,
    those that failed lately last. `amqps://` asks for TLS with the system's
    authorities.
    """
    address = Address.of(uri)
    *first, last = _connection_order(address.hosts)
    for host in first:
        try:
            return _connect_to(host, address, name, heartbeat)
        except AccessRefused:
            raise
        except LOST as error:
            log.info("broker_node_away", node=host, connection=name, error=str(error))
    return _connect_to(last, address, name, heartbeat)


def _connection_order(hosts: tuple[str, ...]) -> list[str]:
    """The order in which to try hosts."""
    avoided_since = time.monotonic() - AVOIDED_SECONDS
    shuffled = random.sample(hosts, len(hosts))
    return sorted(
        shuffled, key=lambda host: _failed_at.get(host, -math.inf) > avoided_since
    )


def _connect_to(
    host: str, address: Address, name: str, heartbeat: int
) -> amqp.Connection:
    tls = {"server_hostname": host.rpartition(":")[0]} if address.has_tls else False
    connection = BufferedConnection(
        host=host,
        userid=address.user,
        password=address.password,
        login_method="PLAIN",
        virtual_host=address.vhost,
        ssl=tls,
        connect_timeout=CONNECT_SECONDS / len(address.hosts),
        heartbeat=heartbeat,
        client_properties={"connection_name": name},
        socket_settings={socket.TCP_USER_TIMEOUT: SILENCE_MILLISECONDS},
    )
    try:
        connection.connect()
    except LOST:
        _failed_at[host] = time.monotonic()
        raise
    _failed_at.pop(host, None)
    return connection


def close(connection: amqp.Connection) -> None:
    """Close, whatever state it is in."""
    try:
        connection.close()
    except (*LOST, AttributeError, KeyError):
        connection.collect()


def readable(connection: amqp.Connection, seconds: float) -> bool:
    """Whether something from the broker can be read within `seconds`."""
    sock = connection.sock
    if sock is None:
        raise ConnectionError("The connection to the broker is closed.")
    if has_read_ahead(connection):
        return True
    pending = getattr(sock, "pending", None)
    if pending is not None and pending():
        return True
    return bool(select.select([sock], [], [], seconds)[0])


def has_read_ahead(connection: amqp.Connection) -> bool:
    """Whether something the broker said is here already, for handle_frame to take."""
    return bool(connection.transport.has_read_ahead)


def handle_frame(connection: amqp.Connection) -> None:
    """Handle one thing the broker says: an event, or that it is still there.

    py-amqp's drain_events reads on after a heartbeat until there is an event; an idle
    connection would hang in it, say nothing itself, and be closed for its silence.
    """
    while True:
        frame = connection.transport.read_frame()
        if connection.on_inbound_frame(frame) or frame[0] == HEARTBEAT_FRAME:
            return


def message(body: bytes, **properties: Any) -> amqp.Message:
    """A JSON message; `headers` go by the name of `application_headers`."""
    return amqp.Message(body, content_type="application/json", **properties)


def publish(
    channel: amqp.Channel,
    exchange: str,
    key: str,
    content: amqp.Message,
    *,
    mandatory: bool = False,
) -> None:
    """Write a message to the socket, without waiting and without reading."""
    arguments = (0, exchange, key, mandatory, False)
    channel.send_method(spec.Basic.Publish, "Bssbb", arguments, content)


class ConfirmingPublisher:
    """A connection of its own whose channel waits until the broker has the messages.

    One thread or greenlet at a time. After anything but Unroutable or Unconfirmed rose
    it is of no use: close it.
    It has no heartbeats, since nobody may be at it for long; ask `is_usable` before
    the next use, and TCP finds out about a path that has silently gone.
    """

    def __init__(self, uri: str, *, name: str) -> None:
        self.connection = connect(uri, name=name, heartbeat=0)
        self.channel = self.connection.channel()
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self._on_ack)
        self.channel.events["basic_nack"].add(self._on_nack)
        self.channel.events["basic_return"].add(self._on_return)
        self._sent = 0
        self._confirmed = 0
        self._early: set[int] = set()
        self._returned = False
        self._refused = False

    def publish(
        self, exchange: str, key: str, content: amqp.Message, *, mandatory: bool = False
    ) -> None:
        """Write one message; `confirm` then waits for all that were written."""
        publish(self.channel, exchange, key, content, mandatory=mandatory)
        self._sent += 1

    def publish_all(self, messages: Iterable[tuple[str, str, amqp.Message]]) -> None:
        """Write many messages at once, each with its exchange and key."""
        with self.connection.transport.written_together():
            for message in messages:
                self.publish(*message)

    def confirm(self, seconds: float = 5.0) -> None:
        """Wait until the broker has everything.

        Unroutable when a mandatory message found no queue; Unconfirmed when the broker
        refused one; LOST when the connection went or the time is over.
        """
        while self._confirmed < self._sent:
            self.connection.drain_events(timeout=seconds)
        returned, self._returned = self._returned, False
        refused, self._refused = self._refused, False
        if returned:
            raise Unroutable
        if refused:
            raise Unconfirmed("The broker did not take the message.")

    def is_usable(self) -> bool:
        """Whether it is still open: the only thing to read while idle is its end."""
        try:
            return not readable(self.connection, 0)
        except (*LOST, ValueError):
            return False

    def close(self) -> None:
        """Let the connection go."""
        close(self.connection)

    def _on_ack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - py-amqp's
        if multiple:
            self._confirmed = tag
            self._early = {early for early in self._early if early > tag}
        else:
            self._early.add(tag)
        while self._confirmed + 1 in self._early:
            self._confirmed += 1
            self._early.remove(self._confirmed)

    def _on_nack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - py-amqp's
        self._refused = True
        self._on_ack(tag, multiple)

    def _on_return(self, *_: Any) -> None:
        self._returned = True
