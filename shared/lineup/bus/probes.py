"""Probes: whether the process lives, whether it is ready, and its metrics; on a port
of their own.

They are answered by the hub itself, not by a worker, so that a busy service is not
mistaken for a dead one. No database in them: its outage must not restart services.
"""

from collections.abc import Callable, Iterable
from typing import Any

import eventlet
import msgspec
from eventlet import wsgi
from nameko.extensions import DependencyProvider

from lineup import metrics
from lineup.bus.ground import Ground

Environ = dict[str, Any]


class Probes(DependencyProvider):
    """`/livez`, `/readyz`, `/readyz/<check>` and `/metrics` at PROBE_PORT; 0: none."""

    ground = Ground()

    def start(self) -> None:
        """Listen."""
        port = self.ground.settings.probe_port
        if port:
            listening = eventlet.listen(("", port), reuse_port=False)
            listening.settimeout(None)
            self.container.spawn_managed_thread(lambda: self._serve(listening))

    def _serve(self, listening: Any) -> None:
        wsgi.server(listening, self._answer, log_output=False, keepalive=False)

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
