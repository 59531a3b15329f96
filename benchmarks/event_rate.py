"""How many events a second go from the outbox to committed copies, batched and single.

    python benchmarks/event_rate.py [--events 6000] [--rounds 5]

Measured in turns in one run: a bare consumer of a few lines of py-amqp that
acknowledges a full queue, message by message, and does nothing else; our consumer at
such a queue, which commits a copy of each event; our relay, from the outbox to the
broker; and the whole way, one process relaying while another commits the copies. Ours
go in batches as they come, and in batches limited to one. The events are as large as a
user's, the copies as wide. The goal is 0.42 of the bare rate for the whole way in
batches: 5,000 where the bare one does 12,000. Broker and database share the cores.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import amqp
import msgspec
from sqlalchemy import Engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lineup import broker
from lineup.bus import Entrypoints, Service, endpoints_of, on_event
from lineup.bus.endpoints import queue_of
from lineup.bus.retries import work_arguments
from lineup.context import Context, Event
from lineup.database import (
    COLUMN_TYPES,
    UnitOfWork,
    connect,
    new_metadata,
    upsert_newest,
    wake,
)
from lineup.database.records import BASE_TABLES, OUTBOX_FILLED
from lineup.events import envelope, event
from lineup.ids import new_id

AT_ONCE = int(os.environ.get("BENCH_AT_ONCE", "200"))
"""Of the consumer's process: how many events make a batch at most."""
GOAL = 0.42
PREFETCH = 400
LONGEST_SECONDS = 120


@event(source="bench_source")
@dataclass(frozen=True, kw_only=True)
class LineChanged:
    """As much as accounts tells of a user."""

    id: UUID
    version: int
    customer_id: UUID
    partner_id: UUID
    scope: str
    name: str
    username: str
    password: str
    token: str
    public_url: str
    status: str
    created_at: datetime


class Record(DeclarativeBase):
    """A row of the consumer's."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class LineCopy(Record):
    """A copy of all of it."""

    __tablename__ = "line_copies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    customer_id: Mapped[UUID]
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    name: Mapped[str]
    username: Mapped[str]
    password: Mapped[str]
    token: Mapped[str]
    public_url: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]


def keep_lines(work: UnitOfWork, states: Sequence[LineChanged]) -> None:
    """As services keep copies."""
    upsert_newest(work.session, LineCopy, [vars(state) for state in states])


class TakingEntrypoints(Entrypoints):
    """What takes the events."""

    @on_event(at_once=AT_ONCE)
    def on_line_changed(self, events: Sequence[Event[LineChanged]]) -> None:
        """Keep the newest of lines."""
        self.database.apply_copies(events, keep_lines)


class Taker(TakingEntrypoints, Service):
    """The process that keeps copies."""

    name = "bench_taker"


class Source(Service):
    """The process that relays."""

    name = "bench_source"


(TAKING,) = [one for one in endpoints_of(Taker) if one.name == "on_line_changed"]
QUEUE = queue_of(Taker.name, TAKING)


def a_line() -> LineChanged:
    """A new user, as it were."""
    partner, customer = new_id(), new_id()
    return LineChanged(
        id=new_id(),
        version=1,
        customer_id=customer,
        partner_id=partner,
        scope=f"/{partner}/{customer}/",
        name="Living room",
        username=new_id().hex,
        password="gAAAAAB" + "x" * 113,
        token=new_id().hex,
        public_url="https://tv.example.org",
        status="active",
        created_at=datetime.now(UTC),
    )


@dataclass(frozen=True)
class Place:
    """Where all of it happens."""

    amqp_uri: str
    source: Engine
    taker: Engine
    events: int


def into_queue(place: Place, queue: str) -> None:
    """Fill a queue with events."""
    filling = broker.ConfirmingPublisher(place.amqp_uri, name="bench")
    for number in range(place.events):
        said = envelope(a_line(), datetime.now(UTC), Context())
        content = broker.message(msgspec.json.encode(said), delivery_mode=2)
        filling.publish("", queue, content)
        if number % PREFETCH == 0:
            filling.confirm()
    filling.confirm()
    filling.close()


def bare(place: Place) -> float:
    """Seconds to acknowledge a full queue, as directly as py-amqp can."""
    queue = "bench_bare"
    at = broker.Address.of(place.amqp_uri)
    connection = amqp.Connection(
        at.hosts[0], at.user, at.password, virtual_host=at.vhost
    )
    connection.connect()
    channel = connection.channel()
    channel.queue_declare(
        queue, durable=True, auto_delete=False, arguments=work_arguments(queue)
    )
    into_queue(place, queue)
    left = place.events

    def take(message: amqp.Message) -> None:
        nonlocal left
        channel.basic_ack(message.delivery_tag)
        left -= 1

    begun = time.perf_counter()
    channel.basic_qos(0, PREFETCH, False)
    channel.basic_consume(queue, callback=take)
    while left:
        connection.drain_events()
    taken = time.perf_counter() - begun
    channel.queue_delete(queue)
    broker.close(connection)
    return taken


def consumed(place: Place, at_once: int) -> float:
    """Seconds from a full queue to committed copies."""
    with process(place, Taker, at_once) as taker:
        os.kill(taker.pid, signal.SIGSTOP)
        into_queue(place, QUEUE)
        begun = time.perf_counter()
        os.kill(taker.pid, signal.SIGCONT)
        wait_for(lambda: count(place.taker, "line_copies") == place.events)
        return time.perf_counter() - begun


def relayed(place: Place, _at_once: int = 0) -> float:
    """Seconds from the outbox to a queue that nobody takes from."""
    with process(place, Source):
        taken = announced(place, lambda: count(place.source, "outbox") == 0)
    purge(place)
    return taken


def whole(place: Place, at_once: int) -> float:
    """Seconds from the outbox to committed copies."""
    with process(place, Source), process(place, Taker, at_once):
        return announced(
            place, lambda: count(place.taker, "line_copies") == place.events
        )


def announced(place: Place, is_done: Callable[[], bool]) -> float:
    """Seconds from the commit of announcements until it is done."""
    from sqlalchemy.orm import Session

    states = [a_line() for _ in range(place.events)]
    with Session(place.source) as session, session.begin():
        work = UnitOfWork(session, datetime.now(UTC), Context())
        work.announce_all(states)
        wake(session, OUTBOX_FILLED)
    begun = time.perf_counter()
    wait_for(is_done)
    return time.perf_counter() - begun


@contextmanager
def process(
    place: Place, service: type[Service], at_once: int = 1
) -> Iterator[subprocess.Popen[bytes]]:
    """A copy of a service, ready, its tables empty."""
    engine = place.taker if service is Taker else place.source
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE line_copies, outbox, inbox"))
    purge(place)
    uri = engine.url.set(drivername="postgresql")
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parent),
        "BENCH_AT_ONCE": str(at_once),
        "AMQP_URI": place.amqp_uri,
        "DATABASE_URI": uri.render_as_string(hide_password=False),
        "LINEUP_SECRET_KEYS": "A" * 43 + "=",
    }
    words = [sys.executable, "-m", "lineup.bus.run", f"event_rate:{service.__name__}"]
    with Path(os.devnull).open("wb") as nowhere:
        started = subprocess.Popen(words, env=environment, stderr=nowhere)
    try:
        wait_for(lambda: is_ready(place, service))
        yield started
    finally:
        started.terminate()
        started.wait(60)


def is_ready(place: Place, service: type[Service]) -> bool:
    """Whether a copy listens: the taker to its queue, the source to its outbox."""
    if service is Taker:
        return consumers(place) == 1
    listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    with place.source.connect() as connection:
        here = " AND datname = current_database()"
        return bool(connection.execute(text(listening + here)).scalar())


def consumers(place: Place) -> int:
    """How many take from the taker's queue."""
    with channel_of(place) as channel:
        return int(declare(channel).consumer_count)


def purge(place: Place) -> None:
    """Leave the taker's queue empty, bound to what it takes."""
    with channel_of(place) as channel:
        channel.exchange_declare(
            "bench_source.events", "topic", durable=True, auto_delete=False
        )
        declare(channel)
        channel.queue_bind(QUEUE, "bench_source.events", "line_changed")
        channel.queue_purge(QUEUE)


def declare(channel: amqp.Channel) -> "amqp.protocol.queue_declare_ok_t":
    """The taker's queue, as the taker declares it."""
    return channel.queue_declare(
        QUEUE, durable=True, auto_delete=False, arguments=work_arguments(QUEUE)
    )


@contextmanager
def channel_of(place: Place) -> Iterator[amqp.Channel]:
    """A channel for a moment."""
    connection = broker.connect(place.amqp_uri, name="bench")
    yield connection.channel()
    broker.close(connection)


def count(engine: Engine, table: str) -> int:
    """The rows of a table that are committed."""
    with engine.connect() as connection:
        counted = connection.execute(text(f"SELECT count(*) FROM {table}"))
        return int(counted.scalar_one())


def wait_for(is_done: Callable[[], bool]) -> None:
    """Look every hundredth of a second; TimeoutError after two minutes."""
    end = time.monotonic() + LONGEST_SECONDS
    while not is_done():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


BARE = "bare consumer, acknowledging only"
WHOLE = "outbox to copies, batched"
SINGLE_PART = 10
"""A tenth of the events is enough to see how slow they are one by one."""
WAYS: dict[str, Callable[[Place], float]] = {
    BARE: bare,
    "queue to copies, single": lambda place: consumed(place, 1),
    "queue to copies, batched": lambda place: consumed(place, 200),
    "outbox to broker": relayed,
    "outbox to copies, single": lambda place: whole(place, 1),
    WHOLE: lambda place: whole(place, 200),
}


def measured(place: Place, rounds: int) -> dict[str, float]:
    """Events a second by each way, medians."""
    rates: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name, way in WAYS.items():
            part = SINGLE_PART if name.endswith("single") else 1
            events = place.events // part
            rates[name].append(events / way(replace(place, events=events)))
    return {name: statistics.median(each) for name, each in rates.items()}


@contextmanager
def a_place(events: int) -> Iterator[Place]:
    """Two databases and a virtual host, for as long as the body runs."""
    from lineup.testing.databases import Databases, Vhosts
    from lineup.testing.servers import running_servers

    with ExitStack() as stack:
        servers = stack.enter_context(running_servers())
        databases = Databases(servers.postgres, lambda _service, _uri: None)
        vhosts = Vhosts(servers.rabbitmq, servers.management)
        stack.callback(databases.drop_all)
        stack.callback(vhosts.drop_all)
        engines = [connect(databases.empty()) for _ in range(2)]
        for engine in engines:
            stack.callback(engine.dispose)
            BASE_TABLES.create_all(engine)
            Record.metadata.create_all(engine)
        yield Place(vhosts.fresh(), *engines, events)


def main() -> int:
    """Measure, print, and fail when the goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with a_place(asked.events) as place:
        rates = measured(place, asked.rounds)
    limit = rates[BARE]
    for name, rate in rates.items():
        print(f"{name:35}{rate:8,.0f}/s{rate / limit:8.2f}")
    print(f"{'goal':35}{limit * GOAL:8,.0f}/s{GOAL:8.2f}")
    return int(rates[WHOLE] < limit * GOAL)


if __name__ == "__main__":
    sys.exit(main())
