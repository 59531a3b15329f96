"""The service and its worker on the real bus, from outside; and who is let in."""

import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import NoneType

import pytest
from lineup.contracts.resync import Resync, Resynced

from lineup.bus import doors
from lineup.bus.calls import let_in
from lineup.bus.door import Kind
from lineup.context import Actor, Context, Role
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import (
    ChannelView,
    CreateChannel,
    DeleteChannel,
    GetChannel,
    ListPackages,
    PackageView,
)
from lineup.contracts.playlists.guide import (
    CreateGuideSource,
    GetGuideSource,
    GuideSourceView,
)
from lineup.contracts.playlists.jobs import ImportChannels, JobState, JobView, ListJobs
from lineup.errors import Conflict, Forbidden, NotFound, Refusal, Unauthenticated
from lineup.rpc import Remote, RpcClient, ServiceClient
from lineup.secrets import make_key
from playlists.service import PlaylistsService

from .conftest import NEIGHBOUR, PARTNER, actor_of, details, evening, guide

PATIENCE = 90.0
EVERYBODY = "operator support partner staff reseller dealer customer"
WRITERS = "operator partner staff"
READERS = f"{WRITERS} support"
LOOKERS = f"{READERS} reseller dealer"
ALLOWED = {
    "add_package_channels": WRITERS,
    "create_channel": WRITERS,
    "create_guide_source": WRITERS,
    "create_package": WRITERS,
    "delete_channel": WRITERS,
    "delete_channels": WRITERS,
    "delete_guide_source": WRITERS,
    "delete_package": WRITERS,
    "fetch_guide": WRITERS,
    "find_guide_channels": READERS,
    "follow_list": WRITERS,
    "get_channel": LOOKERS,
    "get_guide_source": READERS,
    "get_job": READERS,
    "get_package": LOOKERS,
    "get_stream_settings": READERS,
    "group_channels": WRITERS,
    "import_channels": WRITERS,
    "list_channels": LOOKERS,
    "list_groups": LOOKERS,
    "list_guide_proposals": READERS,
    "list_guide_sources": READERS,
    "list_jobs": READERS,
    "list_packages": LOOKERS,
    "list_programmes": READERS,
    "move_channels": WRITERS,
    "preview_channels": WRITERS,
    "remove_package_channels": WRITERS,
    "rename_package": WRITERS,
    "resync": "operator",
    "set_package_channels": WRITERS,
    "switch_channels": WRITERS,
    "tie_channels": WRITERS,
    "undo_import": WRITERS,
    "update_channel": WRITERS,
    "update_guide_source": WRITERS,
    "update_stream_settings": WRITERS,
}
DOORS = {door.name: door for door in doors(PlaylistsService) if door.kind is Kind.RPC}


def test_every_door_has_a_row():
    assert DOORS.keys() == ALLOWED.keys()


@pytest.mark.feature("AH-02")
@pytest.mark.parametrize("name", ALLOWED)
@pytest.mark.parametrize("role", EVERYBODY.split())
def test_a_role_is_let_in_where_the_table_says(name, role):
    context = Context(actor=Actor(role=Role(role), scopes=("/",)))
    if role in ALLOWED[name].split():
        let_in(DOORS[name], context)
    else:
        with pytest.raises(Forbidden):
            let_in(DOORS[name], context)


@pytest.mark.parametrize("name", ALLOWED)
def test_nobody_is_let_in_before_sign_in(name):
    with pytest.raises(Unauthenticated):
        let_in(DOORS[name], Context())


class Playlists(ServiceClient):
    service = "playlists"

    create_channel = Remote(CreateChannel, ChannelView)
    get_channel = Remote(GetChannel, ChannelView)
    delete_channel = Remote(DeleteChannel, NoneType)
    list_packages = Remote(ListPackages, Page[PackageView])
    create_guide_source = Remote(CreateGuideSource, GuideSourceView)
    get_guide_source = Remote(GetGuideSource, GuideSourceView)
    list_jobs = Remote(ListJobs, Page[JobView])
    import_channels = Remote(ImportChannels, JobView)
    resync = Remote(Resync, Resynced)


@pytest.fixture
def environment(fresh_database, fresh_vhost, tmp_path):
    return {
        **os.environ,
        "AMQP_URI": fresh_vhost,
        "DATABASE_URI": fresh_database("playlists"),
        "LINEUP_SECRET_KEYS": make_key(),
        "BLOB_URL": tmp_path.as_uri(),
        "ALLOW_PRIVATE_SOURCES": "true",
        "LOG_FORMAT": "console",
    }


@pytest.fixture
def running(environment):
    """The service and its worker, as processes."""
    with ExitStack() as stack:
        for command in (
            ["-m", "lineup.bus.run", "playlists"],
            ["-c", "from playlists.worker.main import main; main()"],
        ):
            process = subprocess.Popen([sys.executable, *command], env=environment)
            stack.callback(process.wait, timeout=PATIENCE)
            stack.callback(process.terminate)
        client = RpcClient(environment["AMQP_URI"])
        stack.callback(client.close)
        yield Playlists(client)


@pytest.fixture
def site():
    answers = {
        "/guide": guide(*evening(40)),
        "/list": b"#EXTM3U\n#EXTINF:-1,From a list\nhttp://a/1\n",
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answers[self.path])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def eventually(ask, is_so):
    """The first answer that is as wanted; refusals until then are waited out."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if is_so(answer := ask()):
                return answer
        except Refusal:
            pass
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.1)


@pytest.mark.timeout(180)
def test_a_partner_s_first_day(running, site):
    mine = Context(actor=actor_of(PARTNER))
    wanted = CreateChannel(details=details(1, "News", guide_id="news.one"))
    once = Context(actor=actor_of(PARTNER), idempotency_key="first")
    made = eventually(lambda: running.create_channel(once, wanted), bool)
    assert running.create_channel(once, wanted) == made
    with pytest.raises(Conflict) as refused:
        running.create_channel(mine, wanted)
    assert refused.value.code == "number_taken"

    neighbour = Context(actor=actor_of(NEIGHBOUR))
    request = GetChannel(channel_id=made.id)
    with pytest.raises(NotFound):
        running.get_channel(neighbour, request)

    source = running.create_guide_source(
        mine, CreateGuideSource(name="G", address=f"{site}/guide")
    )
    running.import_channels(mine, ImportChannels(address=f"{site}/list"))
    jobs = eventually(
        lambda: running.list_jobs(mine, ListJobs()).items,
        lambda jobs: {job.state for job in jobs} == {JobState.DONE},
    )
    assert sorted(job.message for job in jobs) == [
        "1 channels added, 0 updated.",
        "40 programmes of 1 channels.",
    ]
    view = running.get_guide_source(mine, GetGuideSource(source_id=source.id))
    assert (view.programmes, view.matched_channels) == (40, 1)
    assert running.get_channel(mine, request).guide_until == view.reaches_until

    (demo,) = running.list_packages(mine, ListPackages()).items
    assert demo.is_demo
    operator = Context(actor=Actor(role=Role.OPERATOR, scopes=("/",)))
    assert running.resync(operator, Resync()).announced == 1
    assert running.delete_channel(mine, DeleteChannel(channel_id=made.id)) is None
