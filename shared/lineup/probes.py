"""Probes and metrics of a process of plain threads, on a port of their own."""

import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from lineup import metrics
from lineup.metrics import Figures

Checks = Mapping[str, Callable[[], bool]]
JSON = "application/json"
QUESTION_SECONDS = 5
"""How long a caller may take to say what it asks."""


def family_of(address: str) -> socket.AddressFamily:
    """Which kind of address it is: IPv6 has colons."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def serve(
    address: str, port: int, service: str, *, live: Checks, ready: Checks
) -> None:
    """Answer `/livez`, `/readyz` and `/metrics` beside the work; port 0: do not."""
    if not port:
        return
    figures = Figures(service, now=lambda: metrics.readiness(ready))

    class Answers(BaseHTTPRequestHandler):
        """One question."""

        timeout = QUESTION_SECONDS

        def do_GET(self) -> None:
            """Answer it."""
            status, kind, body = _said(self.path, live, ready, figures)
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


def _said(
    path: str, live: Checks, ready: Checks, figures: Figures
) -> tuple[int, str, bytes]:
    if path == "/metrics":
        return 200, metrics.CONTENT_TYPE, metrics.exposition(figures)
    checks = {"/livez": live, "/readyz": ready}.get(path)
    if checks is None:
        return 404, JSON, b"{}"
    found = {name: check() for name, check in checks.items()}
    return 200 if all(found.values()) else 503, JSON, msgspec.json.encode(found)
