"""A mail server that sends nothing on: mails stay here to be read over HTTP.

The HTTP side speaks the part of Mailpit's API that tours and tests use, so these go
the same way whether Mailpit runs in a container or this runs on the machine.
"""

import signal
import threading
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

import msgspec
from aiosmtpd.controller import Controller
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from lineup_local import ports
from lineup_local.mailbox import Mailbox
from lineup_local.settings import Settings, read

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

LARGEST_MAIL_BYTES = 25 * 1024 * 1024
PAGE = 50


class MailPages:
    """The HTTP side of a mailbox, as a WSGI application."""

    ROUTES = Map(
        [
            Rule("/", endpoint="overview"),
            Rule("/readyz", endpoint="ready"),
            Rule("/api/v1/messages", endpoint="listed", methods=["GET"]),
            Rule("/api/v1/messages", endpoint="clear", methods=["DELETE"]),
            Rule("/api/v1/message/<mail_id>", endpoint="whole"),
            Rule("/view/<mail_id>.txt", endpoint="text"),
        ]
    )

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def __call__(
        self, environ: dict[str, Any], start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> "WSGIApplication":
        try:
            endpoint, values = self.ROUTES.bind_to_environ(request.environ).match()
            answer: Response = getattr(self, f"_{endpoint}")(request, **values)
        except HTTPException as refusal:
            return refusal
        return answer

    def _overview(self, _request: Request) -> Response:
        lines = [
            f"{mail.received_at:%H:%M:%S}  /view/{mail.id}.txt  "
            f"{mail.message().get('To')}  {mail.message().get('Subject')}"
            for mail in islice(self._mailbox.mails(), PAGE)
        ]
        return Response("\n".join(lines or ["No mail yet."]), mimetype="text/plain")

    def _ready(self, _request: Request) -> Response:
        return Response("ok", mimetype="text/plain")

    def _listed(self, request: Request) -> Response:
        start = request.args.get("start", 0, type=int)
        limit = request.args.get("limit", PAGE, type=int)
        mails = self._mailbox.mails()
        shown = [mail.summary() for mail in mails[start : start + limit]]
        count = len(mails)
        return _json(
            {
                "total": count,
                "unread": count,
                "messages_count": count,
                "count": len(shown),
                "start": start,
                "tags": [],
                "messages": shown,
            }
        )

    def _clear(self, _request: Request) -> Response:
        self._mailbox.clear()
        return Response("ok", mimetype="text/plain")

    def _whole(self, _request: Request, mail_id: str) -> Response:
        return _json(self._mailbox.get(mail_id).whole())

    def _text(self, _request: Request, mail_id: str) -> Response:
        text = self._mailbox.get(mail_id).body("plain")
        return Response(text, mimetype="text/plain")


def _json(value: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(value), mimetype="application/json")


class Quiet(WSGIRequestHandler):
    """Says nothing of each request: those who wait for a mail ask often."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class MailCatcher:
    """Both sides; a context manager that runs them in threads."""

    def __init__(
        self, smtp_port: int, http_port: int, *, host: str = ports.LOOPBACK
    ) -> None:
        self.mailbox = Mailbox()
        self._smtp = Controller(
            self.mailbox,
            hostname=host,
            port=smtp_port,
            data_size_limit=LARGEST_MAIL_BYTES,
        )
        self._http = make_server(
            host,
            http_port,
            MailPages(self.mailbox),
            threaded=True,
            request_handler=Quiet,
        )
        self.smtp_port = smtp_port
        self.http_port = self._http.port

    def __enter__(self) -> Self:
        """Listen."""
        self._smtp.start()
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_reason: object) -> None:
        """Stop listening; the mails are gone."""
        self._smtp.stop()
        self._http.shutdown()
        self._http.server_close()


def catch(catcher: Callable[[], MailCatcher]) -> None:
    """Catch mails until told to stop."""
    stops = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)  # before the first thread
    with catcher():
        signal.sigwait(stops)


def main(settings: Settings) -> None:
    """Be the mail catcher of this machine."""
    catch(lambda: MailCatcher(settings.mail_port, settings.mail_http_port))


if __name__ == "__main__":
    main(read())
