"""How soon a gateway answers a user whom none of its processes has met.

    .venv/bin/python benchmarks/first_fetch.py [--users 300000] [--fetches 2000]

The access facts of `--users` lie in their 4,096 shards and as many of each kind of key,
written as the worker writes them. The gateway is gunicorn as `./lineup up` runs it, but
without a broker. Playlists of users it has not met since its start are fetched, each
once: one after the other, eight at a time, and one after the other with the shards gone
from the system's memory, as on the morning after a backup. The goal is 30 ms for 99 of
100, of the first; the client shares the processors.
"""

import argparse
import gzip
import http.client
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from playlist_fetch import fill, gateway, token_of

GOAL_P99_MS = 30
AT_ONCE = 8
SECONDS = 20
WARMING = 50


def fetched(address: str, numbers: Sequence[int]) -> list[float]:
    """Milliseconds of each user's fetch, over one connection."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.netloc, timeout=SECONDS)
    spent = []
    for number in numbers:
        path = place.path.replace(token_of(0), token_of(number))
        start = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        spent.append(1000 * (time.perf_counter() - start))
        own = f"/user{number:04}/".encode()
        if answer.status != 200 or own not in gzip.decompress(body):
            sys.exit(f"A wrong playlist: {answer.status}")
    connection.close()
    return spent


def together(address: str, numbers: Sequence[int]) -> list[float]:
    """The same, over eight connections at the same time."""
    parts = [numbers[turn::AT_ONCE] for turn in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        some = pool.map(lambda part: fetched(address, part), parts)
        return [spent for each in some for spent in each]


def forget(folder: Path) -> None:
    """Let the system drop what it remembers of the files in a folder."""
    os.sync()
    for path in filter(Path.is_file, folder.rglob("*")):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measured(folder: Path, users: int, fetches: int) -> dict[str, list[float]]:
    """Milliseconds of first fetches, by how they were made."""
    environment = fill(folder, users)
    chosen = random.sample(range(1, users), 3 * fetches)
    with gateway(folder, environment) as address:
        for _ in range(WARMING):  # the set itself is known to all processes
            fetched(address, [0])
        found = {
            "one at a time": fetched(address, chosen[:fetches]),
            f"{AT_ONCE} at a time": together(address, chosen[fetches : 2 * fetches]),
        }
        forget(folder / "blobs" / "access")
        found["from the disk"] = fetched(address, chosen[2 * fetches :])
    return found


def main() -> int:
    """Measure, print, and fail when the goal is missed."""
    options = argparse.ArgumentParser()
    options.add_argument("--users", type=int, default=300_000)
    options.add_argument("--fetches", type=int, default=2_000)
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="first_fetch_") as name:
        folder = Path(name)
        folder.chmod(0o755)
        found = measured(folder, wanted.users, wanted.fetches)
    print(f"first fetch of a user, {wanted.users:,} known, milliseconds")
    p99 = {}
    for how, spent in found.items():
        cut = statistics.quantiles(spent, n=100)
        p99[how] = cut[98]
        said = f"p50 {cut[49]:6.1f}   p99 {cut[98]:6.1f}   max {max(spent):6.1f}"
        print(f"  {how:16}{said}")
    print(f"goal: p99 at most {GOAL_P99_MS}, one at a time")
    return int(p99["one at a time"] > GOAL_P99_MS)


if __name__ == "__main__":
    sys.exit(main())
