"""A store as playlists writes it, and the public layer over it."""

import gzip
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import msgspec
import pytest
import requests
from werkzeug.test import Client

from gateway.public.content_store import ContentStore
from gateway.public.guides import GuideDesk
from gateway.public.layer import PublicLayer
from gateway.public.streams import StreamDesk
from lineup.blobs import BlobStore
from lineup.clock import SetClock
from lineup.delivery import (
    AccessFact,
    AccessInterval,
    ListingsIndex,
    SetManifest,
    StreamSource,
    demo_set_id_of,
    keys_of,
    manifest_name,
    packed,
    set_id_of,
)
from lineup.secrets import Keyring
from lineup.testing.facts import shards_of
from lineup.testing.ports import free_port

PARTNER = UUID("019d0000-0000-7000-8000-000000000001")
USER = UUID("019d0000-0000-7000-8000-000000000002")
SET_ID = set_id_of(PARTNER, [UUID("019d0000-0000-7000-8000-000000000003")])
SPRING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BASE = "https://tv.example.net"
EDGE_SECRET = "edge-secret"


APP = """
import hashlib, os, time
from gateway.public.start import public_layer
from gateway.public.settings import PublicSettings
from lineup.settings import read

def pages(environ, start_response):
    if environ["PATH_INFO"] == "/large":
        start_response("200 OK", [])
        return (b"x" * 65536 for _ in range(320))
    if environ["PATH_INFO"] == "/file":
        start_response("200 OK", [("Content-Length", "20971520")])
        return environ["wsgi.file_wrapper"](open("file", "rb"))
    if environ["PATH_INFO"] == "/slow":
        open("begun", "w").close()
        end = time.monotonic() + 20
        while not os.path.exists("go-on") and time.monotonic() < end:
            time.sleep(0.02)
    body = environ["wsgi.input"].read() or b"a page"
    if environ["PATH_INFO"] == "/files":
        body = hashlib.sha256(body).hexdigest().encode()
    if environ["PATH_INFO"] == "/process":
        body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

def longest(method, path):
    return 64 << 20 if path == "/files" else 1 << 20

application = public_layer(read(PublicSettings, os.environ), pages, longest)
"""


@contextmanager
def running_gunicorn(folder, store, *options, **settings):
    (folder / "own.py").write_text(APP)
    port = free_port()
    offset = (store.spring.timestamp()) - time.time()
    (folder / "offset").write_text(str(offset))
    environment = {
        "BLOB_URL": f"file://{store.folder}",
        "LINEUP_SECRET_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "PUBLIC_URL": store.base,
        "CLOCK_OFFSET_FILE": str(folder / "offset"),
    }
    worker = "gateway.public.worker.QuickWorker"
    logger = "gateway.public.access_log.MaskingLogger"
    command = [sys.executable, "-m", "gunicorn", "-k", worker, "--threads", "4"]
    command += ["-b", f"127.0.0.1:{port}", "--chdir", str(folder), "--keep-alive", "3"]
    command += [
        "--logger-class",
        logger,
        "--access-logfile",
        str(folder / "access.log"),
    ]
    started = subprocess.Popen(
        [*command, *options, "own:application"],
        env={**os.environ, **environment, **settings},
    )
    try:
        wait_for(port)
        yield port, started
    finally:
        started.terminate()
        started.wait(timeout=20)


def wait_for(port):
    """Wait for a first answer: gunicorn listens long before its worker is ready."""
    end = time.monotonic() + 90
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=30)
        except requests.RequestException:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def gunicorn(other_processes):
    """`with gunicorn(folder, shelves) as (port, process)`: a real one, of 4 threads."""
    return running_gunicorn


def no_pages(environ, start_response):
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"a page"]


class Player(Client):
    """Reads every answer to its end and closes it, as servers do."""

    def open(self, *args, **more):
        return super().open(*args, buffered=True, **more)


class StoreFixture:
    """Verbs of whoever fills the store, and of players."""

    set_id, spring, day, base, edge_secret = SET_ID, SPRING, DAY, BASE, EDGE_SECRET
    link = "/p/tokentoken1.m3u8"
    xtream = "username=alice0001&password=secret-pass"

    def __init__(self, folder):
        self.folder = folder
        self.blobs = BlobStore(f"file://{folder}")
        self.keyring = Keyring(["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="])
        self.clock = SetClock(SPRING)
        self.facts = []

    def layer(self, pages=no_pages, *, accel_prefix="", link_seconds=60):
        return PublicLayer(
            pages,
            ContentStore(self.blobs, self.keyring, BASE, cache_bytes=64 << 20),
            self.clock,
            guides=GuideDesk(accel_prefix=accel_prefix),
            streams=StreamDesk(link_seconds=link_seconds),
        )

    def player(self, **options):
        return Player(self.layer(**options))

    def put_user(self, password="secret-pass", **changes):
        fact = a_fact(self.keyring.seal(password), **changes)
        self.facts = [
            one for one in self.facts if not set(keys_of(one)) & set(keys_of(fact))
        ]
        self.put_facts(*self.facts, fact)
        return fact

    def put_alone(self, **changes):
        """A user whose fact lies as it did before there were shards."""
        fact = a_fact(self.keyring.seal("secret-pass"), **changes)
        for key in keys_of(fact):
            self.blobs.write(key, msgspec.json.encode(fact))
        return fact

    def remove_user(self, fact):
        self.put_facts(*(one for one in self.facts if one.token != fact.token))

    def put_facts(self, *facts):
        """Write the shards of all users there are from now on."""
        emptied = dict.fromkeys(shards_of(self.facts), packed([]))
        self.facts = list(facts)
        self.blobs.write_remakable(emptied | shards_of(facts))

    def put_set(self, set_id=SET_ID, numbers=(101, 102, 103), **changes):
        manifest = replace(self._rendered(set_id, numbers), **changes)
        self.blobs.write(manifest_name(set_id), msgspec.json.encode(manifest))
        return manifest

    def put_demo(self, numbers=(901,)):
        return self.put_set(demo_set_id_of(PARTNER), numbers)

    def _rendered(self, set_id, numbers):
        keep = self.blobs.write_content
        guide = guide_of(numbers)
        return SetManifest(
            set_id=set_id,
            partner_id=PARTNER,
            revision=1,
            rendered_at=SPRING - DAY,
            changed_at=SPRING - DAY,
            m3u_digest=keep(playlist_of(numbers, "-1")),
            m3u_plus_digest=keep(playlist_of(numbers, '-1 tvg-id="x" group-title="G"')),
            streams_digest=keep(sources_of(numbers)),
            live_streams_digest=keep(live_streams_of(numbers)),
            categories_digest=keep(
                b'[{"category_id":"7","category_name":"G","parent_id":0}]'
            ),
            guide_digest=keep(gzip.compress(guide, mtime=0)),
            guide_plain_bytes=len(guide),
            guide_changed_at=SPRING - DAY,
            listings_digest=keep(listings_of(numbers)),
            stream_secret=self.keyring.seal(EDGE_SECRET),
        )


def playlist_of(numbers, attributes):
    lines = ['#EXTM3U x-tvg-url="\x01/xmltv/\x02.xml.gz"']
    for n in numbers:
        lines += [f"#EXTINF:{attributes},Channel {n}", f"\x01/live/\x02/{n}.\x03"]
    return ("\n".join(lines) + "\n").encode()


def sources_of(numbers):
    return msgspec.json.encode(
        {
            str(n): StreamSource(
                address=f"http://edge.example.net/hls/ch {n}/index.m3u8",
                signing="none" if n % 2 else "secure_link",
                catchup_days=7 if n == 102 else 0,
            )
            for n in numbers
        }
    )


def live_streams_of(numbers):
    return json.dumps(
        [
            {
                "num": n,
                "name": f"Channel {n}",
                "stream_id": n,
                "category_id": "7" if n < 900 else "8",
            }
            for n in numbers
        ]
    ).encode()


def guide_of(numbers):
    channels = "".join(f'<channel id="ch{n}"></channel>' for n in numbers)
    return f"<tv>{channels}{'<!-- long -->' * 20000}</tv>".encode()


def listings_of(numbers):
    """Two hours before now and six after, an hour each, for every channel."""
    slices, body = {}, b""
    for n in numbers:
        rows = [
            [
                n * 10**8 + hour,
                start,
                start + 3600,
                f"Show {hour} é",
                "Text",
                "en",
                "ch",
            ]
            for hour, start in enumerate(
                int(SPRING.timestamp()) - 9000 + 3600 * hour for hour in range(8)
            )
        ]
        content = json.dumps(rows).encode()
        slices[str(n)] = (len(body), len(content))
        body += content
    return msgspec.json.encode(ListingsIndex(slices=slices)) + b"\n" + body


def a_fact(sealed, **changes):
    running = AccessInterval(
        from_at=SPRING - DAY, until_at=SPRING + 29 * DAY, set_id=SET_ID
    )
    values = {
        "version": 1,
        "user_id": USER,
        "partner_id": PARTNER,
        "username": "alice0001",
        "password": sealed,
        "token": "tokentoken1",
        "is_active": True,
        "created_at": SPRING - 40 * DAY,
        "demo_set_id": demo_set_id_of(PARTNER),
        "timeline": [running],
        "ends_at": SPRING + 29 * DAY,
        "max_connections": 2,
    }
    return AccessFact(**{**values, **changes})


@pytest.fixture(scope="session")
def store_of():
    """`shelves_of(folder)`: a store with one user and one channel, as a test says."""

    def fill(folder, *, address="http://edge.example/1", signing="none", **fact):
        filled = StoreFixture(folder)
        source = StreamSource(address=address, signing=signing, catchup_days=7)
        digest = filled.blobs.write_content(msgspec.json.encode({"101": source}))
        filled.put_set(streams_digest=digest)
        filled.put_user(**fact)
        return filled

    return fill


@pytest.fixture(scope="session")
def store_in():
    """`shelves_in(folder)`: an empty store."""
    return StoreFixture


@pytest.fixture
def store(tmp_path):
    return StoreFixture(tmp_path)


@pytest.fixture
def filled(store):
    """A running user, its set and the demo set."""
    store.put_set()
    store.put_demo()
    store.put_user()
    return store


@pytest.fixture
def seconds(monkeypatch):
    """Time as caches measure it, to be moved on by a test."""
    passed = SimpleNamespace(by=0.0)
    from gateway.public import content_cache

    real = content_cache.time.monotonic
    clock = SimpleNamespace(monotonic=lambda: real() + passed.by)
    monkeypatch.setattr(content_cache, "time", clock)
    return passed
