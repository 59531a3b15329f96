"""Files fetched from addresses that partners name, without trusting them.

Only http and https are spoken. An address is looked up, refused if it leads into a
private network, and connected to exactly as it was looked up, on every redirect anew,
so that no name can change its mind between the check and the connection.
"""

import hashlib
import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.util.connection import create_connection

from lineup.errors import Invalid
from playlists.addresses import Fetched, Limits, Wanted

CONNECT_SECONDS, READ_SECONDS = 10, 30
REDIRECTS = 5
BLOCK = 1 << 18
AGENT = "Lineup/1"
NOT_MODIFIED = 304


class FetchRefused(Invalid):
    """What the address gives was not taken."""

    code = "unreachable"


class PrivateAddress(Exception):  # noqa: N818 - reads as a sentence
    """The host lies in a private network."""


def fetch(wanted: Wanted, into: IO[bytes], limits: Limits) -> Fetched:
    """Fetch into a file; SHA-256 of its bytes comes with it.

    FetchRefused says why not; its message never holds header fields.
    """
    with (
        _refusals(wanted.what),
        _session(limits, wanted) as session,
        _ask(session, wanted) as answer,
    ):
        if answer.status_code == NOT_MODIFIED:
            return Fetched(is_modified=False)
        answer.raise_for_status()
        return Fetched(
            is_modified=True,
            digest=_store(answer, into, limits, wanted.what),
            etag=answer.headers.get("ETag", ""),
            last_modified=answer.headers.get("Last-Modified", ""),
        )


def _ask(session: requests.Session, wanted: Wanted) -> requests.Response:
    return session.get(
        wanted.address,
        headers=_headers(wanted),
        stream=True,
        timeout=(CONNECT_SECONDS, READ_SECONDS),
    )


def _headers(wanted: Wanted) -> dict[str, str]:
    conditions = {
        "If-None-Match": wanted.etag,
        "If-Modified-Since": wanted.last_modified,
    }
    known = {name: value for name, value in conditions.items() if value}
    return {"User-Agent": AGENT, **known, **wanted.headers}


def _store(
    answer: requests.Response, into: IO[bytes], limits: Limits, what: str
) -> str:
    digest, length = hashlib.sha256(), 0
    end = time.monotonic() + limits.seconds
    for block in answer.iter_content(BLOCK):
        length += len(block)
        if length > limits.megabytes << 20:
            message = f"It is longer than {limits.megabytes} MB."
            raise FetchRefused(message, code=f"{what}_too_large")
        if time.monotonic() > end:
            message = f"It took longer than {limits.seconds} seconds."
            raise FetchRefused(message, code=f"{what}_unreachable")
        digest.update(block)
        into.write(block)
    return digest.hexdigest()


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    """Say what went wrong in words for staff, with a stable code."""
    try:
        yield
    except PrivateAddress:
        message = "The address leads into a private network."
        raise FetchRefused(message, code=f"{what}_address_forbidden") from None
    except requests.exceptions.ChunkedEncodingError:
        message = "The connection broke in the middle."
        raise FetchRefused(message, code=f"{what}_truncated") from None
    except (requests.RequestException, HTTPError) as error:
        message = _in_words(error)
        raise FetchRefused(message, code=f"{what}_unreachable") from None


def _in_words(error: Exception) -> str:
    answer = getattr(error, "response", None)
    if answer is not None:
        return f"The address answered {answer.status_code}."
    known = {
        requests.exceptions.Timeout: "The address did not answer in time.",
        requests.exceptions.SSLError: "The certificate of the address is not valid.",
        requests.exceptions.TooManyRedirects: "The address leads on and on.",
    }
    for kind, words in known.items():
        if isinstance(error, kind):
            return words
    return "The address cannot be reached."


def _session(limits: Limits, wanted: Wanted) -> requests.Session:
    session = _Session(list(wanted.headers))
    session.trust_env = False
    session.max_redirects = REDIRECTS
    if not limits.allow_private:
        for scheme in ("http://", "https://"):
            session.mount(scheme, _PublicOnly())
    return session


class _Session(requests.Session):
    """Keeps a partner's own headers, which may be keys, from other hosts."""

    def __init__(self, own_headers: list[str]) -> None:
        super().__init__()
        self._own_headers = own_headers

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        came_from, leads_to = response.request.url, prepared_request.url
        if self.should_strip_auth(came_from, leads_to):  # type: ignore[no-untyped-call]
            for name in self._own_headers:
                prepared_request.headers.pop(name, None)


class _PublicOnly(HTTPAdapter):
    """Connects to public addresses only."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _PublicPool,
            "https": _PublicTlsPool,
        }


class _PublicConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _PublicTlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _PublicPool(HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicTlsPool(HTTPSConnectionPool):
    ConnectionCls = _PublicTlsConnection


def _connect(connection: HTTPConnection) -> socket.socket:
    """Look the host up once, check every address, connect to the first."""
    port = connection.port or connection.default_port
    try:
        found = socket.getaddrinfo(connection.host, port, type=socket.SOCK_STREAM)
        addresses = [str(place[0]) for *_, place in found]
        if not all(is_public(address) for address in addresses):
            raise PrivateAddress
        return create_connection((addresses[0], port), CONNECT_SECONDS)
    except OSError as error:
        raise NewConnectionError(connection, str(error)) from None


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public internet, however it is disguised."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return (mapped or ip).is_global and not ip.is_multicast
