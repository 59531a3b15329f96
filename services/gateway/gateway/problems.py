"""The one error form, for programs as JSON and for people as a page.

    {"code": ..., "message": ..., "fields": {...}, "request_id": ...}

`details` is there only where a refusal has more to say, such as what to do instead.
"""

from typing import Any, NamedTuple

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from werkzeug.exceptions import BadHost, HTTPException

from gateway.request_context import request_id
from lineup.errors import NotFound, Refusal, TooMany, Unauthenticated, Unavailable

RETRY_SECONDS = 2
API = "/api/"


class HttpCode(NamedTuple):
    """A code of the gateway that no refusal has, and what it means to a caller."""

    code: str
    meaning: str


HTTP_CODES = {
    400: HttpCode("bad_request", "The request is malformed."),
    405: HttpCode("method_not_allowed", "The method is not supported at this URL."),
    406: HttpCode("not_acceptable", "The requested response format is not supported."),
    413: HttpCode("too_large", "The request body is too large."),
    415: HttpCode("unsupported_media_type", "The content type is not supported."),
    500: HttpCode("internal_error", "Internal error. Quote the request ID to support."),
}
"""By status; what a refusal is there for, such as 404, has the code of its class."""
OF_REFUSALS = {kind.status: kind.code for kind in (NotFound, TooMany)}

LOG = structlog.get_logger(__name__)


class Problem(NamedTuple):
    """What went wrong, in the words of the error form."""

    status: int
    code: str
    message: str
    fields: dict[str, list[str]]
    details: dict[str, Any]
    headers: dict[str, str]

    def form(self) -> dict[str, Any]:
        """The body programs get."""
        form = {
            "code": self.code,
            "message": self.message,
            "fields": self.fields,
            "request_id": request_id(),
        }
        return {**form, "details": self.details} if self.details else form


def watch(app: Flask) -> None:
    """Turn whatever rises in a view into the error form."""
    app.register_error_handler(Refusal, lambda error: answer(of_refusal(error)))
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(Exception, on_fault)
    app.after_request(say_when_to_retry)


def of_refusal(refusal: Refusal) -> Problem:
    """The problem a service's (or our own) refusal tells of."""
    headers = {}
    if isinstance(refusal, Unavailable):
        headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(refusal, TooMany):
        headers["Retry-After"] = str(retry_seconds(refusal))
    if isinstance(refusal, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="lineup"'
    return Problem(
        status=refusal.status,
        code=refusal.code,
        message=refusal.message,
        fields=refusal.fields,
        details=refusal.details,
        headers=headers,
    )


def retry_seconds(refusal: TooMany) -> int:
    """For how long to wait, as the refusal says, else a little."""
    seconds = refusal.details.get("retry_after")
    return seconds if isinstance(seconds, int) else RETRY_SECONDS


def say_when_to_retry(response: Response) -> Response:
    """Give every 429 a Retry-After, pages that show a form again included."""
    if response.status_code == 429:
        seconds = g.get("retry_seconds", RETRY_SECONDS)
        response.headers.setdefault("Retry-After", str(seconds))
    return response


def on_http_exception(error: HTTPException) -> Any:
    """What Flask and Werkzeug refuse: unknown addresses, methods, bodies."""
    status = error.code or 500
    if status < 400:
        return error
    headers = {k: v for k, v in error.get_headers() if k in {"Allow", "Retry-After"}}
    code = OF_REFUSALS.get(status) or HTTP_CODES.get(status, HTTP_CODES[400]).code
    problem = Problem(status, code, error.description or "", {}, {}, headers)
    return answer(problem) if status < 500 else on_fault(error)


def on_fault(error: Exception) -> Any:
    """A bug: logged once, and told by nothing but the request id."""
    LOG.error("fault", method=request.method, path=request.path, exc_info=error)
    message = "Something went wrong on our side."
    return answer(Problem(500, HTTP_CODES[500].code, message, {}, {}, {}))


def answer(problem: Problem) -> Response:
    """The problem as JSON below /api/, else as a page.

    Where the host is no host, no page can be made: nothing can be linked to.
    """
    is_bare = isinstance(request.routing_exception, BadHost)
    if is_bare or request.path.startswith(API):
        response = jsonify(problem.form())
    else:
        response = Response(
            render_template("problem.html", problem=problem), mimetype="text/html"
        )
    response.status_code = problem.status
    response.headers.extend(problem.headers)
    return response
