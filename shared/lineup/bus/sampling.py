"""Reads, every few seconds, what counters cannot tell: waiting work.

The outbox and what a service says is due are asked of its database, queues and
messages set aside of the broker, on a connection of its own. Nobody waits for it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import amqp
from amqp.exceptions import NotFound
from eventlet.event import Event
from eventlet.timeout import Timeout
from nameko.extensions import DependencyProvider
from sqlalchemy import func, select

from lineup import broker, metrics
from lineup.bus.endpoints import EndpointKind, endpoints_of, queue_of
from lineup.bus.retries import dead_letter_queue
from lineup.bus.service_context import ServiceContext
from lineup.call_queues import KINDS
from lineup.database import UnitOfWork
from lineup.database.records import OUTBOX
from lineup.metrics import Sample

MetricSource = Callable[[UnitOfWork], Iterable[Sample]]
"""Looks something up in a transaction of its own."""

BROKER_SECONDS = 5


class MetricsSampler(DependencyProvider):
    """Runs in every copy that has a probe port; metrics are served there."""

    service_context = ServiceContext()

    def setup(self) -> None:
        """Name the sources that are read."""
        service = self.container.service_cls
        queues = [
            queue_of(service.name, endpoint)
            for endpoint in endpoints_of(service)
            if endpoint.kind is EndpointKind.EVENT
        ]
        self._stop = Event()
        self._depths = QueueDepths(
            self.service_context.settings.amqp_uri, service.name, queues
        )
        samples = self.service_context.samples
        samples.now = self._current
        samples.sources["broker"] = self._depths.read
        samples.sources["outbox"] = lambda: self._read(outbox)
        for source in service.metric_sources:
            samples.sources[source.__name__] = self._reader(source)

    def start(self) -> None:
        """Begin to read, if metrics are served."""
        if self.service_context.settings.probe_port:
            self.container.spawn_managed_thread(self._run)

    def stop(self) -> None:
        """End."""
        self._stop.send()

    def _run(self) -> None:
        while not self._stop.ready():
            self.service_context.samples.refresh()
            with Timeout(metrics.REFRESH_SECONDS, exception=False):
                self._stop.wait()
        self._depths.close()

    def _reader(self, source: MetricSource) -> Callable[[], list[Sample]]:
        return lambda: self._read(source)

    def _read(self, source: MetricSource) -> list[Sample]:
        with self.service_context.database.transaction() as work:
            return list(source(work))

    def _current(self) -> Iterator[Sample]:
        yield from metrics.readiness(self.service_context.checks)
        for name, pool in self.container.workers.pools().items():
            yield metrics.WORKERS.of(pool.size, name)
            yield metrics.BUSY.of(pool.running(), name)


def outbox(work: UnitOfWork) -> Iterator[Sample]:
    """How many events wait to be carried, and since when by the database's clock."""
    oldest = func.extract("epoch", func.now() - func.min(OUTBOX.c.created_at))
    row = work.session.execute(
        select(func.count(), func.coalesce(oldest, 0)).select_from(OUTBOX)
    ).one()
    yield metrics.OUTBOX_ROWS.of(row[0])
    yield metrics.OUTBOX_AGE.of(max(float(row[1]), 0))


class QueueDepths:
    """How full a service's queues are, asked over one connection that is kept."""

    def __init__(self, uri: str, service: str, queues: list[str]) -> None:
        self._uri = uri
        self._service = service
        self._queues = queues
        self._connection: amqp.Connection | None = None
        self._channel: amqp.Channel | None = None

    def read(self) -> list[Sample]:
        """The depth of each queue and its set-aside; a fault ends the connection."""
        try:
            with Timeout(BROKER_SECONDS, ConnectionError("The broker is silent.")):
                return list(self._depths())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            broker.close(self._connection)
        self._connection = self._channel = None

    def _depths(self) -> Iterator[Sample]:
        for kind in KINDS:
            calls = kind.name_for(self._service)
            yield metrics.QUEUE.of(self._depth(calls), calls)
        for queue in self._queues:
            yield metrics.QUEUE.of(self._depth(queue), queue)
            yield metrics.DEAD_LETTERS.of(self._depth(dead_letter_queue(queue)), queue)

    def _depth(self, queue: str) -> int:
        """Messages ready; a queue that was never made has none."""
        try:
            found: Any = self._open().queue_declare(queue, passive=True)
        except NotFound:
            self._channel = None
            return 0
        return int(found.message_count)

    def _open(self) -> amqp.Channel:
        if self._connection is None:
            name = f"{self._service} watch"
            self._connection = broker.connect(self._uri, name=name, heartbeat=0)
        if self._channel is None:
            self._channel = self._connection.channel()
        return self._channel
