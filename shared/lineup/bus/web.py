"""HTTP endpoints, for those who can only call over HTTP: webshops and providers.

Whoever calls may be slow, broken or hostile: a request is read whole before a worker
is taken for it, and within a time; what it says of itself is checked before use.
"""

import re
import time
import uuid
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import structlog
from eventlet.event import Event
from eventlet.wsgi import ChunkReadError
from nameko.web.server import WebServer
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from lineup import metrics
from lineup.bus.connections import PendingConnections
from lineup.bus.entrypoint import Failure, LineupEntrypoint, log_failure
from lineup.bus.service_context import ServiceContext
from lineup.errors import Refusal

log = structlog.get_logger(__name__)

MAX_BODY = 1024 * 1024
"""Bytes; a longer body is answered 413."""
MOST_PASSED_OVER = 8 * MAX_BODY
"""So much of a longer body is read and forgotten, since who is still sending when a
connection ends loses the answer (RFC 9112 section 9.6)."""
READ_BYTES = 64 * 1024
CONNECTION_SECONDS = 30.0
"""How long a connection may take, its one request and the answer together."""
MOST_CONNECTIONS = 400
"""With requests that are not whole yet; then the oldest makes way."""
FULL_SECONDS = 0.1
"""The pause when the process has no room for another connection."""
REQUEST_ID = "X-Request-Id"
TRACEPARENT = "traceparent"
GOOD_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
GOOD_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class HttpServer(WebServer):
    """Nameko's web server, which a broken client cannot kill."""

    service_context = ServiceContext()

    def __init__(self) -> None:
        super().__init__()
        self.connections = PendingConnections(
            most=MOST_CONNECTIONS, seconds=CONNECTION_SECONDS
        )

    def start(self) -> None:
        """Listen; from then on the service may be ready."""
        super().start()
        self.service_context.checks["http"] = lambda: self._is_accepting

    def run(self) -> None:
        """Take connections; one too many waits until there is room again."""
        while self._is_accepting:
            try:
                sock, address = self._sock.accept()
            except OSError:
                log.warning("http_not_accepting", exc_info=True)
                time.sleep(FULL_SECONDS)
                continue
            self.container.spawn_managed_thread(
                partial(self.process_request, sock, address)
            )

    def process_request(self, sock: Any, address: Any) -> None:
        """Answer one connection in its time; what it breaks stays with it."""
        answer = partial(super().process_request, sock, address)
        try:
            self.connections.serve(sock, address, answer)
        except Exception:
            log.warning("http_connection_failed", exc_info=True)

    def get_wsgi_server(self, *args: Any, **named: Any) -> Any:
        """Eventlet's server, with one request a connection."""
        server = super().get_wsgi_server(*args, **named)
        server.keepalive = False
        return server


class HttpEntrypoint(LineupEntrypoint):
    """One HTTP endpoint."""

    server = HttpServer()

    def setup(self) -> None:
        """Join the service's web server."""
        self.server.register_provider(self)

    def stop(self) -> None:
        """Leave it."""
        self.server.unregister_provider(self)

    def get_url_rule(self) -> Rule:
        """Where this is, with or without a slash at the end: nobody is sent on."""
        method, path = self.endpoint.address or ("", "")
        return Rule(path, methods=[method], strict_slashes=False, merge_slashes=False)

    def handle_request(self, request: Any) -> Any:
        """Run the method in a worker and give its answer."""
        request.shallow = False
        _read(request)
        self.server.connections.is_read(request.environ)
        said = request.headers.get(REQUEST_ID, "")
        request_id = said if GOOD_REQUEST_ID.fullmatch(said) else uuid.uuid4().hex
        outcome = Event()

        def on_end(result: Any, failure: Failure | None) -> Failure | None:
            outcome.send((result, failure))
            return failure

        self.begin(
            (request,),
            request_id,
            span=self.span(_traceparent(request), request_id),
            named=request.path_values,
            on_end=on_end,
            on_killed=lambda: outcome.send((Response(status=503), None)),
        )
        result, failure = outcome.wait()
        response = (
            result if failure is None else self._error_response(failure, request_id)
        )
        response.headers[REQUEST_ID] = request_id
        return response

    def outcome_of(self, result: Any, failure: Failure | None) -> str:
        """How a request ended, by what was answered."""
        if failure is None:
            return metrics.outcome_of_status(result.status_code)
        if isinstance(failure[1], HTTPException):
            return metrics.outcome_of_status(failure[1].code or 500)
        return super().outcome_of(result, failure)

    def _error_response(self, failure: Failure, request_id: str) -> Response:
        error = failure[1]
        if isinstance(error, HTTPException):
            return Response(f"{error.name}\n", status=error.code)
        log_failure(self.endpoint, failure)
        if isinstance(error, Refusal):
            return _problem(error.status, error.code, error.message)
        return _problem(
            500, "internal", f"Something went wrong. Request ID: {request_id}."
        )


def _read(request: Any) -> None:
    """Take the body whole, also one sent in chunks, which eventlet puts together."""
    is_chunked = request.headers.get("Transfer-Encoding", "").lower() == "chunked"
    if is_chunked:
        request.environ["wsgi.input_terminated"] = True
    # Of chunks, Werkzeug reads so much and says nothing of more.
    request.max_content_length = MAX_BODY + is_chunked
    try:
        is_too_large = len(request.get_data()) > MAX_BODY
    except RequestEntityTooLarge:
        is_too_large = True
    except (ChunkReadError, OSError):
        raise BadRequest from None
    if is_too_large:
        _pass_over(request.environ["wsgi.input"])
        raise RequestEntityTooLarge


def _pass_over(rest: Any) -> None:
    passed = 0
    with suppress(ChunkReadError, OSError):
        while passed < MOST_PASSED_OVER and (piece := rest.read(READ_BYTES)):
            passed += len(piece)


def _traceparent(request: Any) -> str | None:
    said = request.headers.get(TRACEPARENT, "")
    return said if GOOD_TRACEPARENT.fullmatch(said) else None


def _problem(status: int, code: str, detail: str) -> Response:
    body = msgspec.json.encode({"status": status, "code": code, "detail": detail})
    return Response(body, status=status, content_type="application/problem+json")
