"""A stream that is one endless file ends for who may watch no longer, and nobody else.

nginx needs its Lua module for that: Debian's libnginx-mod-http-lua.
"""

import socket
import threading
import time

import pytest
import requests
from edges import ROUND_SECONDS, Session, running_servers, until

from lineup.testing.serving import serving
from lineup_local.edge import LUA
from lineup_local.streams import Streams, anybody

pytestmark = pytest.mark.skipif(
    not LUA.exists(), reason="nginx has no Lua: apt-get install libnginx-mod-http-lua"
)
CHANNELS = {"1": "/one/endless.ts"}
LOG_LINE = "Lineup cannot be asked about endless files: connection refused"
ENDS = ({"timeline": []}, {"is_active": False}, {"password": "another-pass"})


@pytest.fixture
def origin():
    with serving(Streams(0, anybody)) as streams:
        yield streams.server_port


@pytest.fixture
def servers(tmp_path, gunicorn, store, origin, request):
    check_address = over_ipv6() if getattr(request, "param", "") == "IPv6" else ""
    with running_servers(
        tmp_path, store, gunicorn, origin, check_address=check_address
    ) as running:
        yield running


def over_ipv6():
    """Where a gateway may be asked over IPv6; empty where a machine has none."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as found:
            return f"[::1]:{found.getsockname()[1]}"
    except OSError:
        return ""


class Viewer:
    """Somebody who watches, until the stream ends."""

    def __init__(self, session):
        self.session = session
        self.answer = requests.get(session.opened("1"), stream=True, timeout=60)
        self.bytes = 0
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self):
        try:
            for chunk in self.answer.iter_content(1024):
                self.bytes += len(chunk)
        except (requests.RequestException, AttributeError):  # ended, here or there
            return

    @property
    def is_over(self):
        return not self._reading.is_alive()

    def sees_more(self):
        seen = self.bytes
        until(lambda: self.bytes > seen)

    def close(self):
        self.answer.raw.close()
        self._reading.join(timeout=60)


@pytest.fixture
def start_viewer(servers):
    started = []

    def start_viewer():
        started.append(Viewer(Session(servers, CHANNELS)))
        return started[-1]

    yield start_viewer
    for one in started:
        one.close()


@pytest.mark.feature("DC-15")
@pytest.mark.parametrize("servers", ["IPv6"], indirect=True)
def test_it_ends_for_those_alone_who_may_watch_no_longer(start_viewer):
    ending = [(start_viewer(), change) for change in ENDS]
    staying = start_viewer()
    for one in (staying, *(one for one, _ in ending)):
        one.sees_more()

    for one, change in ending:
        one.session.user(**change)

    until(lambda: all(one.is_over for one, _ in ending), 120)
    staying.sees_more()
    assert not staying.is_over


def test_it_goes_on_while_lineup_is_away_and_the_log_says_so(start_viewer, servers):
    one = start_viewer()
    one.sees_more()

    servers.process.terminate()
    servers.process.wait(timeout=20)

    log = servers.log.with_name("error.log")
    until(lambda: LOG_LINE in log.read_text())
    time.sleep(2 * ROUND_SECONDS)
    one.sees_more()
    assert not one.is_over
