"""What gunicorn's threads take for a connection: it never makes them wait.

They read a request that is all there, and write an answer that is kept as far as the
socket does not take it at once; the worker's poller sends the rest.
"""

import errno
import select
import socket
import threading
from collections import deque
from typing import BinaryIO

from gateway.public.spool import Bytes, FilePart, NoRoom, Room, Spool

READ_AHEAD_BYTES = 1 << 20
MUCH = 8 << 20
"""What of an answer may wait before its writer does."""
READER_SECONDS = 2
POLL_SECONDS = threading.BoundedSemaphore(3)
"""Fewer than there are threads: the others never wait for a reader."""
FAIR_BYTES = 1 << 20
"""No connection is sent more in one turn of the poller."""


class BufferedSocket:
    """A socket with a whole request before it and a spool behind it."""

    def __init__(self, connected: socket.socket, room: Room) -> None:
        self.connected = connected
        self.sent = 0
        self._is_stalled = False
        self._room = room
        self._request: Spool | None = None
        self._unsent: deque[Bytes | Spool | FilePart] = deque()

    def give(self, request: Spool) -> None:
        """Let this request be read."""
        self._request = request

    @property
    def has_unsent(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._unsent)

    def flush(self) -> bool:
        """Send what the socket takes now; whether nothing waits any more.

        OSError when the other side has gone.
        """
        end = self.sent + FAIR_BYTES
        while self._unsent and self.sent < end:
            part = self._unsent[0]
            try:
                self.sent += part.send_to(self.connected)
            except BlockingIOError:
                return False
            if part.is_empty:
                self._unsent.popleft().close()
        return not self._unsent

    # What gunicorn calls ----------------------------------------------------------

    def recv(self, size: int) -> bytes:
        """The next bytes of the request; none after its end."""
        return self._request.read(size) if self._request else b""

    def send(self, data: bytes) -> int:
        """Take "100 Continue" for sent: whoever waited for it was told before."""
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Send what the socket takes, keep the rest."""
        if not self.has_unsent or self.flush():
            data = data[self._send_now(data) :] if data else data
        if data and not self._buffer_in_memory(data):
            self._keep(data)

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int = 0) -> int:
        """The same with a part of a file."""
        self._unsent.append(FilePart(file.fileno(), offset, count))
        self.flush()
        return count

    def fileno(self) -> int:
        """The socket's own."""
        return self.connected.fileno()

    def setblocking(self, _flag: bool) -> None:  # noqa: FBT001 - as sockets have it
        """Never block."""

    def gettimeout(self) -> float:
        """Nothing is waited for."""
        return 0.0

    def settimeout(self, _seconds: float | None) -> None:
        """Nothing is waited for."""

    def shutdown(self, _how: int) -> None:
        """Only the poller lingers; an answer that broke off is cut."""
        raise OSError(errno.ENOTCONN, "The answer broke off.")

    def close(self) -> None:
        """End the connection and let go of what waits."""
        self.connected.close()
        while self._unsent:
            self._unsent.popleft().close()

    def _send_now(self, data: bytes) -> int:
        try:
            sent = self.connected.send(data)
        except BlockingIOError:
            return 0
        self.sent += sent
        return sent

    def _keep(self, data: bytes) -> None:
        spool = self._spool()
        try:
            spool.write(data)
        except NoRoom:
            self._drain()
            self.sendall(data)
            return
        if spool.size > MUCH and not self._is_stalled:
            self._wait_for_reader()

    def _drain(self) -> None:
        """Wait until all is sent, while the reader takes something; else NoRoom."""
        while not self.flush():
            if not self._is_writable():
                raise NoRoom(errno.EPIPE, "Nobody reads, and no more can wait.")

    def _wait_for_reader(self) -> None:
        """Let whoever writes a long answer wait a little, if few others do so.

        A reader of common speed then keeps up with it; one that takes nothing for some
        seconds holds no thread: what it does not take goes to the file.
        """
        if not POLL_SECONDS.acquire(blocking=False):
            return
        try:
            while not self._is_stalled and not self.flush():
                self._is_stalled = not self._is_writable()
        finally:
            POLL_SECONDS.release()

    def _is_writable(self) -> bool:
        poll = select.poll()
        poll.register(self.connected, select.POLLOUT)
        return bool(poll.poll(READER_SECONDS * 1000))

    def _buffer_in_memory(self, data: bytes) -> bool:
        """Keep the rest of an answer in memory, if it is one piece, and has room."""
        if self._unsent or len(data) > READ_AHEAD_BYTES:
            return False
        if not self._room.take_memory(len(data)):
            return False
        self._unsent.append(Bytes(data, self._room))
        return True

    def _spool(self) -> Spool:
        last = self._unsent[-1] if self._unsent else None
        if not isinstance(last, Spool):
            last = Spool(self._room)
            self._unsent.append(last)
        return last
