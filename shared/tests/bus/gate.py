"""A TCP gate before a server: closing it cuts all that goes through."""

import socket
import threading
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Gate:
    """Forwards a local port to a server until it is closed, and again once opened."""

    def __init__(self, uri):
        parts = urlsplit(uri)
        self._target = (parts.hostname, parts.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        self._open = True
        self._sockets = set()
        user = parts.netloc.rpartition("@")[0]
        netloc = f"{user}@127.0.0.1:{self._port}"
        self.uri = urlunsplit(parts._replace(netloc=netloc))
        threading.Thread(target=self._accept, daemon=True).start()

    @classmethod
    @contextmanager
    def to(cls, uri):
        gate = cls(uri)
        yield gate
        gate.close()
        gate._listening.close()

    def close(self):
        """Cut every connection and let nobody through."""
        self._open = False
        for each in list(self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def open(self):
        self._open = True

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near):
        with closing(near):
            if not self._open:
                return
            with closing(socket.create_connection(self._target)) as far:
                self._sockets |= {near, far}
                back = threading.Thread(target=_pump, args=(far, near), daemon=True)
                back.start()
                _pump(near, far)
                back.join()
                self._sockets -= {near, far}


def _pump(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
