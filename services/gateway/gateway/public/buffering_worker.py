"""gunicorn's threaded worker, whose threads never wait for the other side.

Requests are read in the poller's loop, heads and bodies, and given to a thread when
they are whole; what a reader does not take of its answer at once is sent from the loop,
too. So slow or silent connections cost a little memory each, and no thread. They are
ended when they take too long (`ConnectionLimits`), the oldest when there are too many:
whoever sends what it has to say is never the oldest for long. Over TLS, gunicorn's own
way is taken; TLS ends before Lineup.
"""

import errno
import socket
import time
from collections import Counter
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any

from gateway.public.connection_limits import ConnectionLimits, ordinary_body
from gateway.public.connections import (
    READABLE,
    WRITABLE,
    Connection,
    Phase,
)
from gateway.public.private_parts import STOP_KEEPALIVE_LINGER, ThreadWorker
from gateway.public.spool import NoRoom, Room

HEAD_BYTES = 8192
BODY_BYTES = 256 << 10
"""Read in one turn. A large buffer is costly, so heads have a small one."""
LONG_BYTES = 2 << 20
LOOK_SECONDS = 0.5
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
OUT_OF_FILES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
NOTHING_TO_ACCEPT = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED}
TOO_SLOW = "408 Request Timeout"
TOO_LONG = "431 Request Header Fields Too Large"
NO_ROOM = "503 Service Unavailable"


class BufferingWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's ThreadWorker, with requests and answers buffered."""

    def init_process(self) -> None:
        """Begin, in the worker's own process."""
        self.waited_for: dict[Connection, None] = {}
        """Whom something is due from, in the order they came."""
        self.of_address: Counter[str] = Counter()
        self._looked = time.monotonic()
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application, and what it says of patience."""
        super().load_wsgi()
        self.connection_limits: ConnectionLimits = getattr(
            self.wsgi, "connection_limits", ConnectionLimits()
        )
        self.longest_body = getattr(self.wsgi, "longest_body", ordinary_body)
        self.room = Room(self.connection_limits.most_bytes)

    # The loop ---------------------------------------------------------------------

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Do what is to be done; what one connection breaks stays with it."""
        for key, _ in self.poller.select(timeout):
            try:
                key.data(key.fileobj)
            except Exception:
                self.log.exception("A connection broke.")
                self._drop_broken(key.fileobj)

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection; a thread hears of it once its request is whole."""
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            connected, client = listener.accept()
        except OSError as error:
            self._not_accepted(error)
            return
        conn = Connection(
            self.cfg,
            connected,
            client,
            listener.getsockname(),
            room=self.room,
            longest_body=self.longest_body,
        )
        self.nr_conns += 1
        self._await_request(conn)
        self._make_room(conn.address)

    def murder_pending(self) -> None:
        """End what takes too long; called by the loop every second, or more often."""
        super().murder_pending()
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        for conn in list(self.waited_for):
            if conn.is_late(now, self.connection_limits):
                self._end_late(conn)
            elif not self.alive and not conn.incoming.is_begun:
                self._hurry(conn, now)

    # Requests that arrive ---------------------------------------------------------

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """A connection has something to say."""
        if not isinstance(conn, Connection):
            super().on_client_socket_readable(conn, client)
            return
        try:
            data = conn.connected.recv(
                BODY_BYTES if conn.incoming.has_head else HEAD_BYTES
            )
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.receive(conn, data)
        else:
            self.drop(conn)

    def receive(self, conn: Connection, data: bytes) -> None:
        """Add what came to the request; give it to a thread when it is whole."""
        if conn.phase is Phase.IDLE:
            self.keepalived_conns.remove(conn)
            self._await_request(conn)
        conn.heard_at = time.monotonic()
        try:
            conn.incoming.feed(data)
        except NoRoom:
            self._refuse(conn, NO_ROOM)
            return
        if self.room.is_tight:
            self._end_slowest()
        if conn.phase is Phase.ARRIVING:
            self._go_on_reading(conn)

    def _go_on_reading(self, conn: Connection) -> None:
        request = conn.incoming
        if request.is_whole:
            self._give_to_thread(conn)
        elif request.is_too_long:
            self._refuse(conn, TOO_LONG)
        elif request.asks_to_continue() and not conn.was_told_to_continue:
            conn.was_told_to_continue = True
            conn.sock.sendall(CONTINUE)

    def _await_request(self, conn: Connection) -> None:
        self._wait_for(conn, Phase.ARRIVING)
        self._register_poll(conn, READABLE, self.on_client_socket_readable)

    def _give_to_thread(self, conn: Connection) -> None:
        self._unregister_poll(conn)
        self._wait_no_more(conn)
        conn.enter(Phase.BUSY, time.monotonic())
        conn.give_request()
        self.enqueue_req(conn)

    # Answers that leave -----------------------------------------------------------

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:  # noqa: FBT001 - gunicorn's
        """Whether another request may follow: nothing is left unread."""
        if isinstance(conn, Connection):
            return bool(keepalive) and conn.incoming.may_go_on
        return bool(super()._keepalive_after(conn, keepalive))

    def finish_request(self, conn: Any, fs: "Future[Any]") -> None:
        """A thread is done: send what is left, then wait for the next request."""
        if not isinstance(conn, Connection):
            super().finish_request(conn, fs)
            return
        has_failed = fs.cancelled() or fs.exception() is not None
        conn.goes_on = not has_failed and bool(fs.result())
        try:
            self._send_rest(conn)
        except OSError:
            self.drop(conn)

    def go_on(self, conn: Connection) -> None:
        """Go on after an answer that no thread gave."""
        if conn.phase is Phase.IDLE:
            self.keepalived_conns.remove(conn)
        conn.goes_on = True
        self._send_rest(conn)

    def _send_rest(self, conn: Connection) -> None:
        if conn.sock.has_unsent and not conn.sock.flush():
            self._wait_for(conn, Phase.SENDING)
            conn.progress = conn.sock.sent
            self._register_poll(conn, WRITABLE, self._on_writable)
            self._make_room(conn.address)
        else:
            self._after_answer(conn)

    def _on_writable(self, conn: Connection, _client: Any) -> None:
        try:
            is_sent = conn.sock.flush()
        except OSError:
            self.drop(conn)
            return
        if is_sent:
            self._after_answer(conn)

    def _after_answer(self, conn: Connection) -> None:
        self._wait_no_more(conn)
        if not conn.goes_on:
            self._linger(conn)
            return
        rest = conn.next_request()
        if rest:
            self._await_request(conn)
            self.receive(conn, rest)
        else:
            self.await_next(conn)

    def await_next(self, conn: Connection) -> None:
        """Keep an idle connection for its next request."""
        conn.enter(Phase.IDLE, time.monotonic())
        conn.set_timeout()
        if not self.alive:
            stop_at = time.monotonic() + STOP_KEEPALIVE_LINGER
            conn.timeout = min(conn.timeout, stop_at)
        self.keepalived_conns.append(conn)
        self._register_poll(conn, READABLE, self.on_client_socket_readable)

    # Ends -------------------------------------------------------------------------

    def drop(self, conn: Connection) -> None:
        """End a connection now; once is enough."""
        if conn.is_over:
            return
        self._unregister_poll(conn)
        self._wait_no_more(conn)
        with suppress(ValueError):
            self.keepalived_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()

    def _linger(self, conn: Connection) -> None:
        """Say that this was all, and let the other side end (RFC 9112 section 9.6)."""
        try:
            conn.connected.shutdown(socket.SHUT_WR)
        except OSError:
            self.drop(conn)
            return
        self._wait_for(conn, Phase.LINGERING)
        self._register_poll(conn, READABLE, self._on_lingering)

    def _on_lingering(self, conn: Connection, _client: Any) -> None:
        try:
            data = conn.connected.recv(HEAD_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        conn.progress += len(data)
        if not data or conn.is_late(time.monotonic(), self.connection_limits):
            self.drop(conn)

    def _end_late(self, conn: Connection) -> None:
        if conn.phase is Phase.ARRIVING and conn.incoming.is_begun:
            self._refuse(conn, TOO_SLOW)
        else:
            self.drop(conn)

    def _refuse(self, conn: Connection, status: str) -> None:
        """Answer a request that never became whole, and end."""
        fields = "Connection: close\r\nContent-Length: 0\r\nRetry-After: 10\r\n"
        with suppress(OSError):
            conn.connected.send(f"HTTP/1.1 {status}\r\n{fields}\r\n".encode())
        self._wait_no_more(conn)
        conn.goes_on = False
        conn.incoming.close()
        self._linger(conn)

    def _drop_broken(self, fileobj: Any) -> None:
        """End the connection, whichever it is, whose turn broke."""
        for conn in [*self.waited_for, *self.keepalived_conns]:
            if conn.sock is fileobj:
                self.drop(conn)
                return

    # Too many ---------------------------------------------------------------------

    def _make_room(self, address: str) -> None:
        """End the oldest: of an address that has too many, of all when all are."""
        most = self.connection_limits.most_of_an_address
        if most and self.of_address[address] > most:
            oldest = next(c for c in self.waited_for if c.address == address)
            self.drop(oldest)
        if self.nr_conns >= self.worker_connections:
            self._drop_oldest()

    def _end_slowest(self) -> None:
        """End the long request that rests longest, before there is no room left."""
        long = [
            conn
            for conn in self.waited_for
            if conn.phase is Phase.ARRIVING and conn.incoming.received > LONG_BYTES
        ]
        if long:
            self._refuse(min(long, key=lambda conn: conn.heard_at), NO_ROOM)

    def _drop_oldest(self) -> None:
        """End who has not said what it wants; else who is idle; else anybody."""
        silent = (c for c in self.waited_for if not c.incoming.has_head)
        oldest = chain(silent, self.keepalived_conns, self.waited_for)
        conn = next(oldest, None)
        if conn is not None:
            self.drop(conn)

    def _not_accepted(self, error: OSError) -> None:
        if error.errno in OUT_OF_FILES:
            self.log.warning("A connection could not be taken: %s", error)
            self._drop_oldest()
        elif error.errno not in NOTHING_TO_ACCEPT:
            raise error

    # Notes ------------------------------------------------------------------------

    def _wait_for(self, conn: Connection, phase: Phase) -> None:
        self._wait_no_more(conn)
        conn.enter(phase, time.monotonic())
        self.waited_for[conn] = None
        self.of_address[conn.address] += 1

    def _wait_no_more(self, conn: Connection) -> None:
        if conn not in self.waited_for:
            return
        del self.waited_for[conn]
        self.of_address[conn.address] -= 1
        if not self.of_address[conn.address]:
            del self.of_address[conn.address]

    def _register_poll(self, conn: Connection, events: int, callback: Any) -> None:
        change = self.poller.modify if conn.events else self.poller.register
        change(conn.sock, events, partial(callback, conn))
        conn.events = events

    def _unregister_poll(self, conn: Connection) -> None:
        if conn.events:
            self.poller.unregister(conn.sock)
            conn.events = 0

    def _hurry(self, conn: Connection, now: float) -> None:
        """Wait a little for a silent connection, no more: the process is to end."""
        waited = self.connection_limits.head_seconds - STOP_KEEPALIVE_LINGER
        conn.began = min(conn.began, now - waited)
