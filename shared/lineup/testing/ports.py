"""Ports for what a test starts, kept from all others until the test's process ends.

They lie below those that the kernel hands out by itself (from 32768), which any
connection may take between the choice of a port and the start of what listens on it.
"""

import random
import socket
from itertools import chain

LOWEST, HIGHEST = 20_000, 32_000
LOOPBACK = "127.0.0.1"
_reserved: list[socket.socket] = []


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on and no other test has."""
    return free_row(1)


def free_row(count: int) -> int:
    """The first of so many such ports, one after another."""
    begin = random.SystemRandom().randrange(LOWEST, HIGHEST - count)
    for first in chain(range(begin, HIGHEST - count), range(LOWEST, begin)):
        if _reserve(range(first, first + count)):
            return first
    raise RuntimeError(f"No {count} free ports in a row.")


def _reserve(row: range) -> bool:
    """Take UDP's side of the ports, so that servers can listen on TCP's."""
    taken: list[socket.socket] = []
    for port in row:
        taken.append(socket.socket(type=socket.SOCK_DGRAM))
        if not (_binds(taken[-1], port) and _is_free(port)):
            for one in taken:
                one.close()
            return False
    _reserved.extend(taken)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _binds(probe, port)


def _binds(one: socket.socket, port: int) -> bool:
    try:
        one.bind((LOOPBACK, port))
    except OSError:
        return False
    return True
