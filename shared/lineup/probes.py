"""Probes: what a process says of itself, and a port of their own to say it at."""

import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import msgspec

from lineup import metrics
from lineup.metrics import Samples

Checks = Mapping[str, Callable[[], bool]]
JSON = "application/json"
LIVING: Checks = {"live": lambda: True}
"""Whoever answers at all lives."""
QUESTION_SECONDS = 5
"""How long a caller may take to say what it asks."""


class ProbeReply(NamedTuple):
    """What a probe is told."""

    status: int
    kind: str
    """The type of the body."""
    body: bytes


def answer(
    path: str,
    *,
    ready: Checks,
    live: Checks = LIVING,
    exposition: Callable[[], bytes] | None = None,
) -> ProbeReply:
    """What is said at `/livez`, `/readyz`, `/readyz/<check>` and, where there are any,
    `/metrics`: 200 when all that is asked of holds, else 503; nothing else is there.
    """
    if path == "/metrics" and exposition is not None:
        return ProbeReply(200, metrics.CONTENT_TYPE, exposition())
    checks = _checks_of(path, live, ready)
    if checks is None:
        return ProbeReply(404, JSON, b"{}")
    found = {name: check() for name, check in checks.items()}
    status = 200 if all(found.values()) else 503
    return ProbeReply(status, JSON, msgspec.json.encode(found))


def _checks_of(path: str, live: Checks, ready: Checks) -> Checks | None:
    if path == "/livez":
        return live
    if path == "/readyz":
        return ready
    name = path.removeprefix("/readyz/")
    return {name: ready[name]} if path != name and name in ready else None


def family_of(address: str) -> socket.AddressFamily:
    """Which kind of address it is: IPv6 has colons."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def serve(
    address: str, port: int, service: str, *, live: Checks, ready: Checks
) -> None:
    """Answer `/livez`, `/readyz` and `/metrics` beside the work; port 0: do not."""
    if not port:
        return
    samples = Samples(service, now=lambda: metrics.readiness(ready))

    class Answers(BaseHTTPRequestHandler):
        """One question."""

        timeout = QUESTION_SECONDS

        def do_GET(self) -> None:
            """Answer it."""
            status, kind, body = answer(
                self.path,
                ready=ready,
                live=live,
                exposition=lambda: metrics.exposition(samples),
            )
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *words: object) -> None:  # noqa: A002
            """Say nothing of probes."""

    class Server(ThreadingHTTPServer):
        """One question at a time and caller; a silent one is given up."""

        address_family = family_of(address)
        daemon_threads = True

    server = Server((address, port), Answers)
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()
