"""Probes: whether the process lives, whether it is ready, and its metrics; on a port
of their own.

They are answered by the hub itself, not by a worker, so that a busy service is not
mistaken for a dead one. No database in them: its outage must not restart services.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import eventlet
import msgspec
import structlog
from eventlet import wsgi
from nameko.extensions import DependencyProvider

from lineup import metrics, probes
from lineup.bus.connections import Connections
from lineup.bus.ground import Ground

Environ = dict[str, Any]


MOST_CONNECTIONS = 50
CONNECTION_SECONDS = 10.0
FULL_SECONDS = 0.1
"""The pause when the process has no room for another connection."""

log = structlog.get_logger(__name__)


def _alone(
    connections: Connections, sock: Any, client: Any, answer: Callable[[], None]
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

    ground = Ground()

    def start(self) -> None:
        """Listen."""
        settings = self.ground.settings
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
        connections = Connections(most=MOST_CONNECTIONS, seconds=CONNECTION_SECONDS)
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
        if environ["PATH_INFO"] == "/metrics":
            start("200 OK", [("Content-Type", metrics.CONTENT_TYPE)])
            return [metrics.exposition(self.ground.figures)]
        status, body = self._said(environ["PATH_INFO"])
        start(status, [("Content-Type", "application/json")])
        return [msgspec.json.encode(body)]

    def _said(self, path: str) -> tuple[str, dict[str, bool]]:
        if path == "/livez":
            return "200 OK", {"live": True}
        wanted = self._checks_of(path)
        if not wanted:
            return "404 Not Found", {}
        found = {name: check() for name, check in wanted.items()}
        good = all(found.values())
        return ("200 OK" if good else "503 Service Unavailable"), found

    def _checks_of(self, path: str) -> dict[str, Callable[[], bool]]:
        """What `/readyz` is about, or the one part of it that a path names."""
        checks = self.ground.checks
        if path == "/readyz":
            return checks
        name = path.removeprefix("/readyz/")
        return {name: checks[name]} if name in checks else {}
