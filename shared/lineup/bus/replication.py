"""Calls that come after a write: they wait for the copies that are to carry it."""

import time
from datetime import UTC, datetime

import structlog
from nameko.extensions import SharedExtension

from lineup.bus.service_context import ServiceContext
from lineup.context import Context
from lineup.database.faults import is_away

log = structlog.get_logger(__name__)

LONGEST_SECONDS = 4.0
ANSWER_SECONDS = 0.7
"""What is left of a caller's time for the answer itself."""


class ReplicationWaiter(SharedExtension):
    """Knows which copies the service keeps, and waits for them."""

    service_context = ServiceContext()

    def wait(self, context: Context) -> bool:
        """Whether the copies carry what the caller has written, waited for in time.

        A database that is away is no reason to wait: the call itself will say so.
        """
        copies = getattr(self.container.service_cls, "copies", {})
        if not copies:
            return True
        from lineup.database.replication import wait_for_copies

        until = time.monotonic() + _seconds_for(context)
        try:
            engine = self.service_context.database.engine
            return wait_for_copies(engine, copies, context.after, until)
        except Exception as error:
            if not is_away(error):
                log.exception("arrivals_unknown")
            return True


def _seconds_for(context: Context) -> float:
    if context.deadline_at is None:
        return LONGEST_SECONDS
    left = (context.deadline_at - datetime.now(UTC)).total_seconds()
    return min(LONGEST_SECONDS, max(0.0, left - ANSWER_SECONDS))
