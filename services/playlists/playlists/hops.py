"""One question to one host, and from redirect to redirect to the answer.

Each host is looked up, checked and connected to by `lineup.outbound`. The body of a
redirect is not read.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import unquote, urljoin

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import LocationParseError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, make_headers, parse_url

from lineup import outbound
from playlists.addresses import Limits, Wanted
from playlists.watchdog import Watchdog

CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
MOST_REDIRECTS = 20
"""As many as browsers follow; their time is counted together."""
REDIRECTS = {301, 302, 303, 307, 308}
AGENT = "Lineup/1"
PORTS = {"http": 80, "https": 443}
LONGEST_ADDRESS = 8000


class TooManyRedirects(Exception):  # noqa: N818 - reads as a sentence
    """The URL redirects too many times."""


@contextmanager
def answering(
    wanted: Wanted, limits: Limits, watchdog: Watchdog
) -> Iterator[tuple[BaseHTTPResponse, str]]:
    """The answer of an address, its body still to be read, and where it came from."""
    url, headers = _parsed(wanted.address), {**_conditions(wanted), **wanted.headers}
    with ExitStack() as opened:
        for _ in range(MOST_REDIRECTS + 1):
            connection = _connection(url, limits, watchdog)
            opened.callback(connection.close)
            answer = _ask(connection, url, headers)
            opened.callback(answer.close)
            location = answer.headers.get("Location", "")
            if answer.status not in REDIRECTS or not location:
                yield answer, url.url
                return
            opened.close()
            before, url = url, _led_to(url, location)
            if not _may_keep_headers(before, url):
                headers = _conditions(wanted)
    raise TooManyRedirects


def _parsed(address: str) -> Url:
    """An address in the form it is asked for: percent-encoded, IDNA."""
    if len(address) > LONGEST_ADDRESS:
        raise LocationParseError(address[:100])
    url = parse_url(address)
    if url.scheme not in PORTS or not url.host:
        raise LocationParseError(address)
    return url


def _led_to(url: Url, location: str) -> Url:
    """Where a Location leads: servers write UTF-8 where Latin-1 is read."""
    text = location.encode("latin-1", "replace").decode("utf-8", "replace")
    return _parsed(urljoin(url.url, text))


def _ask(
    connection: HTTPConnection, url: Url, headers: Mapping[str, str]
) -> BaseHTTPResponse:
    headers = {**headers, **_credentials(url)}
    connection.request("GET", url.request_uri, headers=headers, preload_content=False)
    return connection.getresponse()


def _connection(url: Url, limits: Limits, watchdog: Watchdog) -> HTTPConnection:
    told: dict[str, Any] = {"limits": limits, "watchdog": watchdog}
    host, port = (url.host or "").strip("[]"), url.port or PORTS[url.scheme or "http"]
    if url.scheme == "https":
        return _TlsConnection(host, port, ca_certs=certifi.where(), **told)
    return _Connection(host, port, **told)


class _Checked:
    """Connects to where its host was seen to lie, and nowhere a tenant may not go."""

    _limits: Limits
    _watchdog: Watchdog
    host: str
    port: int

    def _new_conn(self) -> socket.socket:
        connection = outbound.connect(
            self.host,
            self.port,
            allow_private=self._limits.allow_private,
            seconds=min(CONNECT_SECONDS, self._watchdog.seconds_left),
            resolve=self._limits.resolve,
        )
        self._watchdog.guard(connection)
        return connection


class _Connection(_Checked, HTTPConnection):
    def __init__(
        self, host: str, port: int, *, limits: Limits, watchdog: Watchdog
    ) -> None:
        super().__init__(host, port, timeout=READ_SECONDS)
        self._limits, self._watchdog = limits, watchdog


class _TlsConnection(_Checked, HTTPSConnection):
    def __init__(
        self, host: str, port: int, *, ca_certs: str, limits: Limits, watchdog: Watchdog
    ) -> None:
        super().__init__(host, port, timeout=READ_SECONDS, ca_certs=ca_certs)
        self._limits, self._watchdog = limits, watchdog


def _conditions(wanted: Wanted) -> dict[str, str]:
    conditions = {
        "If-None-Match": wanted.etag,
        "If-Modified-Since": wanted.last_modified,
    }
    known = {name: value for name, value in conditions.items() if value}
    return {"User-Agent": AGENT, "Accept-Encoding": "gzip", **known}


def _credentials(url: Url) -> dict[str, str]:
    """User name and password that stand in an address."""
    if not url.auth:
        return {}
    plain = unquote(url.auth).encode().decode("latin-1")
    return make_headers(basic_auth=plain)


def _may_keep_headers(before: Url, after: Url) -> bool:
    """Whether a partner's own headers, which may be keys, may go there, too."""
    if before.host != after.host:
        return False
    if (before.scheme, before.port, after.scheme) == ("http", None, "https"):
        return after.port is None
    return (before.scheme, before.port) == (after.scheme, after.port)
