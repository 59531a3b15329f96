"""One request while it arrives: gathered whole before a thread is given it.

Only where a request ends is told here, by h11 where there may be a body; what it says
is for gunicorn's parser, which reads the very same bytes. Where the two would not
agree, the request is given as far as it came and the connection ends with its answer.
"""

import re

import h11

from gateway.public.connection_limits import LongestBody
from gateway.public.spool import Room, Spool

LONGEST_HEAD = 64 << 10
END_OF_HEAD = b"\r\n\r\n"
BODY_MAY_FOLLOW = re.compile(
    rb"\n(?:content-length|transfer-encoding|expect|upgrade)[ \t]*:|\ACONNECT ",
    re.IGNORECASE,
)
PATH = re.compile(r"(?:[a-z]+://[^/]*)?([^?#]*)", re.IGNORECASE)


class IncomingRequest:
    """The bytes of one request, as they come."""

    def __init__(self, room: Room, longest_body: LongestBody) -> None:
        self._longest_body = longest_body
        self._head = bytearray()
        self._framing: h11.Connection | None = None
        self._most = LONGEST_HEAD
        self.spool = Spool(room)
        self.rest = b""
        """What came behind its end: the beginning of the next request."""
        self.is_whole = False
        self.is_too_long = False
        """Whether its head has no end within what is read."""
        self.may_go_on = True
        """Whether another request can follow on the connection."""

    @property
    def is_begun(self) -> bool:
        """Whether anything has come."""
        return bool(self._head) or self.spool.size > 0

    @property
    def has_head(self) -> bool:
        """Whether all but a body is there."""
        return self._framing is not None or self.is_whole

    @property
    def received(self) -> int:
        """How many bytes have come."""
        return len(self._head) + self.spool.size

    def feed(self, data: bytes) -> None:
        """Add what came next."""
        if self._framing is None:
            self._read_head(data)
        else:
            self._read_body(data)

    def asks_to_continue(self) -> bool:
        """Whether the sender waits to be told to send the body."""
        framing = self._framing
        return framing is not None and framing.they_are_waiting_for_100_continue

    def close(self) -> None:
        """Let go of what came."""
        self.spool.close()

    def _read_head(self, data: bytes) -> None:
        searched = max(0, len(self._head) - len(END_OF_HEAD) + 1)
        self._head += data
        found = self._head.find(END_OF_HEAD, searched)
        if found < 0:
            self.is_too_long = len(self._head) > LONGEST_HEAD
            return
        end = found + len(END_OF_HEAD)
        if BODY_MAY_FOLLOW.search(self._head, 0, end):
            self._framing = h11.Connection(
                h11.SERVER, max_incomplete_event_size=LONGEST_HEAD
            )
            whole = bytes(self._head)
            self._head.clear()
            self._read_body(whole)
        else:
            self.rest = bytes(self._head[end:])
            self._end(bytes(self._head[:end]))

    def _read_body(self, data: bytes) -> None:
        framing = self._framing
        if framing is None:
            return
        try:
            framing.receive_data(data)
            is_over = self._follow(framing)
        except h11.RemoteProtocolError:
            self._end(data, may_go_on=False)
            return
        if is_over:
            self.rest, _ = framing.trailing_data
            self._end(data[: len(data) - len(self.rest)])
        elif self.received + len(data) > self._most:
            self._end(data, may_go_on=False)
        else:
            self._keep(data)

    def _follow(self, framing: h11.Connection) -> bool:
        """Whether the request ends within what has come."""
        while True:
            event = framing.next_event()
            if isinstance(event, h11.Request):
                self._bound(event)
            elif isinstance(event, h11.EndOfMessage):
                return True
            elif event in (h11.NEED_DATA, h11.PAUSED):
                return event is h11.PAUSED

    def _bound(self, request: h11.Request) -> None:
        """Learn how much may come; a longer body is not waited for.

        The answer to it is the application's, which refuses by the length that is said.
        """
        path = PATH.match(request.target.decode("latin-1"))
        longest = self._longest_body(request.method.decode(), path[1] if path else "")
        self._most = LONGEST_HEAD + longest
        fields = dict(request.headers).get(b"content-length", b"0")
        if int(fields) > longest:
            raise h11.RemoteProtocolError("The body is too long.")

    def _end(self, data: bytes, *, may_go_on: bool = True) -> None:
        self._keep(data)
        self.is_whole = True
        self.may_go_on = may_go_on

    def _keep(self, data: bytes) -> None:
        self._head.clear()
        self.spool.write(data)
