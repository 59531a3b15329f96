"""HTTP doors, for those who can only call over HTTP: webshops and providers."""

import uuid
from typing import Any

import msgspec
import structlog
from eventlet.event import Event
from nameko.web.server import WebServer
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from lineup import metrics
from lineup.bus.entrypoint import DoorEntrypoint, Failure, log_failure
from lineup.bus.ground import Ground
from lineup.errors import Refusal

log = structlog.get_logger(__name__)

MAX_BODY = 2 * 1024 * 1024
REQUEST_ID = "X-Request-Id"
TRACEPARENT = "traceparent"


class Server(WebServer):
    """Nameko's web server, which a broken client cannot kill."""

    ground = Ground()

    def start(self) -> None:
        """Listen; from then on the service may be ready."""
        super().start()
        self.ground.checks["http"] = lambda: self._is_accepting

    def process_request(self, sock: Any, address: Any) -> None:
        """Answer one connection; what it breaks stays with it."""
        try:
            super().process_request(sock, address)
        except Exception:
            log.warning("http_connection_failed", exc_info=True)


class HttpDoor(DoorEntrypoint):
    """One HTTP door."""

    server = Server()

    def setup(self) -> None:
        """Join the service's web server."""
        self.server.register_provider(self)

    def stop(self) -> None:
        """Leave it."""
        self.server.unregister_provider(self)

    def get_url_rule(self) -> Rule:
        """Where this door is."""
        method, path = self.door.address or ("", "")
        return Rule(path, methods=[method])

    def handle_request(self, request: Any) -> Any:
        """Run the method in a worker and give its answer."""
        request.shallow = False
        request.max_content_length = MAX_BODY
        request_id = request.headers.get(REQUEST_ID, "")[:64] or uuid.uuid4().hex
        outcome = Event()

        def on_end(result: Any, failure: Failure | None) -> Failure | None:
            outcome.send((result, failure))
            return failure

        self.begin(
            (request,),
            request_id,
            span=self.span(request.headers.get(TRACEPARENT), request_id),
            named=request.path_values,
            on_end=on_end,
            on_killed=lambda: outcome.send((Response(status=503), None)),
        )
        result, failure = outcome.wait()
        response = result if failure is None else self._said(failure, request_id)
        response.headers[REQUEST_ID] = request_id
        return response

    def outcome_of(self, result: Any, failure: Failure | None) -> str:
        """How a request ended, by what was answered."""
        if failure is None:
            return metrics.outcome_of_status(result.status_code)
        if isinstance(failure[1], HTTPException):
            return metrics.outcome_of_status(failure[1].code or 500)
        return super().outcome_of(result, failure)

    def _said(self, failure: Failure, request_id: str) -> Response:
        error = failure[1]
        if isinstance(error, HTTPException):
            return Response(f"{error.name}\n", status=error.code)
        log_failure(self.door, failure)
        if isinstance(error, Refusal):
            return _problem(error.status, error.code, error.message)
        return _problem(500, "internal", f"Something broke; ask for {request_id}.")


def _problem(status: int, code: str, detail: str) -> Response:
    body = msgspec.json.encode({"status": status, "code": code, "detail": detail})
    return Response(body, status=status, content_type="application/problem+json")
