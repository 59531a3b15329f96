"""gunicorn's threaded worker, with small answers given where requests arrive.

gthread hands every request from its poller to a thread and the connection back again,
which costs several times what a 304 does. This worker first asks the application
whether memory alone can answer (`at_once`); then it answers right in the poller's
loop, one request a connection a turn. Whatever would read, wait or compute takes
gunicorn's own way. Parsing, limits, time-outs and graceful stop are gunicorn's.
"""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from socket import MSG_DONTWAIT
from typing import Any

from gunicorn.http import wsgi
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response
from gunicorn.workers.gthread import TConn, ThreadWorker

from gateway.public.answers import Answer

LONGEST_HEAD = 16_384
WHOLE_HEAD = re.compile(rb"(?:GET|HEAD) /[^\r\n]* HTTP/1\.1\r\n(?:[^\r\n]+\r\n)+\r\n")
NOT_SIMPLE = re.compile(
    rb"\r\n(?:content-length|transfer-encoding|connection|upgrade|expect)[ \t]*:",
    re.IGNORECASE,
)
REFILED_AFTER_SECONDS = 1.0
AtOnce = Callable[[dict[str, Any]], Answer | None]


class Reply:
    """Stands in for the socket: collects what a response writes, to send it whole."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def sendall(self, part: bytes) -> None:
        """Take a part."""
        self._parts.append(part)

    def whole(self) -> bytes:
        """All parts."""
        return b"".join(self._parts)


class QuickWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's ThreadWorker with the shortcut."""

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """A kept connection has a request: answer at once, or hand it to a thread."""
        reply = self._reply_at_once(conn) if self._may_be_quick() else None
        if reply is None:
            super().on_client_socket_readable(conn, client)
        else:
            self._send(conn, reply)

    def _may_be_quick(self) -> bool:
        is_last = self.nr + 1 >= self.max_requests
        return self.alive and not is_last and not self.cfg.is_ssl

    def _reply_at_once(self, conn: TConn) -> bytes | None:
        """The bytes of the reply; None leaves the request for a thread to read."""
        head = _arrived(conn)
        if head is None or NOT_SIMPLE.search(head) or not WHOLE_HEAD.fullmatch(head):
            return None
        parser, before = conn.parser, conn.parser.mesg
        try:
            reply = self._reply_to(next(parser), conn)
        except Exception:  # noqa: BLE001 - the thread meets it again, and reports it
            reply = None
        if reply is None:
            parser.mesg = before
            parser.unreader.take_buffered()
            parser.unreader.unread(head)
        return reply

    def _reply_to(self, request: Request, conn: TConn) -> bytes | None:
        began = datetime.now()  # noqa: DTZ005 - gunicorn's log takes the difference
        socket = Reply()
        response, environ = wsgi.create(
            request, socket, conn.client, conn.server, self.cfg
        )
        at_once: AtOnce = self.wsgi.at_once
        answer = at_once(environ)
        if answer is None:
            return None
        self.nr += 1
        response.start_response(answer.status, answer.headers)
        if request.method != "HEAD":
            for part in answer.body:
                response.write(part)
        response.close()
        self._log(response, request, environ, datetime.now() - began)  # noqa: DTZ005
        return socket.whole()

    def _log(
        self,
        response: Response,
        request: Request,
        environ: dict[str, Any],
        took: timedelta,
    ) -> None:
        if self.log.access_log_enabled:
            self.log.access(response, request, environ, took)

    def _send(self, conn: TConn, reply: bytes) -> None:
        """Send what the socket takes now; a thread sends the rest."""
        try:
            sent = conn.sock.send(reply, MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._unfile(conn)
            self.nr_conns -= 1
            conn.close()
            return
        if sent < len(reply):
            self._unfile(conn)
            self._send_rest(conn, reply[sent:])
        else:
            self._refile(conn)

    def _send_rest(self, conn: TConn, rest: bytes) -> None:
        def send() -> bool:
            conn.sock.setblocking(True)
            conn.sock.sendall(rest)
            return True

        self.tpool.submit(send).add_done_callback(
            lambda sent: self.method_queue.defer(self.finish_request, conn, sent)
        )

    def _unfile(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self.keepalived_conns.remove(conn)

    def _refile(self, conn: TConn) -> None:
        """Count idle time from now: the deque is in order of when time runs out.

        Once a second is enough, so that many connections cost no long search each.
        """
        idle_from = conn.timeout - self.cfg.keepalive
        if time.monotonic() - idle_from > REFILED_AFTER_SECONDS:
            self.keepalived_conns.remove(conn)
            conn.set_timeout()
            self.keepalived_conns.append(conn)


def _arrived(conn: TConn) -> bytes | None:
    """What has arrived, put back for the parser; None when there is nothing to read."""
    try:
        head: bytes = conn.sock.recv(LONGEST_HEAD, MSG_DONTWAIT)
    except OSError:
        return None
    if not head:
        return None
    conn.parser.unreader.unread(head)
    return head
