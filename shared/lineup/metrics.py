"""Metrics: what a process counts, and what it looks up, for whoever watches it.

Counters and times are written where things happen. Figures (a queue's depth, the age
of the oldest job) are looked up every few seconds and kept, so that asking for them
never waits for a database or a broker; what could not be looked up is left out.
`deploy/observability/README.md` explains each by name.
"""

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lineup.errors import Refusal, Unavailable

log = structlog.get_logger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST
REFRESH_SECONDS = 5.0
"""How old a figure may be."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

disable_created_metrics()  # type: ignore[no-untyped-call]

REQUESTS = Counter(
    "lineup_requests",
    "Work done at an endpoint, by how it ended: ok, refused, away or failed.",
    ["service", "kind", "endpoint", "outcome"],
)
SECONDS = Histogram(
    "lineup_request_duration_seconds",
    "From knocking at an endpoint to its answer, the wait for a worker included.",
    ["service", "kind", "endpoint"],
    buckets=BUCKETS,
)
CALLS = Counter(
    "lineup_calls",
    "Calls of another service, by how they ended.",
    ["service", "target", "verb", "outcome"],
)
CALL_SECONDS = Histogram(
    "lineup_call_duration_seconds",
    "From asking another service to its answer.",
    ["service", "target"],
    buckets=BUCKETS,
)
EVENTS_SENT = Counter(
    "lineup_events_sent",
    "Events carried from the outbox to the broker.",
    ["service"],
)
PUT_OFF = Counter(
    "lineup_put_off",
    "Pieces of work that raised and were put off by themselves, the others going on.",
    ["service", "work"],
)


def outcome_of(error: BaseException | None) -> str:
    """How work ended: ok, refused, away (something else is, try again) or failed."""
    if error is None:
        return "ok"
    if isinstance(error, Unavailable):
        return "away"
    return "refused" if isinstance(error, Refusal) else "failed"


def outcome_of_status(status: int) -> str:
    """How an HTTP request ended, by its answer's status."""
    if status in {503, 504}:
        return "away"
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else "ok"


def count(
    service: str,
    kind: str,
    endpoint: str,
    outcome: str,
    seconds: float,
    number: int = 1,
) -> None:
    """Note pieces of work that were done together, and how long each took by that."""
    REQUESTS.labels(service, kind, endpoint, outcome).inc(number)
    durations = SECONDS.labels(service, kind, endpoint)
    for _ in range(number):
        durations.observe(seconds)


def count_call(
    service: str, target: str, verb: str, outcome: str, seconds: float
) -> None:
    """Note one call of another service and how long its answer took."""
    CALLS.labels(service, target, verb, outcome).inc()
    CALL_SECONDS.labels(service, target).observe(seconds)


@dataclass(frozen=True)
class Gauge:
    """A value that is read: its name, what it says, what tells values apart."""

    name: str
    description: str
    labels: tuple[str, ...] = ()

    def of(self, value: float, *labels: str) -> "Sample":
        """One value of it."""
        return Sample(self, float(value), labels)


@dataclass(frozen=True)
class Sample:
    """One value of a gauge."""

    gauge: Gauge
    value: float
    labels: tuple[str, ...] = ()


BUILD = Gauge("lineup_build_info", "What runs here; always 1.", ("version", "python"))
READY = Gauge("lineup_ready", "Whether a part is well: 1 or 0.", ("check",))
WORKERS = Gauge("lineup_workers", "How much can be worked on at once.", ("pool",))
BUSY = Gauge("lineup_workers_busy", "How much is being worked on.", ("pool",))
FRESH = Gauge(
    "lineup_figures_fresh", "Whether figures could be looked up: 1 or 0.", ("source",)
)
OUTBOX_ROWS = Gauge("lineup_outbox_rows", "Events waiting to be carried out.")
OUTBOX_AGE = Gauge(
    "lineup_outbox_oldest_seconds", "How long the oldest of them has waited."
)
DUE_ROWS = Gauge("lineup_due_rows", "Work that is due and not done.", ("work",))
DUE_AGE = Gauge(
    "lineup_due_oldest_seconds", "For how long the oldest has been due.", ("work",)
)
FAILING_ROWS = Gauge(
    "lineup_failing_rows", "Work that failed and is put off.", ("work",)
)
QUEUE = Gauge("lineup_queue_messages", "Messages ready in an own queue.", ("queue",))
DEAD_LETTERS = Gauge(
    "lineup_set_aside_messages", "Messages set aside after their last try.", ("queue",)
)

SampleReader = Callable[[], Iterable[Sample]]


@dataclass
class Samples(Collector):
    """The gauges of one service: read by `refresh`, served by `collect`."""

    service: str
    now: Callable[[], Iterable[Sample]] = tuple
    """Samples that cost nothing, taken at every scrape."""
    sources: dict[str, SampleReader] = field(default_factory=dict)
    _kept: dict[str, list[Sample]] = field(default_factory=dict)

    def refresh(self) -> None:
        """Read every source; one that fails has no samples until it works again."""
        for source, read in self.sources.items():
            try:
                self._kept[source] = list(read())
            except Exception as error:  # noqa: BLE001 - watching must harm nobody
                if self._kept.pop(source, None) is not None:
                    log.warning("figures_unknown", source=source, error=str(error))

    def collect(self) -> Iterator[Metric]:
        """Every sample known, as Prometheus has them."""
        families: dict[str, GaugeMetricFamily] = {}
        for sample in self._all():
            gauge = sample.gauge
            family = families.setdefault(
                gauge.name,
                GaugeMetricFamily(
                    gauge.name, gauge.description, labels=("service", *gauge.labels)
                ),
            )
            family.add_metric((self.service, *sample.labels), sample.value)
        yield from families.values()

    def _all(self) -> Iterator[Sample]:
        yield BUILD.of(1, _version_of(self.service), platform.python_version())
        yield from self.now()
        for source in self.sources:
            yield FRESH.of(source in self._kept, source)
        for kept in list(self._kept.values()):
            yield from kept


def exposition(samples: Samples, registry: CollectorRegistry = REGISTRY) -> bytes:
    """All that this process tells, as Prometheus reads it."""
    return generate_latest(registry) + generate_latest(samples)


def due(
    work: str, rows: int, oldest_at: datetime | None, now: datetime
) -> list[Sample]:
    """How much of some work is due, and for how long the oldest has been."""
    age = max((now - oldest_at).total_seconds(), 0.0) if oldest_at else 0.0
    return [DUE_ROWS.of(rows, work), DUE_AGE.of(age, work)]


def readiness(checks: Mapping[str, Callable[[], bool]]) -> list[Sample]:
    """What a probe says, as samples."""
    return [READY.of(check(), name) for name, check in checks.items()]


def _version_of(service: str) -> str:
    try:
        return version(service.removesuffix("-worker"))
    except PackageNotFoundError:
        return "unknown"
