"""The relay: carries what operations announced from the outbox to the broker.

A row leaves the table in the transaction that saw its publishing confirmed. Lost
process, lost broker, lost database: the rows stay, and go out later, maybe twice.
Copies of a service share the work; the order is not promised, versions are.
An event that no queue is bound to yet is confirmed and gone: consumers come first,
and an owner can re-announce everything.
"""

import threading
import time
from typing import Any

import msgspec
import structlog
from nameko.extensions import DependencyProvider
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lineup import broker, metrics
from lineup.bus.ground import Ground
from lineup.database.records import OUTBOX, OUTBOX_FILLED
from lineup.database.waking import Waker
from lineup.events import exchange_of

log = structlog.get_logger(__name__)

BATCH = 200
POLL_SECONDS = 1.0
LAST_SECONDS = 5.0
LONGEST_PAUSE = 5.0


class Relay(DependencyProvider):
    """Runs in every copy, in a greenlet of its own."""

    ground = Ground()

    def setup(self) -> None:
        """Be woken by every commit that announced something."""
        self._wake = threading.Event()
        self._stopping = False
        self._done = threading.Event()
        self._publisher: Publisher | None = None

    def start(self) -> None:
        """Begin."""
        self.ground.database.on_announced = self._wake.set
        self.container.spawn_managed_thread(self._run)
        self.container.spawn_managed_thread(self._listen)

    def stop(self) -> None:
        """Carry what the last workers announced, then end."""
        self._stopping = True
        self._wake.set()
        self._done.wait(LAST_SECONDS)

    def _listen(self) -> None:
        """Be woken by commits of other processes, too: workers and tasks."""
        with Waker(self.ground.settings.database_uri, OUTBOX_FILLED) as waker:
            while not self._stopping:
                if waker.wait(POLL_SECONDS):
                    self._wake.set()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping:
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            pause = self._turn(pause)
            time.sleep(0 if self._stopping else pause)
        self._turn(pause)
        self._drop()
        self._done.set()

    def _turn(self, pause: float) -> float:
        try:
            while self._carry() == BATCH:
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

    def _carry(self) -> int:
        with Session(self.ground.database.engine) as session, session.begin():
            rows = take(session)
            if rows:
                if self._publisher is None or not self._publisher.is_usable():
                    self._drop()
                    self._publisher = Publisher(self.ground.settings.amqp_uri)
                self._publisher.send(rows)
                service = self.container.service_name
                metrics.EVENTS_SENT.labels(service).inc(len(rows))
        return len(rows)

    def _drop(self) -> None:
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None


def take(session: Session) -> list[Any]:
    """The oldest rows no other relay holds, deleted if this transaction commits."""
    oldest = (
        select(OUTBOX.c.seq)
        .order_by(OUTBOX.c.seq)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    gone = (
        delete(OUTBOX)
        .where(OUTBOX.c.seq.in_(oldest))
        .returning(OUTBOX.c.seq, OUTBOX.c.source, OUTBOX.c.type, OUTBOX.c.envelope)
    )
    return sorted(session.execute(gone).all(), key=lambda row: row.seq)


def _trace_of(envelope: dict[str, Any]) -> dict[str, str]:
    """The header by which others than us follow a trace."""
    traceparent = envelope["context"].get("traceparent")
    return {"traceparent": traceparent} if traceparent else {}


class Publisher:
    """Publishes batches, one wait for the broker's confirms a batch."""

    def __init__(self, uri: str) -> None:
        self._confirmed = broker.Confirmed(uri, name="outbox")
        self._declared: set[str] = set()

    def send(self, rows: list[Any]) -> None:
        """Publish all rows and wait until the broker has them."""
        for row in rows:
            exchange = self._declare(exchange_of(row.source))
            content = broker.message(
                msgspec.json.encode(row.envelope),
                delivery_mode=broker.PERSISTENT,
                message_id=row.envelope["id"],
                type=row.type,
                application_headers=_trace_of(row.envelope),
            )
            self._confirmed.publish(exchange, row.type, content)
        self._confirmed.confirm()

    def is_usable(self) -> bool:
        """Whether the connection is still open."""
        return self._confirmed.is_usable()

    def close(self) -> None:
        """Let the connection go."""
        self._confirmed.close()

    def _declare(self, exchange: str) -> str:
        if exchange not in self._declared:
            self._confirmed.channel.exchange_declare(
                exchange, "topic", durable=True, auto_delete=False
            )
            self._declared.add(exchange)
        return exchange
