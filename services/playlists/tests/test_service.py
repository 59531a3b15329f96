"""The service and its worker on the real bus, from outside; and who is let in."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lineup.context import Context
from lineup.contracts.playlists.channels import CreateChannel, DeleteChannel, GetChannel
from lineup.contracts.playlists.guide import (
    CreateGuideSource,
    GetGuideSource,
)
from lineup.contracts.playlists.jobs import ImportChannels, JobState, ListJobs
from lineup.contracts.playlists.packages import ListPackages
from lineup.errors import Conflict, NotFound, Refusal
from lineup.rpc import RpcClient
from lineup.secrets import make_key
from lineup.testing.serving import serving
from lineup.verbs import Done

from .conftest import NEIGHBOUR, PARTNER, actor_of, details, evening, guide

PATIENCE = 90.0


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
        yield client


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

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


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
    made = eventually(lambda: running.ask(once, wanted), bool)
    assert running.ask(once, wanted) == made
    with pytest.raises(Conflict) as refused:
        running.ask(mine, wanted)
    assert refused.value.code == "number_taken"

    neighbour = Context(actor=actor_of(NEIGHBOUR))
    request = GetChannel(channel_id=made.id)
    with pytest.raises(NotFound):
        running.ask(neighbour, request)

    source = running.ask(mine, CreateGuideSource(name="G", address=f"{site}/guide"))
    running.ask(mine, ImportChannels(address=f"{site}/list"))
    jobs = eventually(
        lambda: running.ask(mine, ListJobs()).items,
        lambda jobs: {job.state for job in jobs} == {JobState.DONE},
    )
    assert sorted(job.message for job in jobs) == [
        "1 channels added, 0 updated.",
        "40 programmes of 1 channels.",
    ]
    view = running.ask(mine, GetGuideSource(source_id=source.id))
    assert (view.programmes, view.matched_channels) == (40, 1)
    assert running.ask(mine, request).guide_until == view.reaches_until

    (demo,) = running.ask(mine, ListPackages()).items
    assert demo.is_demo
    assert running.ask(mine, DeleteChannel(channel_id=made.id)) == Done()
