"""Players that are not ours watch for longer than any grant, and no longer than they may.

Each grant is good for seconds here, so that a minute holds many of them.
"""

import itertools
import os
import re
import shutil
import subprocess
from contextlib import ExitStack, contextmanager

import pytest
from edges import Session, running_servers, until

from lineup.testing.serving import serving
from lineup_local.edge import LUA
from lineup_local.streams import Streams, anybody

CHANNELS = {
    "1": "/one/index.m3u8",
    "2": "/two/master.m3u8",
    "3": "/three/endless.ts",
}
SINGLE, VARIANTS, ENDLESS = CHANNELS
GRANT_SECONDS = 8
SEGMENTS = 24
"""Of two seconds each: how many one must have watched before it counts."""
PLAYERS = {
    "ffmpeg": ("-nostdin", "-re", "-i", "{}", "-f", "null", "-"),
    "mpv": ("--no-config", "--vo=null", "--ao=null", "--no-terminal", "{}"),
    "cvlc": ("-I", "dummy", "--vout=dummy", "--aout=dummy", "--no-loop", "{}"),
}
FOUND = [player for player in PLAYERS if player == "ffmpeg" or shutil.which(player)]
"""ffmpeg is needed; the others play where they are."""
LINE = re.compile(r'"GET (\S+) HTTP[^"]*" (\d+)')
GRANT = re.compile(r"/~[^/~]*~\d+~([^/~]+)~[^/~]+~\d+~(\d+)~")


@pytest.fixture(scope="module")
def servers(tmp_path_factory, gunicorn, store_in):
    folder = tmp_path_factory.mktemp("players")
    (folder / "blobs").mkdir()
    store = store_in(folder / "blobs")
    settings = {"STREAM_SESSION_SECONDS": str(GRANT_SECONDS)}
    with (
        serving(Streams(0, anybody)) as streams,
        running_servers(
            folder, store, gunicorn, streams.server_port, **settings
        ) as running,
    ):
        yield running


@contextmanager
def playing(player, address, folder):
    """A player at an address; its process. VLC runs as no root, so nobody does it."""
    words = [player, *(word.format(address) for word in PLAYERS[player])]
    if player == "cvlc" and os.geteuid() == 0:
        words = ["runuser", "-u", "nobody", "--", *words]
    log = folder / f"{player}.log"
    environment = {**os.environ, "HOME": "/nonexistent", "DISPLAY": ""}
    with log.open("wb") as output:
        process = subprocess.Popen(
            words,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


class StreamLog:
    """What a streaming server's log says of one user."""

    def __init__(self, servers, username):
        self._log, self._username = servers.log, username

    def lines(self):
        """Target and status of each request under a grant of the user."""
        for target, status in LINE.findall(self._log.read_text()):
            found = GRANT.search(target)
            if found and found[1] == self._username:
                yield target, int(status), int(found[2])

    def segments(self):
        """How many segments came."""
        lines = self.lines()
        return len(
            {target for target, status, _ in lines if is_segment(target, status)}
        )

    def failures(self):
        return [line for line in self.lines() if line[1] >= 400]

    def refused(self):
        return [line for line in self.failures() if line[1] == 403]


def is_segment(target, status):
    return status == 200 and ".ts" in target


@pytest.mark.feature("DC-15")
@pytest.mark.timeout(400)
def test_players_watch_on_and_stop_when_the_subscription_does(servers, tmp_path):
    with ExitStack() as stack:
        sessions = []
        for player, channel in itertools.product(FOUND, (SINGLE, VARIANTS)):
            session = Session(servers, CHANNELS)
            folder = tmp_path / f"{player}-{channel}"
            folder.mkdir()
            address = session.address(channel)
            stack.enter_context(playing(player, address, folder))
            sessions.append((session, StreamLog(servers, session.username)))

        for _, seen in sessions:
            until(lambda seen=seen: seen.segments() >= SEGMENTS, 200)
            assert seen.failures() == []

        for session, _ in sessions:
            session.user(timeline=[])

        for _, seen in sessions:
            until(lambda seen=seen: seen.refused(), 100)
            first = list(seen.lines()).index(seen.refused()[0])
            played_on = {t for t, s, _ in list(seen.lines())[first:] if s == 200}
            assert not any(".m3u8" in target for target in played_on)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("player", FOUND)
def test_an_endless_file_is_played_past_the_end_of_its_grant(servers, tmp_path, player):
    session = Session(servers, CHANNELS)
    address = session.address(ENDLESS).removesuffix(".m3u8") + ".ts"

    with playing(player, address, tmp_path) as process:
        until(lambda: len(open_streams(process)) > 0, 60)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=3 * GRANT_SECONDS)

        session.user(timeline=[])
        until(lambda: session.get(session.address(ENDLESS)).status_code == 403)
        if LUA.exists():
            until(lambda: open_streams(process) == [], 100)


def open_streams(process):
    """Its own connections, and those of what it started; none once it has ended."""
    import psutil

    try:
        own = psutil.Process(process.pid)
        everyone = [own, *own.children(recursive=True)]
        return [
            connection
            for one in everyone
            for connection in one.net_connections()
            if connection.raddr
        ]
    except psutil.NoSuchProcess:
        return []
