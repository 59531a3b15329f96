"""The way to the broker: py-amqp's connection, read and written in large pieces.

py-amqp asks the system for nine small reads a message, and for one write. What has come
is read at once here, and many messages can be written together. This module alone knows
the parts of py-amqp's transports that are meant for subclasses.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import amqp
from amqp.transport import SSLTransport, TCPTransport

READ_BYTES = 8192
"""Bytes read at once, at most: enough for some messages, and cheap to cut up."""


class _ChunkedReads:
    """What both transports do otherwise than py-amqp's."""

    write: Callable[[bytes | bytearray], None]
    _quick_recv: Callable[[int], bytes]
    _read_buffer: bytes
    _write: Callable[[bytes], object]

    def _setup_transport(self) -> None:
        super()._setup_transport()  # type: ignore[misc]
        receive = self._quick_recv
        self._quick_recv = lambda _wanted: receive(READ_BYTES)

    @property
    def has_read_ahead(self) -> bool:
        """Whether something has come that nobody has taken yet."""
        return bool(self._read_buffer)

    @contextmanager
    def written_together(self) -> Iterator[None]:
        """Write at the end, in one go, what the body writes; it must read nothing."""
        gathered = bytearray()
        write, self._write = self._write, gathered.extend
        try:
            yield
        finally:
            self._write = write
        self.write(gathered)


class _ChunkedTcp(_ChunkedReads, TCPTransport):  # type: ignore[misc]
    pass


class _ChunkedTls(_ChunkedReads, SSLTransport):  # type: ignore[misc]
    pass


class BufferedConnection(amqp.Connection):  # type: ignore[misc]
    """A connection whose transport is one of these."""

    def Transport(  # noqa: N802 - py-amqp's name, and its order
        self,
        host: str,
        connect_timeout: float,
        ssl: Any,
        read_timeout: float | None,
        write_timeout: float | None,
        **others: Any,
    ) -> _ChunkedReads:
        """Made when it connects."""
        kind = _ChunkedTls if ssl else _ChunkedTcp
        return kind(
            host,
            connect_timeout=connect_timeout,
            ssl=ssl,
            read_timeout=read_timeout,
            write_timeout=write_timeout,
            **others,
        )
