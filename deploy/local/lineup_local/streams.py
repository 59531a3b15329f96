"""Something to play: a clip that goes round for ever, as HLS and as one endless file.

`/<folder>/index.m3u8` is a live playlist, `/<folder>/master.m3u8` one of variants, any
other `/<folder>/<name>.ts` an endless stream. Run as a program it is the demo's
streaming server: a path must bear a grant, and the gateway is asked at each playlist
and, of an endless stream, every few seconds.

    python -m lineup_local.streams PORT GATEWAY [ADDRESS]

With `-` for the gateway it lets everybody pass, for behind a server that asks.
"""

import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files

import requests

SEGMENT_SECONDS = 2
SHOWN = 5
CLIP = tuple(
    (files("lineup_local") / "clip" / f"{number}.ts").read_bytes()
    for number in range(6)
)
"""Its segments; each begins with a key frame."""
PLAYLIST, STREAM = "application/vnd.apple.mpegurl", "video/mp2t"
MASTER = (
    "#EXTM3U\n"
    "#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=320x180\nlow/index.m3u8\n"
    "#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=320x180\nhigh/index.m3u8\n"
)
GRANT = re.compile(r"/~[^/]*(?=/)")
CHECK_SECONDS = 5
PACE_SECONDS = 0.5
LOOPBACK = "127.0.0.1"

Admits = Callable[[str, str], bool]
"""Says of a target and a caller's address whether it may pass."""


class Streams(ThreadingHTTPServer):
    """Serves the clip at an address of this machine."""

    daemon_threads = True

    def __init__(self, port: int, admits: Admits, address: str = LOOPBACK) -> None:
        super().__init__((address, port), Request)
        self.admits = admits


class Request(BaseHTTPRequestHandler):
    """One request of a player."""

    protocol_version = "HTTP/1.1"
    server: Streams

    def do_GET(self) -> None:
        """Answer with what the address names."""
        if self._may_pass():
            self._serve(GRANT.sub("", self.path).partition("?")[0])
        else:
            self._respond(403, "text/plain", b"Not in your subscription.\n")

    def _serve(self, path: str) -> None:
        name = path.rpartition("/")[2]
        stem, _, ending = name.rpartition(".")
        if name == "master.m3u8":
            self._respond(200, PLAYLIST, MASTER.encode())
        elif ending == "m3u8":
            self._respond(200, PLAYLIST, live_playlist(time.time()).encode())
        elif ending == "ts" and stem.isdigit():
            self._respond(200, STREAM, CLIP[int(stem) % len(CLIP)])
        elif ending == "ts":
            self._send(200, {"Content-Type": STREAM, "Connection": "close"})
            self._pour()
        else:
            self._respond(404, "text/plain", b"There is no such stream.\n")

    def _may_pass(self) -> bool:
        return self.server.admits(self.path, str(self.client_address[0]))

    def _pour(self) -> None:
        """Send the clip over and over, as fast as it is watched, to who may watch."""
        self.close_connection = True
        try:
            for piece in endless():
                if not self._may_pass():
                    return
                self.wfile.write(piece)
        except OSError:  # the player has gone
            return

    def _respond(self, status: int, kind: str, body: bytes) -> None:
        self._send(status, {"Content-Type": kind, "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _send(self, status: int, fields: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Access-Control-Allow-Origin", "*")
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
        """Say nothing: a player asks every two seconds."""


def live_playlist(now: float) -> str:
    """What is on at a moment: the last segments of a clip that goes round."""
    newest = int(now) // SEGMENT_SECONDS
    first = newest - SHOWN
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{SEGMENT_SECONDS}",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{(first - 1) // len(CLIP)}",
    ]
    for number in range(first, newest):
        if number % len(CLIP) == 0:
            lines.append("#EXT-X-DISCONTINUITY")
        lines += [f"#EXTINF:{SEGMENT_SECONDS:.3f},", f"{number}.ts"]
    return "\n".join(lines) + "\n"


def endless() -> Iterator[bytes]:
    """The clip, a little ahead of time."""
    began, sent = time.monotonic(), 0
    while True:
        yield CLIP[sent % len(CLIP)]
        sent += 1
        ahead = SEGMENT_SECONDS * (sent - 2)
        while time.monotonic() - began < ahead:
            time.sleep(PACE_SECONDS)


def anybody(_target: str, _address: str) -> bool:
    """Lets everybody pass: for behind a streaming server that checks."""
    return True


def admits_by_gateway(gateway: str) -> Admits:
    """Lets pass who has a grant; the gateway says at playlists whether it holds."""

    def admits(target: str, address: str) -> bool:
        if GRANT.search(target) is None:
            return False
        name = target.partition("?")[0].rpartition("/")[2]
        if name.removesuffix(
            ".ts"
        ).isdigit():  # a segment: its playlist was asked about
            return True
        fields = {"X-Original-URI": target, "X-Real-IP": address}
        try:
            answer = requests.get(
                f"{gateway}/streaming/check", headers=fields, timeout=CHECK_SECONDS
            )
        except requests.RequestException:
            return False
        return answer.ok

    return admits


def main(port: str, gateway: str, address: str = LOOPBACK) -> None:
    """Serve until told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    admits = anybody if gateway == "-" else admits_by_gateway(gateway)
    Streams(int(port), admits, address).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
