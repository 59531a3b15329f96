"""The ports of tests are free when they are used, not only when they are chosen."""

import socket
from pathlib import Path

import pytest

from lineup.testing import ports

KERNELS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_no_port_is_given_twice_and_each_can_be_listened_on():
    rows = [ports.free_row(3) for _ in range(20)]

    numbers = [number for first in rows for number in range(first, first + 3)]
    assert len(set(numbers)) == 60
    for number in numbers:
        with socket.socket() as server:
            server.bind((ports.LOOPBACK, number))


def test_a_port_that_something_listens_on_is_passed_over(monkeypatch):
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen()
        number = server.getsockname()[1]
        monkeypatch.setattr(ports, "LOWEST", number)
        monkeypatch.setattr(ports, "HIGHEST", number + 2)

        with pytest.raises(RuntimeError):
            ports.free_port()


def test_they_lie_below_those_that_connections_have():
    first, _ = map(int, KERNELS.read_text().split())

    assert max(ports.free_port() for _ in range(50)) < ports.HIGHEST <= first
