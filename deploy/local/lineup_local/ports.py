"""Ports of this machine: whether one is free, and who holds it."""

import socket
from dataclasses import dataclass

import psutil

from lineup_local.errors import LocalError
from lineup_local.settings import Settings

LOOPBACK = "127.0.0.1"
HIGHEST = 65535


@dataclass(frozen=True)
class Claim:
    """A port that something needs: its field in the settings and what it is for."""

    field: str
    purpose: str
    count: int = 1
    """How many ports in a row, where the field names the first of several."""

    def row(self, settings: Settings) -> range:
        """The ports that the settings say."""
        first = settings.ports[self.field]
        return range(first, first + self.count)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 right now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def hold(what: str) -> socket.socket | None:
    """Keep something, such as `port-8080`, to oneself; None when another process does.

    It is a name in the kernel, of the same network as ports are, and goes with the
    socket or with this process.
    """
    kept = socket.socket(socket.AF_UNIX)
    try:
        kept.bind(f"\0lineup-{what}")
    except OSError:
        kept.close()
        return None
    return kept


def check(settings: Settings, claim: Claim) -> None:
    """Refuse in one sentence when somebody else has a port of a claim."""
    for port in claim.row(settings):
        if not is_free(port):
            raise taken(port, claim)


def taken(port: int, claim: Claim) -> LocalError:
    """What is said of a port that somebody else has."""
    return LocalError(
        f"Port {port} of 127.0.0.1, wanted for {claim.purpose}, is taken by"
        f" {holder_of(port)}; stop that, or set {Settings.name_of(claim.field)}"
        " to a free port."
    )


def holder_of(port: int) -> str:
    """Who listens on a port, as far as this user may know."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        connections = []
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN
        here = connection.laddr[1:] == (port,)
        if listens and here and connection.pid:
            return f"{_name_of(connection.pid)} (process {connection.pid})"
    return "another program of this machine"


def _name_of(pid: int) -> str:
    try:
        return psutil.Process(pid).name()
    except psutil.NoSuchProcess:
        return "a program that just ended"
