"""The relay: carries what operations announced from the outbox to the broker.

A row leaves the table in the transaction that saw its publishing confirmed. Lost
process, lost broker, lost database: the rows stay, and go out later, maybe twice.
Copies of a service share the work; the order is not promised, versions are.
A row that the broker refuses is put off by itself: the batch is cut in halves until
only that row is left.
An event that no queue is bound to yet is confirmed and gone: consumers come first,
and an owner can re-announce everything.
"""

import threading
import time
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import amqp
import structlog
from amqp.exceptions import ChannelError, IrrecoverableConnectionError
from nameko.extensions import DependencyProvider
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Text,
    bindparam,
    cast,
    delete,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningDelete

from lineup import broker, metrics
from lineup.bus.service_context import ServiceContext
from lineup.database.listening import PgListener
from lineup.database.records import OUTBOX, OUTBOX_FILLED
from lineup.events import exchange_of

log = structlog.get_logger(__name__)

BATCH = 500
POLL_SECONDS = 1.0
LAST_SECONDS = 5.0
LONGEST_PAUSE = 5.0
PUT_OFF_SECONDS = 60.0
"""How long a row waits that the broker refused."""


class Relay(DependencyProvider):
    """Runs in every copy, in a greenlet of its own."""

    service_context = ServiceContext()

    def setup(self) -> None:
        """Be woken by every commit that announced something."""
        self._wake = threading.Event()
        self._stopping = False
        self._done = threading.Event()
        self._publisher: Publisher | None = None
        self._put_off = PutOff(self.container.service_name)

    def start(self) -> None:
        """Begin."""
        self.service_context.database.on_announced = self._wake.set
        self.container.spawn_managed_thread(self._run)
        self.container.spawn_managed_thread(self._listen)

    def stop(self) -> None:
        """Carry what the last workers announced, then end."""
        self._stopping = True
        self._wake.set()
        self._done.wait(LAST_SECONDS)

    def _listen(self) -> None:
        """Be woken by commits of other processes, too: workers and tasks."""
        with PgListener(
            self.service_context.settings.database_uri, OUTBOX_FILLED
        ) as waker:
            while not self._stopping:
                if waker.wait(POLL_SECONDS):
                    self._wake.set()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping:
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            pause = self._publish_waiting(pause)
            time.sleep(0 if self._stopping else pause)
        self._publish_waiting(pause)
        self._drop()
        self._done.set()

    def _publish_waiting(self, pause: float) -> float:
        try:
            while self._carried():
                pass
        except Exception as error:  # noqa: BLE001 - nothing may end the relay
            self._drop()
            if not pause:
                log.warning(
                    "relay_stalled", error=str(error), kind=type(error).__name__
                )
            return min(pause * 2 or 0.1, LONGEST_PAUSE)
        if pause:
            log.info("relay_recovered")
        return 0.0

    def _carried(self) -> bool:
        """Carry a batch of rows; whether there may be more."""
        rows: list[Any] = []
        try:
            self._carry(rows)
        except Exception as error:
            if not rows or not is_of_a_row(error):
                raise
            self._drop()
            self._put_off.blame(rows, error)
            return True
        return self._put_off.is_more_after(rows)

    def _carry(self, rows: list[Any]) -> None:
        """Publish a batch, noted in `rows` once the broker is there, and delete it."""
        with Session(self.service_context.database.engine) as session, session.begin():
            found = claim_rows(session, self._put_off.batch, self._put_off.now())
            if found:
                publisher = self._connected()
                rows += found
                publisher.send(rows)
                service = self.container.service_name
                metrics.EVENTS_SENT.labels(service).inc(len(rows))

    def _connected(self) -> "Publisher":
        if self._publisher is None or not self._publisher.is_usable():
            self._drop()
            self._publisher = Publisher(self.service_context.settings.amqp_uri)
        return self._publisher

    def _drop(self) -> None:
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None


def claim_rows(session: Session, most: int, without: Collection[int] = ()) -> list[Any]:
    """The oldest rows no other relay holds, deleted if this transaction commits.

    Their envelopes come as the text that is sent: nothing in between reads them.
    """
    values = {"most": most, "without": list(without)}
    rows = session.execute(_claim(), values).all()
    return sorted(rows, key=lambda row: row.seq)


@cache
def _claim() -> ReturningDelete[Any]:
    """Put together once: that takes longer than to ask, which is done all the time."""
    without: BindParameter[int] = bindparam("without", expanding=True)
    oldest = (
        select(OUTBOX.c.seq)
        .where(OUTBOX.c.seq.not_in(without))
        .order_by(OUTBOX.c.seq)
        .limit(bindparam("most", type_=BigInteger()))
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        delete(OUTBOX)
        .where(OUTBOX.c.seq.in_(oldest))
        .returning(
            OUTBOX.c.seq,
            OUTBOX.c.source,
            OUTBOX.c.type,
            OUTBOX.c.event_id,
            cast(OUTBOX.c.envelope, Text).label("body"),
            OUTBOX.c.envelope["context"]["traceparent"].astext.label("traceparent"),
        )
    )


def is_of_a_row(error: Exception) -> bool:
    """Whether the broker is there and would not take this, or nobody could write it."""
    refused = (ChannelError, IrrecoverableConnectionError, broker.Unconfirmed)
    away = (*broker.LOST, SQLAlchemyError)
    return isinstance(error, refused) or not isinstance(error, away)


class PutOff:
    """Rows that cannot be carried: each by itself, for a while."""

    def __init__(self, service: str) -> None:
        self.batch = BATCH
        """How many rows go at once: half as many after each failure, until the one at
        fault is alone.
        """
        self._service = service
        self._until: dict[int, float] = {}
        metrics.PUT_OFF.labels(service, "outbox")

    def now(self) -> list[int]:
        """The rows that are not to be tried yet."""
        now = time.monotonic()
        self._until = {seq: end for seq, end in self._until.items() if end > now}
        return list(self._until)

    def blame(self, rows: Sequence[Any], error: Exception) -> None:
        """A batch did not go: try fewer at once, or leave a single one aside."""
        self.batch = max(1, len(rows) // 2)
        if len(rows) == 1:
            self.batch = BATCH
            self._until[rows[0].seq] = time.monotonic() + PUT_OFF_SECONDS
            metrics.PUT_OFF.labels(self._service, "outbox").inc()
            event, event_type = rows[0].event_id, rows[0].type
            log.error("event_put_off", id=event, type=event_type, error=str(error))

    def is_more_after(self, rows: Sequence[Any]) -> bool:
        """A batch went, so that more may go at once; whether there may be more."""
        was_full = len(rows) == self.batch
        self.batch = min(BATCH, self.batch * 2)
        return was_full


class Publisher:
    """Publishes batches, one wait for the broker's confirms a batch."""

    def __init__(self, uri: str) -> None:
        self._confirmed = broker.ConfirmingPublisher(uri, name="outbox")
        self._declared: set[str] = set()

    def send(self, rows: list[Any]) -> None:
        """Publish all rows and wait until the broker has them."""
        for source in {row.source for row in rows}:
            self._declare(exchange_of(source))
        self._confirmed.publish_all(
            (exchange_of(row.source), row.type, _message(row)) for row in rows
        )
        self._confirmed.confirm()

    def is_usable(self) -> bool:
        """Whether the connection is still open."""
        return self._confirmed.is_usable()

    def close(self) -> None:
        """Let the connection go."""
        self._confirmed.close()

    def _declare(self, exchange: str) -> None:
        if exchange not in self._declared:
            self._confirmed.channel.exchange_declare(
                exchange, "topic", durable=True, auto_delete=False
            )
            self._declared.add(exchange)


def _message(row: Any) -> amqp.Message:
    """A row as it travels."""
    trace = {"traceparent": row.traceparent} if row.traceparent else {}
    return broker.message(
        row.body.encode(),
        delivery_mode=broker.PERSISTENT,
        message_id=str(row.event_id),
        type=row.type,
        application_headers=trace,
    )
