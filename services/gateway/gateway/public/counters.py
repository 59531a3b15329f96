"""The counters: answers given in a worker's poller loop, counted at next to no cost.

The loop alone writes here; once a second the counts are added to the metrics that
all workers share, whose files and locks would cost the loop a tenth of its speed.
"""

import threading
from bisect import bisect_left
from collections import defaultdict

from gateway.public.private_parts import observe_many
from lineup import metrics
from lineup.metrics import BUCKETS

FLUSH_SECONDS = 1.0
SERVICE, KIND = "gateway", "public"


class EndpointCounters:
    """The answers of one kind of address."""

    def __init__(self) -> None:
        self.statuses: dict[str, int] = defaultdict(int)
        """How many answers began with which status, such as "304"."""
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0


class Counters:
    """Counts of one process since the last flush."""

    def __init__(self) -> None:
        self._lines: dict[str, EndpointCounters] = defaultdict(EndpointCounters)

    def note(self, endpoint: str, status: str, seconds: float) -> None:
        """Count one answer."""
        line = self._lines[endpoint]
        line.statuses[status[:3]] += 1
        line.buckets[bisect_left(BUCKETS, seconds)] += 1
        line.seconds += seconds

    def flush(self) -> None:
        """Add all to the shared metrics, and begin anew.

        The dictionary changes hands in one step; a line that the loop is just writing
        may keep that one answer for nobody.
        """
        lines, self._lines = self._lines, defaultdict(EndpointCounters)
        for endpoint, line in lines.items():
            _add(endpoint, line)

    def flush_ever_after(self) -> None:
        """Flush once a second, beside the loop, as long as the process lives."""
        waiting = threading.Event()

        def run() -> None:
            while not waiting.wait(FLUSH_SECONDS):
                self.flush()

        threading.Thread(target=run, name="counters", daemon=True).start()


def _add(endpoint: str, line: EndpointCounters) -> None:
    for status, count in line.statuses.items():
        outcome = metrics.outcome_of_status(int(status))
        metrics.REQUESTS.labels(SERVICE, KIND, endpoint, outcome).inc(count)
    times = metrics.SECONDS.labels(SERVICE, KIND, endpoint)
    observe_many(times, line.buckets, line.seconds)
