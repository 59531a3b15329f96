"""Bytes that wait: of requests not yet whole, and of answers not yet taken.

A little lies in memory, more in a temporary file; all of a process together have a
limit, so that nobody's slowness fills the disk.
"""

import errno
import os
import threading
from socket import socket
from tempfile import SpooledTemporaryFile

IN_MEMORY = 256 << 10
CHUNK_BYTES = 256 << 10
TIGHT = 0.75
MEMORY_BYTES = 64 << 20
"""What all answers of a process together keep in memory; more goes to files."""


class NoRoom(OSError):  # noqa: N818 - reads as a sentence
    """As much waits already as may."""


class Room:
    """How many bytes of one process may wait; threads share it."""

    def __init__(self, limit: int, memory_limit: int = MEMORY_BYTES) -> None:
        self._limit = limit
        self._memory_limit = memory_limit
        self._taken = 0
        self._taken_of_memory = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        """Count bytes in; NoRoom if that is too many."""
        with self._lock:
            if self._taken + count > self._limit:
                raise NoRoom(errno.EPIPE, "As much waits already as may.")
            self._taken += count

    @property
    def is_tight(self) -> bool:
        """Whether it will soon be full."""
        return self._taken > self._limit * TIGHT

    def give_back(self, count: int) -> None:
        """Count bytes out."""
        with self._lock:
            self._taken -= count

    def take_memory(self, count: int) -> bool:
        """Count bytes in that stay in memory, if there is room for them."""
        with self._lock:
            has_room = self._taken_of_memory + count <= self._memory_limit
            self._taken_of_memory += count if has_room else 0
            return has_room

    def give_memory_back(self, count: int) -> None:
        """Count bytes out that stayed in memory."""
        with self._lock:
            self._taken_of_memory -= count


class Bytes:
    """Bytes that are at hand anyway, counted in by `take_memory`; sent uncopied."""

    def __init__(self, data: bytes, room: Room) -> None:
        self._left = memoryview(data)
        self._counted = len(data)
        self._room = room

    @property
    def is_empty(self) -> bool:
        """Whether all was sent."""
        return not self._left

    def send_to(self, receiver: socket) -> int:
        """Send what a socket takes now; BlockingIOError if it takes nothing."""
        sent = receiver.send(self._left)
        self._left = self._left[sent:]
        return sent

    def close(self) -> None:
        """Let the bytes go."""
        self._left = memoryview(b"")
        self._room.give_memory_back(self._counted)
        self._counted = 0


class Spool:
    """What is written at its end is read from its beginning, once."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by close()
        self.size = 0
        self._position = 0
        self._taken = 0

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end; NoRoom when there is none."""
        self._take_room(len(data))
        self.size += len(data)
        self._file.seek(0, os.SEEK_END)
        self._file.write(data)

    def read(self, count: int) -> bytes:
        """The next bytes; empty when all were read."""
        data = self._peek(count)
        self._position += len(data)
        return data

    @property
    def is_empty(self) -> bool:
        """Whether all was read."""
        return self._position == self.size

    def send_to(self, receiver: socket) -> int:
        """Send what a socket takes now; BlockingIOError if it takes nothing."""
        sent = receiver.send(self._peek(CHUNK_BYTES))
        self._position += sent
        return sent

    def close(self) -> None:
        """Let the bytes go."""
        self._file.close()
        self._room.give_back(self._taken)
        self.size = self._position = self._taken = 0

    def _take_room(self, more: int) -> None:
        """Count what lies in a file; what is small never lacks room."""
        size = self.size + more
        if size > IN_MEMORY:
            self._room.take(size - self._taken)
            self._taken = size

    def _peek(self, count: int) -> bytes:
        self._file.seek(self._position)
        return self._file.read(count)


class FilePart:
    """A part of a file that lies there already: sent by the kernel, never copied."""

    def __init__(self, descriptor: int, position: int, count: int) -> None:
        self._descriptor = os.dup(descriptor)
        self._position = position
        self._end = position + count

    @property
    def is_empty(self) -> bool:
        """Whether all was sent."""
        return self._position >= self._end

    def send_to(self, receiver: socket) -> int:
        """Send what a socket takes now; BlockingIOError if it takes nothing."""
        left = min(self._end - self._position, CHUNK_BYTES)
        sent = os.sendfile(receiver.fileno(), self._descriptor, self._position, left)
        if not sent:
            raise OSError("The file has become shorter.")
        self._position += sent
        return sent

    def close(self) -> None:
        """Let the file go."""
        os.close(self._descriptor)
