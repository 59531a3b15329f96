"""Headers that keep pages what they are, and keys that keep sessions ours."""

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from gateway.packing import Protection, pack
from gateway.request_context import REQUEST_ID, request_id
from gateway.settings import GatewaySettings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
BODY_BYTES = 1 << 20
FORM_SECONDS = 8 * 3600

csrf = Protection()


def configure(app: Flask, settings: GatewaySettings) -> None:
    """Set keys, cookies and limits."""
    newest, *older = settings.session_keys()
    app.config.update(
        SECRET_KEY=newest,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_NAME="__Host-lineup" if settings.is_https else "lineup",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=BODY_BYTES,
        WTF_CSRF_TIME_LIMIT=FORM_SECONDS,
        WTF_CSRF_SSL_STRICT=settings.is_https,
        WTF_CSRF_CHECK_DEFAULT=False,
        RATELIMIT_HEADERS_ENABLED=False,
        JSON_SORT_KEYS=False,
    )
    app.before_request(refuse_broken_lines)
    app.after_request(pack)
    app.after_request(dress)


def refuse_broken_lines() -> None:
    """BadRequest for a query with control characters, which no URI has (RFC 3986).

    A redirect would carry them into a header.
    """
    if not request.query_string.decode("latin-1").isprintable():
        raise BadRequest("Control characters are not allowed in a URL.")


def dress(response: Response) -> Response:
    """Give every answer its request id and the headers that keep it safe."""
    response.headers[REQUEST_ID] = request_id()
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
