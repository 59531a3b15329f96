"""Stands where a collector of traces stands: receives spans by OTLP over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

from lineup.testing.serving import serving


class Collector:
    """What was sent to an address; spans by name, the newest of each."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.spans: dict[str, Any] = {}

    def receive(self, body: bytes) -> None:
        """Keep the spans of one request."""
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans.update({span.name: span for span in scope.spans})


@contextmanager
def running_collector() -> Iterator[Collector]:
    """A collector on a port of its own."""

    class Receiver(BaseHTTPRequestHandler):
        """One request."""

        def do_POST(self) -> None:
            """Receive the spans; another path is none of a collector's."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.end_headers()
            if self.path == "/v1/traces":
                collector.receive(body)

        def log_message(self, format: str, *words: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    collector = Collector(server.server_port)
    with serving(server):
        yield collector
