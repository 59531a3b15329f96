"""The command: what it lists, whom it runs, what it tells each service."""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import EntryPoint

import click
import pytest
from click.testing import CliRunner

from lineup.command import installed
from lineup.command.main import main
from lineup.command.tasks import probe_host
from lineup.testing.serving import serving

ENTRIES = [
    EntryPoint("shop", "json:JSONEncoder", "lineup.services"),
    EntryPoint("shop-worker", "test_command_parts:work", "lineup.runners"),
    EntryPoint("shop", "test_command_parts:tasks", "lineup.commands"),
    EntryPoint("here", "test_command_parts:verbs", "lineup.verbs"),
    EntryPoint("here", "test_command_parts:environment", "lineup.environments"),
]
PARTS = '''
import os
import click

def work():
    click.echo(f"working on {os.environ['DATABASE_URI']}")

@click.group()
def tasks():
    """Tasks of the shop."""

@tasks.command()
def count():
    """Count what is there."""
    click.echo(os.environ["DATABASE_URI"])

@click.group()
def verbs():
    """Verbs."""

@verbs.command()
def tidy():
    """Tidy up."""

def environment(service):
    return {"DATABASE_URI": f"postgresql://{service}", "ONLY_HERE": "1"}
'''


@pytest.fixture(autouse=True)
def installation(tmp_path, monkeypatch):
    """An installation with one service, its worker, its tasks and a verb."""
    (tmp_path / "test_command_parts.py").write_text(PARTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("DATABASE_URI", raising=False)
    monkeypatch.delenv("ONLY_HERE", raising=False)

    def entry_points(**wanted):
        found = [
            e for e in ENTRIES if all(getattr(e, k) == v for k, v in wanted.items())
        ]
        return Entries(found)

    for module in ("installed", "main"):
        monkeypatch.setattr(
            sys.modules[f"lineup.command.{module}"], "entry_points", entry_points
        )
    # What the command puts into the environment is gone after the test.
    monkeypatch.setenv("DATABASE_URI", "")
    monkeypatch.delenv("DATABASE_URI")


class Entries(list):
    @property
    def names(self):
        return {entry.name for entry in self}


def lineup(*words: str) -> click.testing.Result:
    return CliRunner().invoke(main, words)


def test_alone_it_lists_all_there_is_on_one_screen():
    result = lineup()
    assert result.exit_code == 0
    assert len(result.output.splitlines()) <= 40
    for word in ("tidy", "run", "migrate", "resync", "messages", "shop"):
        assert word in result.output


def test_a_service_task_sees_the_settings_of_its_service():
    assert lineup("shop", "count").output == "postgresql://shop\n"


def test_what_is_set_outside_comes_first(monkeypatch):
    monkeypatch.setenv("DATABASE_URI", "postgresql://elsewhere")
    assert lineup("shop", "count").output == "postgresql://elsewhere\n"


def test_a_worker_is_told_settings_of_its_own():
    result = lineup("run", "shop-worker")
    assert result.output == "working on postgresql://shop-worker\n"


@pytest.mark.parametrize("words", [("run", "nothing"), ("migrate", "nothing")])
def test_an_unknown_service_is_refused_with_those_there_are(words):
    result = lineup(*words)
    assert result.exit_code == 2
    assert "'nothing' is not installed. Available: shop" in result.output


def test_an_unknown_command_is_refused():
    assert lineup("nothing").exit_code == 2


class AliveNotReady(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/livez" else 503)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def alive_not_ready(monkeypatch):
    with serving(HTTPServer(("127.0.0.1", 0), AliveNotReady)) as server:
        monkeypatch.setenv("PROBE_PORT", str(server.server_port))
        yield


@pytest.mark.feature("OP-02")
@pytest.mark.usefixtures("alive_not_ready")
def test_a_probe_tells_alive_from_ready():
    alive, ready = lineup("probe", "shop"), lineup("probe", "shop", "--ready")
    assert (alive.exit_code, alive.output) == (0, "200 /livez\n")
    assert (ready.exit_code, ready.output) == (1, "503 /readyz\n")


@pytest.mark.parametrize(
    ("listening", "paths"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.7", "10.0.0.7")],
)
def test_a_probe_asks_where_the_service_listens(listening, paths):
    assert probe_host(listening) == paths


def test_a_probe_of_what_is_not_there_fails(monkeypatch):
    with HTTPServer(("127.0.0.1", 0), AliveNotReady) as server:
        monkeypatch.setenv("PROBE_PORT", str(server.server_port))
    result = lineup("probe", "shop")
    assert result.exit_code == 1
    assert "shop does not respond" in result.output


def test_a_probe_without_a_port_says_what_to_set(monkeypatch):
    monkeypatch.delenv("PROBE_PORT", raising=False)
    assert "PROBE_PORT of shop is not set" in lineup("probe", "shop").output


def test_messages_of_an_unknown_queue_are_not_sent_anywhere():
    result = lineup("messages", "resend", "nobody's")
    assert result.exit_code == 2
    assert "There is no queue" in result.output


def test_selected_services_are_one_or_all():
    assert installed.selected_services(None) == ["shop"]
    assert installed.selected_services("shop") == ["shop"]
