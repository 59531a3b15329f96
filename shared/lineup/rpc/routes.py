"""Which kind of queue leads to each service, as far as a process has seen."""

import time

from lineup.call_queues import KINDS, CallQueue

REMEMBERED_SECONDS = 30.0


class Routes:
    """Remembers where calls found a queue, so that the next looks there first."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[CallQueue, float]] = {}

    def kinds(self, service: str) -> list[CallQueue]:
        """The kinds to try, the one that led there last first."""
        last, _ = self._seen.get(service, (KINDS[0], 0.0))
        return [last, *(kind for kind in KINDS if kind is not last)]

    def note(self, service: str, kind: CallQueue) -> None:
        """This kind leads there now."""
        self._seen[service] = kind, time.monotonic()

    def was_there(self, service: str) -> bool:
        """Whether there was a queue a moment ago."""
        seen = self._seen.get(service)
        return seen is not None and time.monotonic() - seen[1] < REMEMBERED_SECONDS
