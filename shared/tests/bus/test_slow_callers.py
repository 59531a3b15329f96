"""Whoever is slow to say what it wants holds up neither webhooks nor probes."""

import socket
from contextlib import ExitStack

import pytest
import requests

HALF_HEAD = b"GET /livez HTTP/1.1\r\nHost: drill\r\n"
HALF_BODY = (
    b"POST /notes/kind HTTP/1.1\r\nHost: drill\r\nContent-Length: 90\r\n\r\nhalf"
)


@pytest.fixture
def crowd():
    """`crowd(address, sent, count)`: connections that have sent so much, and hold."""
    with ExitStack() as stack:

        def gather(place, sent, count):
            opened = [
                stack.enter_context(socket.create_connection(place, timeout=8))
                for _ in range(count)
            ]
            for one in opened:
                one.sendall(sent)
            return opened

        yield gather


@pytest.mark.parametrize("sent", [HALF_HEAD, HALF_BODY, b""])
def test_webhooks_are_taken_while_others_stall(service, crowd, sent):
    copy = service("WebService", MAX_WORKERS="2")
    host, port = copy.web.split(":")
    first, *_ = crowd((host, int(port)), sent, 402)

    answer = requests.post(f"http://{copy.web}/notes/kind", data=b"a", timeout=8)
    live = requests.get(f"http://127.0.0.1:{copy.port}/livez", timeout=8)

    assert (answer.ok, live.ok) == (True, True)
    assert first.recv(10) == b""  # the oldest made way, long before its time


def test_probes_answer_while_others_stall(service, crowd):
    copy = service()
    first, *_ = crowd(("127.0.0.1", copy.port), HALF_HEAD, 60)

    for path in ("livez", "readyz", "metrics"):
        assert requests.get(f"http://127.0.0.1:{copy.port}/{path}", timeout=8).ok
    assert first.recv(10) == b""
