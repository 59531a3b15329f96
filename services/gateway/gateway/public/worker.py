"""gunicorn's threaded worker, with small answers given where requests arrive.

gthread hands every request from its poller to a thread and the connection back again,
which costs several times what a 304 does. On a kept connection this worker first asks
the application whether memory alone can answer a simple request (`at_once`); then it
answers right in the poller's loop, one request a connection a turn. Whatever would
read, wait or compute takes gunicorn's own way, as do first requests, unusual ones and
those of a worker that is stopping. Time-outs and limits are gunicorn's.
"""

import time
from datetime import timedelta
from functools import lru_cache
from socket import MSG_DONTWAIT
from types import SimpleNamespace
from typing import Any

from gunicorn.util import http_date
from gunicorn.workers.gthread import TConn, ThreadWorker

from gateway.public.answers import Answer
from gateway.public.heads import environ_of

LONGEST_HEAD = 8192
REFILED_AFTER_SECONDS = 1.0


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
        """The bytes of the reply; None leaves the request to a thread."""
        try:
            head: bytes = conn.sock.recv(LONGEST_HEAD, MSG_DONTWAIT)
        except OSError:
            return None
        reply = self._reply_to(conn, head)
        if reply is None:
            conn.parser.unreader.unread(head)
        return reply

    def _reply_to(self, conn: TConn, head: bytes) -> bytes | None:
        began = time.monotonic()
        environ = environ_of(head)
        if environ is None:
            return None
        try:
            answer: Answer | None = self.wsgi.at_once(environ)
        except Exception:  # noqa: BLE001 - the thread meets it again, and reports it
            return None
        if answer is None:
            return None
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else b"".join(answer.body)
        reply = written(answer, body)
        if reply is not None:
            self.nr += 1
            if self.log.access_log_enabled:
                self._log(conn, environ, answer, len(body), time.monotonic() - began)
        return reply

    def _log(
        self,
        conn: TConn,
        environ: dict[str, Any],
        answer: Answer,
        length: int,
        seconds: float,
    ) -> None:
        client = conn.client
        environ["REMOTE_ADDR"] = client[0] if isinstance(client, tuple) else client
        response = SimpleNamespace(
            status=answer.status, sent=length, headers=answer.headers
        )
        request = SimpleNamespace(headers=[])
        self.log.access(response, request, environ, timedelta(seconds=seconds))

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


def written(answer: Answer, body: bytes) -> bytes | None:
    """A reply as HTTP/1.1 writes it; None when a header field is not one line."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    if not fields.count("\n") == fields.count("\r") == len(answer.headers):
        return None
    head = (
        f"HTTP/1.1 {answer.status}\r\nServer: gunicorn\r\n"
        f"Date: {_date(int(time.time()))}\r\nConnection: keep-alive\r\n{fields}\r\n"
    )
    return head.encode("latin-1") + body


@lru_cache(maxsize=2)
def _date(epoch: int) -> str:
    text: str = http_date(epoch)
    return text
