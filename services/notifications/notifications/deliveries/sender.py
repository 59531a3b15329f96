"""Sending what is due, many partners side by side, each over one connection."""

import time
from concurrent.futures import ThreadPoolExecutor

import structlog

from lineup import metrics
from lineup.database import Database
from lineup.database.faults import FAULTS
from lineup.secrets import Keyring
from notifications.deliveries.connections import ConnectionPool
from notifications.deliveries.mailer import UNEXPECTED_ERROR, Limits
from notifications.deliveries.queues import QueueClaim, Room, claim_queue
from notifications.deliveries.serving import Serving
from notifications.transports.models import installation_key
from notifications.transports.operations import note_failing
from notifications.transports.routes import MailRoute

log = structlog.get_logger(__name__)

RUN_SECONDS = 10.0
"""How long partners are served one after the other before a stop is looked for."""


class Sender:
    """Sends due messages; one for a process, used by many threads or greenlets."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        default: MailRoute,
        limits: Limits,
        connections: ConnectionPool | None = None,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._default = default
        self._limits = limits
        self._connections = connections or ConnectionPool()

    def send_due(self) -> int:
        """Send all that is due over all connections; how many messages were tried."""
        most = self._connections.most
        with ThreadPoolExecutor(most) as threads:
            return sum(threads.map(lambda _: self._until_none_is_due(), range(most)))

    def run(self, *, rests: bool = True) -> int:
        """Serve partners over one connection for some seconds; how many messages.

        Of many that begin at once and rest, one asks what is due when nothing is.
        """
        end = time.monotonic() + RUN_SECONDS
        tried = 0
        while time.monotonic() < end:
            with self._connections.acquire(self._choose, rests=rests) as claim:
                if claim is None:
                    break
                tried += self._serve(claim)
            rests = False
        return tried

    def _until_none_is_due(self) -> int:
        tried = 0
        while found := self.run(rests=False):
            tried += found
        return tried

    def _choose(self, room: Room) -> QueueClaim | None:
        with self._database.transaction() as work:
            return claim_queue(work, room, installation_key(self._default.server))

    def _serve(self, claim: QueueClaim) -> int:
        """Send a partner's messages; what rises concerns it alone: others go on."""
        serving = Serving(self._database, self._keyring, self._limits, claim)
        try:
            serving.run(self._default)
        except FAULTS:
            raise
        except Exception:
            metrics.PUT_OFF.labels("notifications", "deliveries").inc()
            log.exception("queue_put_off", partner=str(claim.partner_id))
            with self._database.transaction() as work:
                note_failing(work, claim.partner_id, UNEXPECTED_ERROR)
        return serving.tried
