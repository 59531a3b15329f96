"""Ports of this machine: whether one is free, and who holds it."""

import socket

import psutil

from lineup_local.errors import LocalError
from lineup_local.settings import Settings

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 right now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def claim(settings: Settings, field: str, purpose: str) -> int:
    """The port that a settings field names; refused in one sentence when taken."""
    port: int = getattr(settings, field)
    if not is_free(port):
        raise LocalError(
            f"Port {port} of 127.0.0.1, wanted for {purpose}, is taken by"
            f" {holder_of(port)}; stop that, or set {settings.name_of(field)}"
            " to a free port."
        )
    return port


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
