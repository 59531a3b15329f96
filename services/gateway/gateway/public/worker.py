"""The gateway's worker: small answers are given where requests arrive.

gthread hands every request from its poller to a thread and the connection back again,
which costs several times what a 304 does. This worker first asks the application
whether memory alone can answer a simple request (`at_once`); then it answers right in
the poller's loop, one request a connection a turn. Whatever would read, wait or compute
goes to a thread, as do unusual requests and those of a worker that is stopping.
"""

import re
import time
from datetime import timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from gateway.public.answers import PlayerResponse
from gateway.public.buffering_worker import BufferingWorker
from gateway.public.connections import Connection, Phase
from gateway.public.private_parts import http_date
from gateway.public.request_heads import environ_of

FIELDS = re.compile(r"(?:[\t -~\x80-\xff]*\r\n)*")
"""One line of Latin-1 each."""
REFILED_AFTER_SECONDS = 1.0


class QuickWorker(BufferingWorker):
    """A worker whose threads wait for nobody, with the shortcut."""

    def receive(self, conn: Connection, data: bytes) -> None:
        """Answer a whole simple request at once; gather whatever else comes."""
        reply = self._reply_at_once(conn, data)
        if reply is None:
            super().receive(conn, data)
        else:
            self._send(conn, reply)

    def _reply_at_once(self, conn: Connection, data: bytes) -> bytes | None:
        """The bytes of the reply; None leaves the request to a thread.

        Whatever breaks here, the thread meets it again, and reports it.
        """
        if conn.incoming.is_begun or not self._may_be_quick():
            return None
        try:
            return self._reply_to(conn, data)
        except Exception:  # noqa: BLE001 - see above
            return None

    def _may_be_quick(self) -> bool:
        is_last = self.nr + 1 >= self.max_requests
        return self.alive and not is_last

    def _reply_to(self, conn: Connection, head: bytes) -> bytes | None:
        began = time.monotonic()
        environ = environ_of(head)
        if environ is None:
            return None
        environ["SERVER_PORT"] = str(conn.server[1])
        environ["REMOTE_ADDR"] = peer_of(conn.client)
        answer: PlayerResponse | None = self.wsgi.answer_from_memory(environ)
        if answer is None:
            return None
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else b"".join(answer.body)
        reply = written(answer, body)
        if reply is not None:
            self.nr += 1
            if self.log.access_log_enabled:
                self._log(environ, answer, len(body), time.monotonic() - began)
        return reply

    def _log(
        self,
        environ: dict[str, Any],
        answer: PlayerResponse,
        length: int,
        seconds: float,
    ) -> None:
        response = SimpleNamespace(
            status=answer.status, sent=length, headers=answer.headers
        )
        request = SimpleNamespace(headers=[])
        self.log.access(response, request, environ, timedelta(seconds=seconds))

    def _send(self, conn: Connection, reply: bytes) -> None:
        """Send what the socket takes now; the poller sends the rest."""
        try:
            conn.sock.sendall(reply)
        except OSError:
            self.drop(conn)
            return
        if conn.phase is Phase.IDLE and not conn.sock.has_unsent:
            self._refile(conn)
        else:
            self.go_on(conn)

    def _refile(self, conn: Connection) -> None:
        """Count idle time from now: the deque is in order of when time runs out.

        Once a second is enough, so that many connections cost no long search each.
        """
        idle_from = conn.timeout - self.cfg.keepalive
        if time.monotonic() - idle_from > REFILED_AFTER_SECONDS:
            self.keepalived_conns.remove(conn)
            conn.set_timeout()
            self.keepalived_conns.append(conn)


def peer_of(client: Any) -> str:
    """The address at the other end; empty at a Unix socket, as gunicorn has it."""
    return str(client[0]) if isinstance(client, tuple) else ""


def written(answer: PlayerResponse, body: bytes) -> bytes | None:
    """A reply as HTTP/1.1 writes it; None when it cannot: a thread says so."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    lines = fields.count("\n")
    if lines != len(answer.headers) or not FIELDS.fullmatch(fields):
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
