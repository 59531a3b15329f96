"""Asking a shop over HTTP: its own API, at an address that a partner named.

Where connections may lead says `lineup.outbound`. No redirect is followed, since the
keys go with each question; a question has a time limit as a whole, whatever the shop
does meanwhile, and an answer a greatest length.
"""

import http.client
import json
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import certifi

from lineup import outbound

WAIT_SECONDS = 20.0
"""Of one wait for the shop."""
WHOLE_SECONDS = 90.0
"""Of one question and its answer."""
MOST_BYTES = 32 << 20
BLOCK = 1 << 16
AGENT = "Lineup/1"
PORTS = {"http": 80, "https": 443}


class NotAnswered(Exception):  # noqa: N818 - reads as a sentence
    """A shop gave nothing that can be used; `code` says why, once and for all."""

    def __init__(self, code: str, detail: str = "", *, retry_seconds: int = 0) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.retry_seconds = code, retry_seconds


@dataclass(frozen=True, kw_only=True)
class ShopAnswer:
    """What a shop answered: an array or an object, and its headers in lower case."""

    value: Any
    headers: Mapping[str, str]


def basic(user: str, password: str) -> str:
    """The header's text of a user name and a password."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def is_unencrypted(address: str) -> bool:
    """Whether what goes there can be read on the way, keys included."""
    return urlsplit(address).scheme == "http"


def ask(address: str, headers: Mapping[str, str], *, allow_private: bool) -> ShopAnswer:
    """What a shop answers to GET; NotAnswered says why there is nothing."""
    with _refusals(), _connection(address, allow_private=allow_private) as connection:
        parts = urlsplit(address)
        path = f"{parts.path or '/'}?{parts.query}"
        told = {"User-Agent": AGENT, "Accept": "application/json", **headers}
        connection.request("GET", path, headers=told)
        answer = connection.getresponse()
        said = {name.lower(): value for name, value in answer.getheaders()}
        _check(answer.status, said)
        return ShopAnswer(value=json.loads(_body(answer)), headers=said)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except outbound.AddressForbidden:
        raise NotAnswered("address_forbidden") from None
    except ssl.SSLError:
        raise NotAnswered("bad_certificate") from None
    except TimeoutError:
        raise NotAnswered("too_slow") from None
    except (OSError, http.client.HTTPException) as error:
        raise NotAnswered("unreachable", type(error).__name__) from None
    except (ValueError, RecursionError):
        raise NotAnswered("bad_answer", "it is no JSON") from None


@contextmanager
def _connection(
    address: str, *, allow_private: bool
) -> Iterator[http.client.HTTPConnection]:
    """A connection to a checked address, cut when its time is over."""
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise NotAnswered("bad_address")
    if is_unencrypted(address) and not allow_private:
        raise NotAnswered("not_encrypted")
    host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    connection = http.client.HTTPConnection(host, port, timeout=WAIT_SECONDS)
    connection.sock = outbound.connect(
        host, port, allow_private=allow_private, seconds=WAIT_SECONDS
    )
    cut = threading.Timer(WHOLE_SECONDS, _cut, [connection])
    cut.daemon = True
    cut.start()
    try:
        if parts.scheme == "https":
            _encrypt(connection)
        yield connection
    finally:
        cut.cancel()
        connection.close()


def _encrypt(connection: http.client.HTTPConnection) -> None:
    context = ssl.create_default_context(cafile=certifi.where())
    line = context.wrap_socket(
        connection.sock, server_hostname=connection.host, do_handshake_on_connect=False
    )
    connection.sock = line
    line.do_handshake()


def _cut(connection: http.client.HTTPConnection) -> None:
    """End both directions: whoever waits for the line is told at once."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _check(status: int, headers: Mapping[str, str]) -> None:
    """NotAnswered for every status but success."""
    if 200 <= status < 300:
        return
    if status in (401, 403):
        raise NotAnswered("key_refused", str(status))
    if status == 429:
        raise NotAnswered(
            "rate_limited", retry_seconds=_seconds(headers.get("retry-after", ""))
        )
    if 300 <= status < 400:
        raise NotAnswered("redirected", headers.get("location", "")[:200])
    raise NotAnswered("bad_status", str(status))


def _seconds(said: str) -> int:
    """How long to wait; Shopify writes 2.0, and dates count as a minute."""
    try:
        return max(1, min(int(float(said)), 3600))
    except (ValueError, OverflowError):
        return 60


def _body(answer: http.client.HTTPResponse) -> bytes:
    blocks, length = [], 0
    while block := answer.read(BLOCK):
        blocks.append(block)
        length += len(block)
        if length > MOST_BYTES:
            raise NotAnswered("bad_answer", "it is too long")
    if answer.length:
        raise NotAnswered("unreachable", "it broke in the middle")
    return b"".join(blocks)
