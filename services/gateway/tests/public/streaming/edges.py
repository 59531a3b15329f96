"""A streaming server as `deploy/streaming` sets it up, before something to play."""

import http.server
import itertools
import socket
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import requests

from lineup.delivery import AccessInterval, StreamSource
from lineup.testing.ports import free_port
from lineup.testing.serving import serving
from lineup_local import edge

SECRET = "edge-secret"
ROUND_SECONDS = 1
"""How often endless files are asked about here."""


def wait_for(port):
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


@contextmanager
def running_edge(folder, *, port, lineup, origin, check_address=""):
    """nginx at `port`, which asks the gateway at `lineup` and plays from `origin`."""
    if not edge.is_there():
        pytest.fail("nginx is needed here: apt-get install nginx-light")
    folder.chmod(0o755)
    server = edge.Edge(
        folder=folder,
        port=port,
        gateway=lineup,
        origin=origin,
        check_address=check_address,
        access_log=folder / "access.log",
        error_log=folder / "error.log",
        round_seconds=ROUND_SECONDS,
    )
    server.set_secret(SECRET)
    started = subprocess.Popen(server.command())
    try:
        wait_for(port)
        yield started
    finally:
        started.terminate()
        started.wait(timeout=20)


@contextmanager
def running_origin():
    """Its port, and the targets it was asked for: it says back what that was."""
    targets = []

    class Origin(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            targets.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.path)))
            self.end_headers()
            self.wfile.write(self.path.encode())

        def log_message(self, *args):
            """Say nothing."""

    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)) as server:
        yield server.server_port, targets


class Served:
    """A gateway, a streaming server that asks it, and where they are."""

    def __init__(self, store, edge, gateway, process, log):
        self.store, self.edge, self.gateway = store, edge, gateway
        self.process, self.log = process, log


@contextmanager
def running_servers(folder, store, gunicorn, origin, *, check_address="", **settings):
    """A gateway, and a streaming server that asks it and plays from `origin`.

    `check_address` is where the gateway is asked about endless files, if not where it is.
    """
    port = free_port()
    also = ("-b", check_address) if check_address else ()
    (folder / "edge").mkdir()
    environment = {"CLOCK_OFFSET_FILE": "", **settings}
    with (
        gunicorn(folder, store, "--workers", "1", *also, **environment) as (
            lineup,
            process,
        ),
        running_edge(
            folder / "edge",
            port=port,
            lineup=lineup,
            origin=origin,
            check_address=check_address,
        ),
    ):
        yield Served(
            store,
            f"http://127.0.0.1:{port}",
            f"http://127.0.0.1:{lineup}",
            process,
            folder / "edge" / "access.log",
        )


class Session:
    """A user of its own at a gateway, and the streaming server it is sent to."""

    count = itertools.count()

    def __init__(self, servers, channels, **more):
        self.store, self.edge, self.gateway = (
            servers.store,
            servers.edge,
            servers.gateway,
        )
        self._channels, self._more = channels, more
        number = next(self.count)
        self.username = f"user{number:04}"
        self.set_id = f"{number:032x}"
        self.set()
        self.user()

    def address(self, channel):
        """The stable address of a channel, as a playlist has it."""
        return f"{self.gateway}/live/{self.username}/secret-pass/{channel}.m3u8"

    def opened(self, channel, query=""):
        """Where the gateway sends the player."""
        answer = self.get(self.address(channel) + query)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def get(self, address):
        return requests.get(address, timeout=20, allow_redirects=False)

    def user(self, **changes):
        now = datetime.now(UTC)
        running = AccessInterval(
            from_at=now - timedelta(days=1),
            until_at=now + timedelta(days=9),
            set_id=self.set_id,
        )
        own = {"username": self.username, "token": f"token-{self.username}"}
        self.store.put_user(**{"timeline": [running], **own, **changes})

    def set(self, **changes):
        sources = {
            number: StreamSource(
                address=self.edge + path,
                signing="session",
                **self._more.get(number, {}),
            )
            for number, path in self._channels.items()
        }
        digest = self.store.blobs.write_content(msgspec.json.encode(sources))
        self.store.put_set(self.set_id, streams_digest=digest, **changes)


def until(holds, seconds=60):
    """Wait until something holds: what is remembered is looked at again in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)
