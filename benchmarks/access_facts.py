"""How fast access facts follow many changes.

    .venv/bin/python benchmarks/access_facts.py [--users 300000] [--changed 30000]

All of `--users` have a subscription and a fact; of `--changed` of them the subscription
is renewed at once, as on the 1st of a month. One worker makes their facts anew: rows
read, facts compared and noted, shards written, what changed announced. The limit is
what the disk and PostgreSQL need for as much: plain writes of as many bytes to as many
files (none is synced on either side), and COPY of as many rows read and noted. Rounds
are interleaved and medians compared; read the ratio.
"""

import argparse
import io
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg2
from playlist_fetch import PARTNER, token_of
from sqlalchemy import text

from lineup.blobs import BlobStore
from lineup.clock import SystemClock
from lineup.database import Database, connect
from lineup.ids import new_id
from lineup.secrets import Keyring, make_key
from playlists.entitlements.operations import refresh_everybody
from playlists.pending.operations import refresh_access
from playlists.rendering.access import write_due

PACKAGE = UUID("019d0000-0000-7000-8000-00000000000b")
NOW = datetime.now(UTC)
MONTH = timedelta(days=30)
MARKED_AT_ONCE = 1_000
ROWS_READ = """
COPY (SELECT u.*, s.*, f.version, f.names, f.fact FROM users u
      JOIN subscriptions s ON s.user_id = u.id JOIN access_files f ON f.user_id = u.id
      WHERE u.id IN (SELECT id FROM chosen)) TO STDOUT
"""
ROWS_NOTED = """
COPY (SELECT user_id, version, names, fact FROM access_files
      WHERE user_id IN (SELECT id FROM chosen)) TO STDOUT
"""
RENEW = (
    "DROP TABLE IF EXISTS chosen",
    "CREATE TABLE chosen AS SELECT unnest(CAST(:ids AS uuid[])) AS id",
    "UPDATE subscriptions SET ends_at = ends_at + interval '30 days'"  # noqa: ISC004
    ", version = version + 1 WHERE user_id IN (SELECT id FROM chosen)",
)
TARGET = """
DROP TABLE IF EXISTS ready;
CREATE TABLE ready (user_id uuid PRIMARY KEY, version bigint, names jsonb, fact jsonb)
"""


@dataclass
class CountedBlobs(BlobStore):
    """A store that counts what was written into it."""

    url: str
    sizes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.url)

    def write_remakable(self, contents: Mapping[str, bytes]) -> None:
        """Write them, and count them."""
        super().write_remakable(contents)
        self.sizes += map(len, contents.values())


@dataclass
class Place:
    """A migrated database and a store, with the users in both."""

    folder: Path
    uri: str
    keyring: Keyring

    def __post_init__(self) -> None:
        self.database = Database(connect(self.uri, pool_size=2), SystemClock())
        self.blobs = CountedBlobs(self.folder.joinpath("blobs").as_uri())
        self.user_ids: list[UUID] = []
        self.own_seconds = 0.0


@contextmanager
def a_place() -> Iterator[Place]:
    from lineup.command.migrations import migrate
    from lineup.testing.databases import Databases
    from lineup.testing.servers import running_servers

    with tempfile.TemporaryDirectory() as folder, running_servers() as servers:
        databases = Databases(servers.postgres, migrate)
        uri = databases.fresh("playlists")
        try:
            with psycopg2.connect(uri) as connection, connection.cursor() as cursor:
                name = uri.rsplit("/", 1)[1]
                cursor.execute(f'ALTER DATABASE "{name}" RESET synchronous_commit')
            place = Place(Path(folder), uri, Keyring([make_key()]))
            yield place
            place.database.engine.dispose()
        finally:
            databases.drop_all()


def fill(place: Place, users: int) -> None:
    """Copies of users and subscriptions, as their events left them."""
    password = place.keyring.seal("pass000000")
    person, paid = io.StringIO(), io.StringIO()
    for number in range(users):
        user_id, customer_id = new_id(), new_id()
        scope = f"/{PARTNER.hex}/{customer_id.hex}/"
        place.user_ids.append(user_id)
        said = (user_id, 1, customer_id, PARTNER, scope, "TV", f"user{number:06}")
        more = (password, token_of(number), "", "active", NOW - MONTH)
        print(*said, *more, sep="\t", file=person)
        said = (new_id(), 1, user_id, customer_id, PARTNER, scope, "Family")
        more = (json.dumps([str(PACKAGE)]), 2, 1, "f", "running", NOW - MONTH)
        print(*said, *more, NOW + MONTH / 30, sep="\t", file=paid)
    with psycopg2.connect(place.uri) as connection, connection.cursor() as cursor:
        for table, rows in (("users", person), ("subscriptions", paid)):
            rows.seek(0)
            cursor.copy_expert(f"COPY {table} FROM STDIN", rows)
    connection = psycopg2.connect(place.uri)
    connection.autocommit = True
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()


def written(place: Place) -> float:
    """Seconds until nothing is due and nothing stale any more."""
    place.blobs.sizes.clear()
    start, own = time.perf_counter(), time.process_time()
    while write_due(place.database, place.blobs):
        pass
    place.own_seconds = time.process_time() - own
    return time.perf_counter() - start


def renew(place: Place, chosen: list[UUID]) -> None:
    """Renew subscriptions and mark their users, as events of billing do."""
    with place.database.transaction() as work:
        for statement in RENEW:
            work.session.execute(text(statement), {"ids": chosen})
        for begin in range(0, len(chosen), MARKED_AT_ONCE):
            refresh_access(work, *chosen[begin : begin + MARKED_AT_ONCE])


def plain(place: Place) -> float:
    """Seconds of COPY of the rows, and of plain writes of as many bytes and files."""
    sizes, folder = list(place.blobs.sizes), place.folder / "plain"
    folder.mkdir(exist_ok=True)
    content = b"x" * max(sizes)
    with psycopg2.connect(place.uri) as connection, connection.cursor() as cursor:
        cursor.execute(TARGET)
        start = time.perf_counter()
        cursor.copy_expert(ROWS_READ, io.BytesIO())
        noted = io.BytesIO()
        cursor.copy_expert(ROWS_NOTED, noted)
        noted.seek(0)
        cursor.copy_expert("COPY ready FROM STDIN", noted)
    for number, size in enumerate(sizes):
        (folder / str(number % 4096)).write_bytes(content[:size])
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--users", type=int, default=300_000)
    options.add_argument("--changed", type=int, default=30_000)
    options.add_argument("--rounds", type=int, default=3)
    wanted = options.parse_args()
    with a_place() as place:
        fill(place, wanted.users)
        with place.database.transaction() as work:
            refresh_everybody(work)
        told(place, "all, for the first time", wanted.users, written(place))
        ours, limit = [], []
        for _ in range(wanted.rounds):
            chosen = random.sample(place.user_ids, wanted.changed)
            renew(place, chosen)
            ours.append(written(place))
            told(place, "renewed", wanted.changed, ours[-1])
            limit.append(plain(place))
        own, least = statistics.median(ours), statistics.median(limit)
        print(f"limit {least:.2f} s; limit / ours {least / own:.2f}")


def told(place: Place, what: str, facts: int, seconds: float) -> None:
    sizes = place.blobs.sizes
    rate, size = facts / seconds, sum(sizes) / 1e6
    print(
        f"{what:24} {facts:8,} facts {seconds:7.2f} s {rate:8,.0f} facts/s"
        f" {1000 * place.own_seconds / facts:6.2f} ms of the worker's CPU each"
        f" {len(sizes):7,} files {size:7.1f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
