"""What a player asks, read from its request."""

import hashlib
from collections.abc import Iterable
from typing import Any, BinaryIO
from urllib.parse import parse_qsl
from wsgiref.util import FileWrapper

from gateway.public.answers import Conditions, wants_gzip
from lineup.throttling import subscriber_address

Environ = dict[str, Any]
LONGEST_FORM = 8192
LONGEST_VALUE = 256
CHUNK_BYTES = 1 << 16
FORM = "application/x-www-form-urlencoded"

AT_PROBE_PORT = "lineup.at_probe_port"
"""Whether a request came in by the probe port: its key in a WSGI environment."""


def mark_port(environ: Environ, probe_port: int) -> bool:
    """Note whether a request came in by the probe port, and say so.

    To be called before anything believes what a proxy says of ports.
    """
    is_there = bool(probe_port) and environ.get("SERVER_PORT") == str(probe_port)
    environ[AT_PROBE_PORT] = is_there
    return is_there


class PlayerRequest:
    """One request: who asks is told apart later."""

    __slots__ = ("_environ", "_fields", "method", "path")

    def __init__(self, environ: Environ) -> None:
        self._environ = environ
        self._fields: dict[str, str] | None = None
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ["PATH_INFO"]

    @property
    def fields(self) -> dict[str, str]:
        """Query and form fields; a field said twice counts as said first.

        Blanks round them, capitals in their names and `&amp;` between them are what
        people paste into players.
        """
        if self._fields is None:
            query = self._environ.get("QUERY_STRING")
            self._fields = {}
            for name, value in [*(parse_qsl(query) if query else ()), *self._form()]:
                plain = name.strip().lower().removeprefix("amp;")
                self._fields.setdefault(plain, value[:LONGEST_VALUE].strip())
        return self._fields

    def get(self, name: str) -> str:
        """A field, empty when it was not said."""
        return self.fields.get(name, "")

    @property
    def wants_gzip(self) -> bool:
        """Whether a gzip body is welcome."""
        accepted = self._environ.get("HTTP_ACCEPT_ENCODING")
        return accepted is not None and wants_gzip(accepted)

    @property
    def conditions(self) -> Conditions:
        """What the asker has already."""
        get = self._environ.get
        return Conditions(get("HTTP_IF_NONE_MATCH"), get("HTTP_IF_MODIFIED_SINCE"))

    def address(self, proxies: int) -> str:
        """By which address the caller is counted."""
        return subscriber_address(self.peer(proxies))

    def peer(self, proxies: int) -> str:
        """The address of the caller, told by so many trusted proxies."""
        peer: str = self._environ.get("REMOTE_ADDR", "")
        if proxies:
            forwarded = self._environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
            peer = forwarded[-proxies].strip() if len(forwarded) >= proxies else peer
        return peer

    @property
    def original_uri(self) -> str:
        """What a streaming server was asked for, when it asks on (auth_request)."""
        return str(self._environ.get("HTTP_X_ORIGINAL_URI", ""))

    @property
    def real_ip(self) -> str:
        """The address of the player that the streaming server asks about."""
        return str(self._environ.get("HTTP_X_REAL_IP", ""))

    def send_file(self, file: BinaryIO) -> Iterable[bytes]:
        """A file as a body: the server's own way where it has one (sendfile)."""
        wrapper = self._environ.get("wsgi.file_wrapper", FileWrapper)
        body: Iterable[bytes] = wrapper(file, CHUNK_BYTES)
        return body

    def _form(self) -> Iterable[tuple[str, str]]:
        """Fields of a POST; players also send none, or JSON that says nothing."""
        if self.method != "POST" or FORM not in self._environ.get("CONTENT_TYPE", FORM):
            return ()
        body: bytes = self._environ["wsgi.input"].read(LONGEST_FORM)
        return parse_qsl(body.decode("utf-8", "replace")) if b"=" in body else ()


def as_text(path_part: str) -> str:
    """A part of a WSGI path as the text it stands for."""
    try:
        return path_part.encode("latin-1").decode()
    except UnicodeError:
        return ""


def tag_of(*parts: str) -> str:
    """A short digest that differs when any part does."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()


def whole_number(text: str) -> int | None:
    """A number without sign, of reasonable length."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
