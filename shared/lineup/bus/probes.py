"""Probes: whether the process lives, whether it is ready, and its metrics; on a port
of their own.

They are answered by the hub itself, not by a worker, so that a busy service is not
mistaken for a dead one. No database is asked here: `lineup.bus.tables` looks
beside them, and its outage makes a service unready, never dead.
"""

from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

import eventlet
import structlog
from eventlet import wsgi
from nameko.extensions import DependencyProvider

from lineup import metrics, probes
from lineup.bus.connections import PendingConnections
from lineup.bus.service_context import ServiceContext

Environ = dict[str, Any]


MOST_CONNECTIONS = 50
CONNECTION_SECONDS = 10.0
FULL_SECONDS = 0.1
"""The pause when the process has no room for another connection."""

log = structlog.get_logger(__name__)


def _alone(
    connections: PendingConnections, sock: Any, client: Any, answer: Callable[[], None]
) -> None:
    """Answer one connection; what it breaks stays with it."""
    try:
        connections.serve(sock, client, answer)
    except Exception:
        log.warning("probe_connection_failed", exc_info=True)


class Probes(DependencyProvider):
    """`/livez`, `/readyz`, `/readyz/<check>` and `/metrics`, and nothing else.

    They listen on PROBE_ADDRESS at PROBE_PORT; 0: nowhere.
    """

    service_context = ServiceContext()

    def start(self) -> None:
        """Listen."""
        settings = self.service_context.settings
        if settings.probe_port:
            address = (settings.probe_address, settings.probe_port)
            family = probes.family_of(settings.probe_address)
            listening = eventlet.listen(address, family, reuse_port=False)
            listening.settimeout(None)
            self.container.spawn_managed_thread(lambda: self._serve(listening))

    def _serve(self, listening: Any) -> None:
        server = wsgi.Server(
            listening, listening.getsockname(), self._answer, log_output=False
        )
        server.keepalive = False
        connections = PendingConnections(
            most=MOST_CONNECTIONS, seconds=CONNECTION_SECONDS
        )
        while True:
            try:
                sock, client = listening.accept()
            except OSError:
                eventlet.sleep(FULL_SECONDS)
                continue
            answer = partial(server.process_request, [client, sock, wsgi.STATE_IDLE])
            eventlet.spawn_n(_alone, connections, sock, client, answer)

    def _answer(
        self, environ: Environ, start: Callable[[str, list[tuple[str, str]]], Any]
    ) -> Iterable[bytes]:
        status, kind, body = probes.answer(
            environ["PATH_INFO"],
            ready=self.service_context.checks,
            exposition=lambda: metrics.exposition(self.service_context.samples),
        )
        start(f"{status} {HTTPStatus(status).phrase}", [("Content-Type", kind)])
        return [body]
