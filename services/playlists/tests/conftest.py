from uuid import UUID

import pytest
from sqlalchemy import text

from lineup.blobs import BlobStore
from lineup.clock import SetClock
from lineup.context import Actor, Context, Role
from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.contracts.playlists.channels import ChannelDetails, CreateChannel
from lineup.contracts.playlists.guide import CreateGuideSource
from lineup.database import Database, UnitOfWork, connect
from lineup.ids import new_id
from lineup.scope import ROOT, below
from lineup.secrets import Keyring, make_key
from lineup.testing.plugin import migrated_session
from playlists.channels.naming import guide_name_keys
from playlists.channels.packages import follow_accounts
from playlists.editing.operations import create_channel
from playlists.guide.models import GuideName, GuideSource
from playlists.guide.sources import create_guide_source
from playlists.jobs.models import Job
from playlists.settings import PlaylistsSettings
from playlists.worker.tasks import run_next
from playlists.worker.tools import Tools

PARTNER = UUID("0198f000-0000-7000-8000-000000000001")
NEIGHBOUR = UUID("0198f000-0000-7000-8000-000000000002")

session = migrated_session("playlists")


def actor_of(partner_id, role=Role.PARTNER):
    return Actor(role=role, scopes=(below(ROOT, partner_id),), partner_id=partner_id)


OPERATOR = Actor(role=Role.OPERATOR, scopes=("/",))


@pytest.fixture
def work_of(session, clock: SetClock):
    """Work in the name of a partner, undone after the test."""

    def work_of(partner_id=PARTNER, actor=None):
        context = Context(actor=actor or actor_of(partner_id))
        return UnitOfWork(session, clock.now(), context)

    return work_of


@pytest.fixture
def work(work_of):
    return work_of()


@pytest.fixture
def keyring():
    return Keyring([make_key()])


@pytest.fixture
def database(fresh_database, clock):
    made = Database(connect(fresh_database("playlists"), pool_size=5), clock)
    yield made
    made.engine.dispose()


@pytest.fixture
def settings(database, tmp_path):
    return PlaylistsSettings(
        amqp_uri="amqp://nobody",
        database_uri=database.engine.url.set(drivername="postgresql").render_as_string(
            hide_password=False
        ),
        lineup_secret_keys=make_key(),
        blob_url=tmp_path.as_uri(),
        allow_private_sources=True,
        job_lease_seconds=2,
    )


@pytest.fixture
def tools(database, settings):
    return Tools(
        database=database,
        blobs=BlobStore(settings.blob_url),
        keyring=Keyring.of(settings.lineup_secret_keys),
        settings=settings,
        worker="this test",
    )


@pytest.fixture
def partner(database):
    with database.transaction() as work:
        follow_accounts(work, [a_partner()])
    return PARTNER


def a_partner(id_=PARTNER, **fields):
    values = {
        "id": id_,
        "version": 1,
        "kind": AccountKind.PARTNER,
        "name": "Blue",
        "scope": below(ROOT, id_),
        "partner_id": id_,
        "parent_id": None,
        "email": "blue@example.com",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "public_url": "",
        "status": Status.ACTIVE,
    }
    return AccountChanged(**{**values, **fields})


def details(number=1, name="News One", **fields):
    address = fields.pop("address", f"http://source.example/{number}.m3u8")
    return ChannelDetails(number=number, name=name, address=address, **fields)


def a_channel(work, number=1, name="News One", package_ids=(), **fields):
    request = CreateChannel(
        details=details(number, name, **fields), package_ids=list(package_ids)
    )
    return create_channel(work, request)


def guide(*programmes, channels=("news.one",), head=""):
    """An XMLTV document of (channel, start, stop, title)."""
    listed = "".join(
        f'<channel id="{id_}"><display-name>{id_}</display-name></channel>'
        for id_ in channels
    )
    body = "".join(
        f'<programme start="{start}"'
        + (f' stop="{stop}"' if stop else "")
        + f' channel="{channel}"><title>{title}</title></programme>'
        for channel, start, stop, title in programmes
    )
    declared = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{declared}{head}<tv>{listed}{body}</tv>".encode()


def names_of(*rows):
    """What the names of guide channels are compared by."""
    return [
        GuideName(
            import_id=row.import_id,
            channel_no=row.channel_no,
            place=0,
            **{
                f"{way}_key": key
                for way, key in guide_name_keys(row.name)._asdict().items()
            },
        )
        for row in rows
    ]


def evening(count, channel="news.one", day="20260601"):
    """`count` programmes of ten minutes, one after the other."""
    for i in range(count):
        minutes = i * 10
        start = f"{day}{minutes // 60 % 24:02}{minutes % 60:02}00 +0000"
        end = minutes + 10
        stop = f"{day}{end // 60 % 24:02}{end % 60:02}00 +0000"
        yield channel, start, stop, f"Programme {i}"


def upload(tools, content):
    name = f"uploads/{new_id().hex}"
    tools.blobs.write(name, content)
    return name


def a_source(tools, content=b"", **fields):
    """A source that reads an upload, not fetched yet unless it is on."""
    if "address" not in fields and "upload" not in fields:
        fields["upload"] = upload(tools, content)
    request = CreateGuideSource(
        **{"name": "Guide", "is_on": True, "partner_id": PARTNER, **fields}
    )
    with tools.database.transaction() as work:
        return create_guide_source(work, request, keyring=tools.keyring).id


def replace_upload(tools, source_id, content):
    with tools.database.transaction() as work:
        work.session.get_one(GuideSource, source_id).upload = upload(tools, content)


def run_jobs(tools):
    """Do all jobs there are; the last of them as it ended."""
    last = None
    while (job := run_next(tools)) is not None:
        last = job
    with tools.database.transaction() as work:
        return last and work.session.get(Job, last.id)


def source_row(database, source_id):
    with database.transaction() as work:
        return work.session.get_one(GuideSource, source_id)


def shown(database, source_id):
    """(guide channel, start, stop, title) of all a source shows."""
    with database.transaction() as work:
        rows = work.session.execute(
            text(
                "SELECT g.xmltv_id, p.start_at, p.stop_at, p.title"
                " FROM guide_sources s JOIN guide_channels g USING (import_id)"
                " JOIN programmes p USING (import_id, channel_no)"
                " WHERE s.id = :id ORDER BY g.xmltv_id, p.start_at"
            ),
            {"id": source_id},
        )
        return [tuple(row) for row in rows]


def count_programmes(database):
    with database.transaction() as work:
        return work.session.scalar(text("SELECT count(*) FROM programmes"))
