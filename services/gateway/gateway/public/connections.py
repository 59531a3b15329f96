"""One connection of a player or a browser, and how patient the gateway is with it."""

import selectors
import socket
from enum import Enum
from typing import Any

from gateway.public.buffered_socket import BufferedSocket
from gateway.public.connection_limits import ConnectionLimits, LongestBody
from gateway.public.incoming import IncomingRequest
from gateway.public.private_parts import TConn
from gateway.public.spool import Room

READABLE, WRITABLE = selectors.EVENT_READ, selectors.EVENT_WRITE
LINGER_BYTES = 1 << 20


class Phase(Enum):
    """What a connection waits for."""

    IDLE = "its next request"
    ARRIVING = "the rest of a request"
    BUSY = "a thread's answer"
    SENDING = "its reader"
    LINGERING = "the other side's end"


class Connection(TConn):  # type: ignore[misc]
    """A connection, with the request that arrives and the answer that leaves."""

    def __init__(
        self,
        cfg: Any,
        connected: socket.socket,
        client: Any,
        server: Any,
        *,
        room: Room,
        longest_body: LongestBody,
    ) -> None:
        super().__init__(cfg, BufferedSocket(connected, room), client, server)
        connected.setblocking(False)
        self.connected = connected
        self.data_ready = True
        self.phase = Phase.IDLE
        self.began = 0.0
        self.progress = 0
        self.heard_at = 0.0
        """When something of its request came last."""
        self.is_over = False
        self.goes_on = True
        """Whether another request may follow the answer."""
        self.was_told_to_continue = False
        self.events = 0
        """What the poller looks for."""
        self._room = room
        self._longest_body = longest_body
        self.incoming = self._nothing_yet()

    @property
    def address(self) -> str:
        """Where it comes from."""
        return str(self.client[0]) if isinstance(self.client, tuple) else ""

    def enter(self, phase: Phase, now: float) -> None:
        """Begin to wait for something else."""
        self.phase = phase
        self.began = now
        self.progress = 0

    def give_request(self) -> None:
        """Let a thread read the request that is whole."""
        self.parser = None
        self.initialized = False
        self.sock.give(self.incoming.spool)

    def next_request(self) -> bytes:
        """Begin with the next request; what came of it already."""
        if not self.incoming.is_begun:
            return b""
        self.incoming.close()
        rest = self.incoming.rest
        self.incoming = self._nothing_yet()
        self.was_told_to_continue = False
        return rest

    def is_late(self, now: float, connection_limits: ConnectionLimits) -> bool:
        """Whether it has been waited for long enough."""
        waited = now - self.began
        if self.phase is Phase.LINGERING:
            return (
                waited > connection_limits.linger_seconds
                or self.progress > LINGER_BYTES
            )
        if self.phase is Phase.ARRIVING and not self.incoming.has_head:
            return waited > connection_limits.head_seconds
        done = self.sock.sent if self.phase is Phase.SENDING else self.incoming.received
        owed = (
            waited - connection_limits.grace_seconds
        ) * connection_limits.slowest_bytes
        return done - self.progress < owed

    def close(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - gunicorn's
        """End it now; whoever wants to linger does so in the poller."""
        self.is_over = True
        self.sock.close()
        self.incoming.close()

    def _nothing_yet(self) -> IncomingRequest:
        return IncomingRequest(self._room, self._longest_body)
