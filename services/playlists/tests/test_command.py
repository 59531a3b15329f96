"""The operator's tasks, as they are typed."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from playlists.channels.models import Channel, PackageChannel
from playlists.command import commands
from playlists.rendering.models import PartnerOutput

from .conftest import PARTNER, evening, guide

pytestmark = pytest.mark.usefixtures("partner")
PLAYLIST = "#EXTM3U\n#EXTINF:-1,A\nhttp://a/1\n#EXTINF:-1,B\nhttp://a/2\n"


@pytest.fixture
def typed(settings, monkeypatch):
    for name in ("amqp_uri", "database_uri", "lineup_secret_keys", "blob_url"):
        monkeypatch.setenv(name.upper(), getattr(settings, name))

    def typed(*words):
        return CliRunner().invoke(commands, [str(word) for word in words])

    return typed


def count(database, model):
    with database.transaction() as work:
        return work.session.scalar(select(func.count()).select_from(model))


def test_channels_come_from_a_file_into_a_package(typed, database, tmp_path):
    path = tmp_path / "channels.m3u"
    path.write_text(PLAYLIST)

    told = typed("import-channels", path, "--partner", "Blue", "--package", "Demo")

    assert (told.exit_code, "2 channels added, 0 updated." in told.output) == (0, True)
    assert count(database, Channel) == count(database, PackageChannel) == 2


def test_a_guide_comes_from_a_file_again_and_again(typed, tmp_path):
    path = tmp_path / "guide.xml"
    for programmes in (40, 50):
        path.write_bytes(guide(*evening(programmes)))

        told = typed("import-guide", path, "--partner", "Blue")

        assert told.exit_code == 0, told.output
        assert f"{programmes} programmes of 1 channels." in told.output


def test_a_refusal_ends_with_1_and_its_code(typed, tmp_path):
    path = tmp_path / "guide.xml"
    path.write_text("<html/>")

    told = typed("import-guide", path, "--partner", "Blue")

    assert (told.exit_code, "(not_xmltv)" in told.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        (["import-guide", "http://a/b", "--partner", "Green"], "Available: Blue."),
        (["import-guide", "/nowhere", "--partner", "Blue"], "File not found"),
        (
            ["import-guide", "http://[::1", "--partner", "Blue"],
            "This is not a valid URL.",
        ),
        (
            ["import-channels", "http://[::1", "--partner", "Blue"],
            "This is not a valid URL.",
        ),
        (
            ["import-channels", "http://a/b", "--partner", "Blue", "--package", "X"],
            "Available: Demo.",
        ),
    ],
)
def test_what_is_not_there_is_said(typed, words, fields):
    told = typed(*words)

    assert (told.exit_code, fields in told.output) == (1, True)


def test_everything_is_announced_again(typed):
    assert typed("resync").output == "1 republished.\n"


def test_how_players_are_let_in_is_said_in_one_line(typed, database):
    words = ["--minutes", 30, "--one-address", "--host", "Edge.example"]

    told = typed("stream-sessions", "--partner", "Blue", *words)

    assert told.exit_code == 0, told.output
    with database.transaction() as work:
        settings = work.session.get_one(PartnerOutput, PARTNER).stream_settings()
    assert (settings.session_minutes, settings.session_is_bound) == (30, True)
    assert (settings.session_is_renewed, settings.stream_hosts) == (
        True,
        ["edge.example"],
    )
    typed("stream-sessions", "--partner", "Blue", "--no-longer")
    typed("stream-sessions", "--partner", "Blue", "--host", "two.example")
    with database.transaction() as work:
        kept = work.session.get_one(PartnerOutput, PARTNER).stream_settings()
    assert (kept.session_minutes, kept.session_is_bound) == (30, True)
    assert (kept.session_is_renewed, kept.stream_hosts) == (False, ["two.example"])
    refused = typed("stream-sessions", "--partner", "Blue", "--minutes", 0)
    assert refused.exit_code == 1
    assert "between one minute and one week" in refused.output
