"""The least that the facts of one order need, without any framework: for `order_cost`.

The signature is verified. Each service's rows are written by plain psycopg2 in as many
transactions as an order takes, one statement a row, and what is to be told is a row of
an outbox that leaves when the broker has confirmed it. Each event goes through a quorum
queue for each of its listeners, which acknowledges it after its commit. The mail goes
by SMTP to the catcher, and the user's rendered fact is written, synced and renamed.
"""

import hashlib
import hmac
import json
import os
import secrets
import smtplib
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

import amqp
import psycopg2
from order_to_playlist import Running, a_woo_order
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class

from lineup import broker

SERVICES = ("accounts", "billing", "playlists", "notifications")
HOP_SECONDS = 30.0
BODY_CHARACTERS = 400
"""What a row or an event holds, about as much as the real ones do."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one listener does in one transaction: rows written, changed, events told."""

    on: str
    service: str
    rows: tuple[str, ...]
    changed: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()

    @property
    def queue(self) -> str:
        """Its own queue of the event."""
        return f"bare-{self.on}-{self.service}"


PARTS = (
    Part(
        on="order",
        service="billing",
        rows=("delivery",),
        tells=("delivery_stored",),
    ),
    Part(
        on="delivery_stored",
        service="billing",
        rows=("inbox", "shop_order", "effect", "seat"),
        changed=("delivery",),
        tells=("order_accepted",),
    ),
    Part(
        on="order_accepted",
        service="accounts",
        rows=("inbox", "account", "customer", "login", "line"),
        tells=(
            "customer_changed",
            "user_changed",
            "seats_filled",
            "credentials_issued",
        ),
    ),
    Part(on="customer_changed", service="billing", rows=("customer",)),
    Part(on="customer_changed", service="playlists", rows=("customer",)),
    Part(on="customer_changed", service="notifications", rows=("customer",)),
    Part(on="user_changed", service="billing", rows=("line",)),
    Part(on="user_changed", service="playlists", rows=("line",)),
    Part(
        on="seats_filled",
        service="billing",
        rows=("inbox", "transfer", "entry", "entry", "subscription", "period"),
        changed=("shop_order", "seat"),
        tells=("subscription_changed",),
    ),
    Part(
        on="credentials_issued",
        service="notifications",
        rows=("inbox", "mail"),
    ),
    Part(
        on="subscription_changed",
        service="accounts",
        rows=("subscription",),
        changed=("line", "customer"),
    ),
    Part(
        on="subscription_changed",
        service="playlists",
        rows=("subscription", "rendering"),
    ),
)
"""An order's way, in the order in which a single process can go it."""

TABLE = """
CREATE TABLE {name} (
    id uuid PRIMARY KEY,
    of_order uuid NOT NULL,
    body jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON {name} (of_order);
"""


class BareOrders:
    """Takes orders on the servers of a running system, in databases of its own."""

    def __init__(self, system: Running) -> None:
        self._system = system
        self._key = secrets.token_bytes(32)
        self._body = json.dumps({"x": "y" * BODY_CHARACTERS})
        self._event = self._body.encode()
        self._tag = secrets.token_hex(4)

    def __enter__(self) -> Self:
        self._server = postgres_of(self._system)
        self._connections = {name: self._database(name) for name in SERVICES}
        self._publisher = broker.ConfirmingPublisher(self._uri, name="bare out")
        self._consumer = broker.connect(self._uri, name="bare in", heartbeat=0)
        self._channel = self._consumer.channel()
        self._arrived: list[amqp.Message] = []
        self._exchange = f"bare-{self._tag}"
        self._bind()
        self._mail = smtplib.SMTP("127.0.0.1", int(self._port("MAIL")))
        self._folder = tempfile.TemporaryDirectory()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for part in PARTS[1:]:
            self._publisher.channel.queue_delete(self._queue(part))
        self._publisher.channel.exchange_delete(self._exchange)
        self._publisher.close()
        broker.close(self._consumer)
        self._mail.quit()
        self._folder.cleanup()
        for name, connection in self._connections.items():
            connection.close()
            with _autocommit(self._server) as cursor:
                cursor.execute(f"DROP DATABASE bare_{name}_{self._tag}")

    def take(self) -> None:
        """One order, until its mail is out and its fact is written."""
        payload = a_woo_order(1, "bare@example.org")
        signed = hmac.digest(self._key, payload, hashlib.sha256)
        if not hmac.compare_digest(signed, hmac.digest(self._key, payload, "sha256")):
            raise ValueError("The signature is wrong.")
        order_id = str(uuid.uuid4())
        buyer = json.loads(payload)["billing"]["email"]
        for part in PARTS:
            message = self._next(part) if part.on != "order" else None
            self._write(part, order_id)
            if message is not None:
                self._channel.basic_ack(message.delivery_tag)
            if part.tells:
                self._carry(part)
        self._finish("notifications", "mail", order_id, lambda: self._send(buyer))
        self._finish("playlists", "rendering", order_id, lambda: self._render(order_id))

    def _write(self, part: Part, order_id: str) -> None:
        connection = self._connections[part.service]
        with connection, connection.cursor() as cursor:
            for name in (*part.rows, *("outbox" for _ in part.tells)):
                self._insert(cursor, name, order_id)
            for name in part.changed:
                cursor.execute(
                    f"UPDATE {name} SET changed_at = now() WHERE of_order = %s",
                    (order_id,),
                )

    def _insert(self, cursor: Cursor, name: str, order_id: str) -> None:
        cursor.execute(
            f"INSERT INTO {name} (id, of_order, body) VALUES (%s, %s, %s)",
            (str(uuid.uuid4()), order_id, self._body),
        )

    def _carry(self, part: Part) -> None:
        """What was told leaves the outbox, confirmed by the broker."""
        connection = self._connections[part.service]
        with connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM outbox RETURNING body")
            cursor.fetchall()
            for event in part.tells:
                content = broker.message(self._event, delivery_mode=broker.PERSISTENT)
                self._publisher.publish(self._exchange, event, content)
            self._publisher.confirm()

    def _next(self, part: Part) -> amqp.Message:
        """The message of a listener; each has one of an order at a time."""
        key = self._queue(part)
        while True:
            for message in self._arrived:
                if message.delivery_info["consumer_tag"] == key:
                    self._arrived.remove(message)
                    return message
            self._consumer.drain_events(timeout=HOP_SECONDS)

    def _finish(
        self, service: str, name: str, order_id: str, work: Callable[[], None]
    ) -> None:
        """Do what a row asks for, then mark it as done."""
        connection = self._connections[service]
        work()
        with connection, connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {name} SET changed_at = now() WHERE of_order = %s",
                (order_id,),
            )

    def _send(self, receiver: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = "lineup@example.com", receiver
        mail["Subject"] = "Welcome"
        mail.set_content("x" * BODY_CHARACTERS)
        self._mail.send_message(mail)

    def _render(self, order_id: str) -> None:
        path = Path(self._folder.name, order_id)
        beside = path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(self._event)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def _bind(self) -> None:
        """A quorum queue for each listener."""
        channel = self._publisher.channel
        channel.exchange_declare(self._exchange, "topic", auto_delete=False)
        for part in PARTS[1:]:
            queue = self._queue(part)
            channel.queue_declare(
                queue, durable=True, auto_delete=False, arguments=dict(broker.QUORUM)
            )
            channel.queue_bind(queue, self._exchange, part.on)
            self._channel.basic_consume(
                queue, consumer_tag=queue, callback=self._arrived.append
            )

    def _queue(self, part: Part) -> str:
        return f"{part.queue}-{self._tag}"

    @property
    def _uri(self) -> str:
        return self._system.broker.uri

    def _port(self, name: str) -> str:
        return self._system.ports[f"LINEUP_{name}_PORT"]

    def _database(self, service: str) -> Connection:
        name = f"bare_{service}_{self._tag}"
        with _autocommit(self._server) as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection: Connection = psycopg2.connect(f"{self._server}/{name}")
        tables = {
            table
            for part in PARTS
            if part.service == service
            for table in (*part.rows, *part.changed)
        }
        with connection, connection.cursor() as cursor:
            for table in sorted(tables | {"outbox"}):
                cursor.execute(TABLE.format(name=table))
        return connection


def postgres_of(system: Running) -> str:
    """The system's server, as its administrator."""
    from lineup_local.servers import Servers
    from lineup_local.settings import read

    return str(Servers(read(system.environment)).postgres.uri)


@contextmanager
def _autocommit(server: str) -> Iterator[Cursor]:
    connection = psycopg2.connect(f"{server}/postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
