"""An SMTP connection that cannot be held: every wait ends, and all waits together.

smtplib limits each wait by itself, so that a server which sends a byte now and then
could hold it for good. Here one limit spans a whole mail.
"""

import base64
import contextlib
import functools
import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import BinaryIO, Self

from lineup import outbound
from notifications.transports.routes import MailServer

MAX_REPLY = 64 * 1024
"""Bytes of one reply: some lines."""
MAX_CHALLENGES = 5
QUIT_SECONDS = 2.0
CONTINUE = 334
GREETED = 220
SIGNED_IN = (235, 503)
"""Taken, or taken before."""


class TooLong(Exception):  # noqa: N818 - reads as a sentence
    """A reply without an end."""


class TimeLimit:
    """Ends a connection, whatever it waits for, when the time is over."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()

    def watch(self, connection: socket.socket | None) -> None:
        """Hold this connection to the limit, too; TLS may be put around it."""
        if connection is None:
            raise smtplib.SMTPServerDisconnected("The connection is closed.")
        self._socket = socket.socket(fileno=os.dup(connection.fileno()))
        if self.is_over:
            self._expire()

    def _expire(self) -> None:
        self.is_over = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class SmtpReplies:
    """A server's side of the connection, read line by line and no reply too long."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.left = MAX_REPLY

    def readline(self, limit: int) -> bytes:
        """The next line."""
        line = self._file.readline(limit)
        self.left -= len(line)
        if self.left < 0:
            raise TooLong
        return line

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


class Connection(smtplib.SMTP):
    """smtplib's, with checked addresses, limited replies and passwords in UTF-8."""

    def __init__(
        self, server: MailServer, open_socket: "OpenSocket", seconds: float
    ) -> None:
        super().__init__(local_hostname=own_name(), timeout=seconds)
        self._host = server.host
        self._server = server
        self._open_socket = open_socket

    def greet(self) -> None:
        """Connect, and be told by a mail server who it is."""
        code, reply = self.connect(self._server.host, self._server.port)
        if code != GREETED:
            raise smtplib.SMTPConnectError(code, reply)
        self.ehlo_or_helo_if_needed()

    def sign_in(self) -> None:
        """Go over to TLS and sign in, as far as it is asked for."""
        if self._server.security == "starttls":
            self.starttls(context=tls())
            self.ehlo()
        if self._server.username:
            self._only_in_utf8()
            self.login(self._server.username, self._server.password)

    def getreply(self) -> tuple[int, bytes]:
        """The server's next reply."""
        if not isinstance(self.file, SmtpReplies):
            if self.sock is None:
                raise smtplib.SMTPServerDisconnected("The connection is closed.")
            self.file = SmtpReplies(self.sock.makefile("rb"))
        self.file.left = MAX_REPLY
        return super().getreply()

    def auth(
        self,
        mechanism: str,
        authobject: Callable[..., str | None],
        *,
        initial_response_ok: bool = True,
    ) -> tuple[int, bytes]:
        """As smtplib's, in UTF-8 (RFC 4616), which it refuses."""
        first = authobject() if initial_response_ok else None
        initial_response = "" if first is None else f" {_encoded(first)}"
        code, reply = self.docmd("AUTH", f"{mechanism.upper()}{initial_response}")
        begun = 0 if first is None else 1
        for number in range(begun + 1, begun + MAX_CHALLENGES):
            if code != CONTINUE:
                break
            self._auth_challenge_count = number
            answer = authobject(base64.decodebytes(reply))
            code, reply = self.docmd(_encoded(answer or ""))
        if code not in SIGNED_IN:
            raise smtplib.SMTPAuthenticationError(code, reply)
        return code, reply

    def _only_in_utf8(self) -> None:
        """CRAM-MD5 says of no other letters than ASCII how they are written."""
        offered = self.esmtp_features.get("auth", "")
        if not self._server.password.isascii():
            self.esmtp_features["auth"] = offered.replace("CRAM-MD5", "")

    def leave(self) -> None:
        """Say goodbye, without waiting long for an answer."""
        with TimeLimit(QUIT_SECONDS) as limit, contextlib.suppress(Exception):
            limit.watch(self.sock)
            self.quit()
        self.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = self._open_socket(host, port, timeout)
        if self._server.security == "tls":
            return tls().wrap_socket(plain, server_hostname=host)
        return plain


OpenSocket = Callable[[str, int, float], socket.socket]
"""Connects to a host and port within some seconds."""


def opener(server: MailServer, limit: TimeLimit, *, allow_private: bool) -> OpenSocket:
    """How to connect: a partner's server only where partners may send to."""

    def open_socket(host: str, port: int, seconds: float) -> socket.socket:
        if server.is_partners:
            found = outbound.connect(
                host, port, allow_private=allow_private, seconds=seconds
            )
        else:
            found = socket.create_connection((host, port), seconds)
        limit.watch(found)
        return found

    return open_socket


@functools.cache
def own_name() -> str:
    """How this machine calls itself; looked up once."""
    name = socket.getfqdn()
    return name if name.isascii() and "." in name else "[127.0.0.1]"


@functools.cache
def tls() -> ssl.SSLContext:
    """The system's authorities; reading them takes a while."""
    return ssl.create_default_context()


@contextlib.contextmanager
def at_least(seconds: float) -> Iterator[None]:
    """Let a failure take as long as the longest, so that its time tells nothing."""
    end = monotonic() + seconds
    try:
        yield
    except Exception:
        sleep(max(end - monotonic(), 0))
        raise


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
