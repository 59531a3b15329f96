"""How fast a user's own playlist is served, beside nginx serving like bytes from disk.

    .venv/bin/python benchmarks/playlist_fetch.py [--seconds 3] [--rounds 5]

2,000 channels, the user's own credentials in every line, account checked on each
request, through the gateway's real gunicorn configuration and WSGI application. nginx
(gzip_static) serves the same body as a file. Rounds are interleaved and medians
compared; both sides and wrk share the machine, so read the ratios, not the rates.
Needs nginx and wrk (apt-get install nginx wrk).
"""

import argparse
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from lineup.blobs import BlobStore
from lineup.delivery import (
    AccessFact,
    AccessInterval,
    SetManifest,
    demo_set_id_of,
    manifest_name,
)
from lineup.secrets import Keyring, make_key
from lineup.testing.facts import shards_of
from lineup.testing.ports import free_port
from playlists.rendering import m3u, xtream
from playlists.rendering.lineups import Entry

CHANNELS = 2000
PARTNER = UUID("019d0000-0000-7000-8000-000000000001")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
USERS = 1_000
"""They take turns, so that nothing kept for one of them answers for another."""
SCRIPT = """
local ready, turn = {}, 0
function init(words)
  for line in io.lines(words[1]) do
    local path, tag = line:match("^(%S+) ?(%S*)$")
    local headers = {}
    if words[2] == "gzip" then headers["Accept-Encoding"] = "gzip" end
    if tag ~= "" then headers["If-None-Match"] = tag end
    ready[#ready + 1] = wrk.format("GET", path, headers)
  end
end
function request()
  turn = turn % #ready + 1
  return ready[turn]
end
"""
START_SECONDS = 90
GOALS = {"plain": 0.0, "gzip": 0.15, "304": 0.12}
NGINX = """
worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  types {{ audio/x-mpegurl m3u8; }} gzip_static on; gzip_vary on;
  open_file_cache max=100; open_file_cache_valid 30s;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
  scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--connections", type=int, default=16)
    chosen = options.parse_args()
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install {program}")
    with tempfile.TemporaryDirectory(prefix="playlist_fetch_") as name:
        folder = Path(name)
        folder.chmod(0o755)
        environment = fill(folder)
        with gateway(folder, environment) as own, nginx(folder) as static:
            check(own, folder)
            report(measure(own, static, folder, chosen), chosen)


def fill(folder: Path, users: int = USERS) -> dict[str, str]:
    """A store with one set and its users; the environment that serves it."""
    key = make_key()
    keyring = Keyring([key])
    blobs = BlobStore(f"file://{folder}/blobs")
    manifest = put_set(blobs, keyring)
    facts = [fact_of(keyring, number, manifest.set_id) for number in range(users)]
    blobs.write_remakable(shards_of(facts))
    return {
        "BLOB_URL": f"file://{folder}/blobs",
        "LINEUP_SECRET_KEYS": key,
        "AMQP_URI": f"amqp://guest:guest@127.0.0.1:{free_port()}/",
        "PUBLIC_URL": "http://play.example:8080",
        "GATEWAY_ADDRESS": f"127.0.0.1:{free_port()}",
        "LOG_LEVEL": "ERROR",
        "PLAYER_REQUESTS_A_MINUTE": "100000000",
        "PLAYER_REQUESTS_A_MINUTE_PER_ADDRESS": "100000000",
    }


def fact_of(keyring: Keyring, number: int, set_id: str) -> AccessFact:
    return AccessFact(
        version=1,
        user_id=UUID(int=PARTNER.int + number + 1),
        partner_id=PARTNER,
        username=f"user{number:04}",
        password=keyring.seal(f"pass{number:06}"),
        token=token_of(number),
        is_active=True,
        created_at=NOW - DAY,
        demo_set_id=demo_set_id_of(PARTNER),
        timeline=[AccessInterval(from_at=NOW - DAY, until_at=NOW + DAY, set_id=set_id)],
        ends_at=NOW + DAY,
    )


def token_of(number: int) -> str:
    return f"benchmarktoken{number:04}"


def put_set(blobs: BlobStore, keyring: Keyring, set_id: str = "0" * 32) -> SetManifest:
    """A set as playlists renders it, without a guide."""
    entries = [entry(number) for number in range(1, CHANNELS + 1)]
    keep = blobs.write_content
    manifest = SetManifest(
        set_id=set_id,
        partner_id=PARTNER,
        revision=1,
        rendered_at=NOW,
        changed_at=NOW,
        m3u_digest=keep(m3u.bare(entries)),
        m3u_plus_digest=keep(m3u.full(entries)),
        streams_digest=keep(xtream.sources(entries, {})),
        live_streams_digest=keep(xtream.live_streams(entries)),
        categories_digest=keep(xtream.categories(entries)),
        guide_digest=keep(gzip.compress(b"<tv></tv>")),
        guide_changed_at=NOW,
        listings_digest=keep(b'{"slices":{}}\n'),
        stream_secret=keyring.seal("secret"),
    )
    blobs.write(manifest_name(manifest.set_id), msgspec.json.encode(manifest))
    return manifest


def entry(number: int) -> Entry:
    """One channel, about as long as real ones are."""
    mark = f"{number * 2654435761 % 2**32:08x}"
    return Entry(
        stream_id=number,
        number=number,
        name=f"Channel {number} {mark}",
        address=f"http://edge.example/{number}/index.m3u8",
        logo=f"http://img.example/logos/{mark}.png",
        group=f"Group {number % 20}",
        guide_id=f"ch{number}.example",
        is_adult=False,
        catchup_days=0,
        signing="secure_link",
        added_at=NOW,
    )


@contextmanager
def gateway(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The gateway as it is run, and its address of the playlist."""
    command = [sys.executable, "-m", "gunicorn", "-c", "python:gateway.gunicorn_conf"]
    with process(command, folder / "gateway.log", {**os.environ, **environment}):
        address = f"http://{environment['GATEWAY_ADDRESS']}/p/{token_of(0)}.m3u8"
        wait_for(address)
        yield address


@contextmanager
def nginx(folder: Path) -> Iterator[str]:
    """Run nginx with the playlist as a file, plain and packed, and its address."""
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port))
    command = ["nginx", "-p", str(folder), "-c", str(configuration)]
    with process(command, folder / "nginx.out", dict(os.environ)):
        yield f"http://127.0.0.1:{port}/playlist.m3u8"


@contextmanager
def process(
    command: list[str], log: Path, environment: dict[str, str]
) -> Iterator[None]:
    with log.open("wb") as file:
        started = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
        try:
            yield
        finally:
            started.terminate()
            started.wait(timeout=40)


def check(own: str, folder: Path) -> None:
    """Both codings hold the same text; nginx gets it to serve."""
    plain, packed = fetch(own), fetch(own, "gzip")
    if gzip.decompress(packed) != plain or plain.count(b"user0000/") < CHANNELS:
        sys.exit("The gateway serves a wrong body.")
    www = folder / "www"
    www.mkdir()
    (www / "playlist.m3u8").write_bytes(plain)
    (www / "playlist.m3u8.gz").write_bytes(packed)
    sizes = f"{len(plain):,} bytes, {len(packed):,} packed"
    print(f"{USERS:,} users in turn, {CHANNELS} channels, {sizes}")


def fetch(address: str, coding: str = "identity") -> bytes:
    request = urllib.request.Request(address, headers={"Accept-Encoding": coding})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def tag_of(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.headers["ETag"]


Rates = dict[tuple[str, str], list[float]]


def measure(own: str, static: str, folder: Path, chosen: argparse.Namespace) -> Rates:
    """Requests a second of both servers, kind by kind, in turns."""
    wait_for(static)
    (folder / "turns.lua").write_text(SCRIPT)
    users = [own.replace(token_of(0), token_of(n)) for n in range(USERS)]
    servers = {"nginx": [static] * USERS, "gateway": users}
    for server, addresses in servers.items():
        list_requests(folder, server, addresses)
    rates: Rates = {}
    for _ in range(chosen.rounds):
        for kind in GOALS:
            for server, addresses in servers.items():
                rate = wrk(addresses[0], folder, server, kind, chosen)
                rates.setdefault((server, kind), []).append(rate)
    return rates


def list_requests(folder: Path, server: str, addresses: list[str]) -> None:
    """What wrk asks for in turns: paths alone, and paths with the tags they have."""
    tags = {address: tag_of(address) for address in set(addresses)}
    paths = [urllib.parse.urlsplit(address).path for address in addresses]
    tagged = [f"{p} {tags[a]}" for p, a in zip(paths, addresses, strict=True)]
    (folder / f"{server}-paths").write_text("\n".join(paths) + "\n")
    (folder / f"{server}-304").write_text("\n".join(tagged) + "\n")


def wrk(
    address: str, folder: Path, server: str, kind: str, chosen: argparse.Namespace
) -> float:
    asked = folder / f"{server}-{'304' if kind == '304' else 'paths'}"
    command = ["wrk", "-t1", f"-c{chosen.connections}", f"-d{chosen.seconds}s"]
    command += ["-s", str(folder / "turns.lua"), address, "--", str(asked), kind]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx or 3xx" in output or "Socket errors" in output:
        sys.exit(f"Failed requests: {output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def report(rates: Rates, chosen: argparse.Namespace) -> None:
    print(f"{chosen.connections} connections, medians of {chosen.rounds} rounds")
    print(f"{'':8}{'nginx/s':>12}{'gateway/s':>12}{'ratio':>8}{'goal':>8}")
    for kind, goal in GOALS.items():
        static = statistics.median(rates["nginx", kind])
        own = statistics.median(rates["gateway", kind])
        said = f"{goal:.2f}" if goal else "-"
        print(f"{kind:8}{static:12,.0f}{own:12,.0f}{own / static:8.3f}{said:>8}")


def wait_for(address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            fetch(address)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main()
