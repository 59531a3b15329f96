"""What playlists renders from a real database, served by the gateway over real HTTP."""

import hashlib
import os
import shutil
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from werkzeug.serving import make_server

from gateway.public.content_store import ContentStore
from gateway.public.guides import GuideDesk
from gateway.public.layer import PublicLayer
from gateway.public.streams import StreamDesk
from lineup.blobs import BlobStore
from lineup.clock import SetClock
from lineup.context import Actor, Context, Role
from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.subscriptions import (
    SubscriptionChanged,
    SubscriptionState,
)
from lineup.contracts.playlists.channels import ChannelDetails, CreateChannel
from lineup.contracts.playlists.guide import CreateGuideSource
from lineup.contracts.playlists.packages import CreatePackage
from lineup.database import Database, connect
from lineup.scope import ROOT, below
from lineup.secrets import Keyring, make_key
from lineup.testing.serving import serving
from playlists.channels.packages import follow_accounts
from playlists.editing.contents import create_package
from playlists.editing.operations import create_channel
from playlists.entitlements.operations import upsert_subscriptions, upsert_users
from playlists.guide.sources import create_guide_source
from playlists.rendering.access import write_due
from playlists.rendering.renderer import render_due
from playlists.settings import PlaylistsSettings
from playlists.worker.tasks import run_next
from playlists.worker.tools import Tools

PARSERS = Path(__file__).parent / "parsers"
NOW = datetime.now(UTC).replace(minute=30, second=0, microsecond=0)
PARTNER, CUSTOMER, USER, SUBSCRIPTION = (UUID(int=0x0198F << 100 | n) for n in range(4))
SCOPE = below(ROOT, PARTNER)
NAMES = [
    "News One",
    'Quotes "and", commas, all of them',
    "Привет, мир — 中文",
    "A - B; C | D & <E>",
    "5 USA",
]
ACTOR = Actor(role=Role.PARTNER, scopes=(SCOPE,), partner_id=PARTNER)


@pytest.fixture(scope="session")
def keyring():
    return Keyring([make_key()])


@pytest.fixture(scope="session")
def tools(databases, tmp_path_factory, keyring):
    """A worker's tools over a database of its own."""
    store = tmp_path_factory.mktemp("blobs").as_uri()
    with tools_over(databases.fresh("playlists"), store, keyring) as made:
        yield made


@contextmanager
def tools_over(uri, store, keyring, clock=None):
    """A worker's tools over a database and a blob store."""
    database = Database(connect(uri, pool_size=5), clock or SetClock(NOW))
    settings = PlaylistsSettings(
        amqp_uri="amqp://nobody",
        database_uri=uri,
        lineup_secret_keys=make_key(),
        blob_url=store,
    )
    yield Tools(
        database=database,
        blobs=BlobStore(store),
        keyring=keyring,
        settings=settings,
        worker="this test",
    )
    database.engine.dispose()


@pytest.fixture(scope="session")
def server(tools):
    """The address of a gateway's public layer that serves one subscriber."""
    fill(tools)
    with gateway_over(tools) as address:
        yield address


@contextmanager
def gateway_over(tools):
    """A gateway's public layer over a blob store, at an address of its own."""
    made = []

    def whole(environ, start_response):
        return made[0](environ, start_response)

    http = make_server("127.0.0.1", 0, whole, threaded=True)
    address = f"http://127.0.0.1:{http.server_port}"
    blobs = BlobStore(tools.settings.blob_url)
    library = ContentStore(blobs, tools.keyring, address, cache_bytes=8 << 20)
    made.append(
        PublicLayer(
            whole,
            library,
            SetClock(NOW),
            guides=GuideDesk(),
            streams=StreamDesk(link_seconds=60),
        )
    )
    with serving(http):
        yield address


def fill(tools):
    """A partner, five channels with a guide, a user with a running subscription."""
    with tools.database.transaction(Context(actor=ACTOR)) as work:
        follow_accounts(work, [a_partner()])
        channels = [
            create_channel(work, CreateChannel(details=a_channel(number, name)))
            for number, name in enumerate(NAMES, 1)
        ]
        package = create_package(
            work, CreatePackage(name="All", channel_ids=[c.id for c in channels])
        )
        upsert_users(work, [a_user(tools.keyring)])
        upsert_subscriptions(work, [a_subscription(package.id)])
        tools.blobs.write("uploads/guide", a_guide())
        source = CreateGuideSource(
            name="Guide", upload="uploads/guide", is_on=True, partner_id=PARTNER
        )
        create_guide_source(work, source, keyring=tools.keyring)
    while run_next(tools) is not None:
        pass
    render_all(tools)


def render_all(tools):
    """Write whatever is due."""
    while write_due(tools.database, tools.blobs) + render_due(
        tools.database, tools.blobs, tools.keyring
    ):
        pass


def a_channel(number, name):
    return ChannelDetails(
        number=number,
        name=name,
        address=f"http://edge.example/{number}/index.m3u8",
        logo=f"http://img.example/{number}.png",
        group="News" if number % 2 else "Sport, live",
        guide_id=f"ch{number}.example" if number != 4 else "",
        catchup_days=7 if number == 1 else 0,
    )


def a_guide():
    """Twelve hours for each channel but the fourth, with all a guide may hold."""
    start = NOW.replace(minute=0) - timedelta(hours=4)
    listed, programmes = [], []
    for number in (1, 2, 3, 5):
        listed.append(
            f'<channel id="ch{number}.example"><display-name>{number}</display-name></channel>'
        )
        for hour in range(12):
            begin = (start + timedelta(hours=hour)).strftime("%Y%m%d%H%M%S +0000")
            end = (start + timedelta(hours=hour + 1)).strftime("%Y%m%d%H%M%S +0000")
            programmes.append(
                f'<programme start="{begin}" stop="{end}" channel="ch{number}.example">'
                f'<title lang="en">Show &lt;{hour}&gt; &amp; more</title>'
                '<sub-title lang="en">Part</sub-title><desc lang="en">Long é text</desc>'
                '<date>2025</date><category lang="en">News</category>'
                '<icon src="http://img.example/a.png?b=1&amp;c=2"/>'
                '<episode-num system="xmltv_ns">1.4.0/2</episode-num>'
                "<previously-shown/><premiere/><last-chance/><new/>"
                "<rating><value>12</value></rating>"
                "<star-rating><value>7/10</value></star-rating></programme>"
            )
    return f"<tv>{''.join(listed)}{''.join(programmes)}</tv>".encode()


def a_partner():
    return AccountChanged(
        id=PARTNER,
        version=1,
        kind=AccountKind.PARTNER,
        name="Blue",
        scope=SCOPE,
        partner_id=PARTNER,
        parent_id=None,
        email="",
        currency="EUR",
        time_zone="UTC",
        public_url="",
        status=Status.ACTIVE,
    )


def a_user(keyring):
    return UserChanged(
        id=USER,
        version=1,
        customer_id=CUSTOMER,
        partner_id=PARTNER,
        scope=f"{SCOPE}{CUSTOMER.hex}/",
        name="Living room",
        username="alice0001",
        password=keyring.seal("secretpass"),
        token="tokentokentoken",
        public_url="",
        status=Status.ACTIVE,
        created_at=NOW - timedelta(days=9),
    )


def a_subscription(package_id):
    return SubscriptionChanged(
        id=SUBSCRIPTION,
        version=1,
        user_id=USER,
        customer_id=CUSTOMER,
        partner_id=PARTNER,
        scope=f"{SCOPE}{CUSTOMER.hex}/",
        product_id=PARTNER,
        product_name="All",
        package_ids=[package_id],
        devices=2,
        addresses=1,
        is_trial=False,
        state=SubscriptionState.RUNNING,
        started_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=29),
        renews=True,
    )


@pytest.fixture(scope="session")
def iptv_playlist_parser():
    """npm's iptv-playlist-parser, as pinned by the lock file; installed once."""
    if shutil.which("npm") is None:
        pytest.fail("npm is needed here: apt-get install nodejs npm")
    lock = (PARSERS / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "lineup" / f"parsers-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (folder / "node_modules" / "iptv-playlist-parser").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PARSERS / name, folder)
        npm = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(npm, cwd=folder, check=True, timeout=100)
    return folder / "node_modules"


@pytest.fixture(scope="session")
def tv_validate_file():
    """XMLTV's own validator; installed where that is allowed, else named."""
    if shutil.which("tv_validate_file") is None and os.geteuid() == 0:
        install = ["apt-get", "install", "-y", "-qq", "xmltv-util"]
        subprocess.run(install, check=False, timeout=100, capture_output=True)
    found = shutil.which("tv_validate_file")
    if found is None:
        pytest.fail("tv_validate_file is needed here: apt-get install xmltv-util")
    return found
