"""The same blobs in a bucket of an S3 server: rendered, served, changed, cleared away."""

import gzip

import pytest
import requests

from lineup.clock import SetClock
from lineup.context import Context
from lineup.contracts.playlists.channels import (
    DetailsChange,
    ListChannels,
    UpdateChannel,
)
from playlists.editing.lists import list_channels
from playlists.editing.operations import update_channel
from playlists.rendering.garbage import collect

from .conftest import ACTOR, NAMES, NOW, fill, gateway_over, render_all, tools_over

LINK = "/p/tokentokentoken"


@pytest.fixture
def clock():
    return SetClock(NOW)


@pytest.fixture
def tools(databases, buckets, keyring, clock):
    """A worker's tools over a bucket, with one subscriber."""
    store = f"{buckets.fresh()}/lineup"
    with tools_over(databases.fresh("playlists"), store, keyring, clock) as made:
        fill(made)
        yield made


def fetched(tools, ending):
    """What a gateway that has just begun serves."""
    with gateway_over(tools) as address:
        answer = requests.get(f"{address}{LINK}{ending}", timeout=10)
    answer.raise_for_status()
    return answer.content


def rename(tools, old, new):
    with tools.database.transaction(Context(actor=ACTOR)) as work:
        listed = list_channels(work, ListChannels()).items
        (channel,) = [each for each in listed if each.details.name == old]
        update_channel(
            work, UpdateChannel(channel_id=channel.id, details=DetailsChange(name=new))
        )


def contents(tools):
    return {name for name, _ in tools.blobs.names("content")}


@pytest.mark.feature("PE-05", "PE-10")
def test_what_is_rendered_into_a_bucket_is_served_changed_and_cleared_away(
    tools, clock
):
    playlist = fetched(tools, ".m3u8").decode()
    assert playlist.count("#EXTINF") == len(NAMES)
    assert "News One" in playlist
    guide = gzip.decompress(fetched(tools, ".xml.gz"))
    assert guide.count(b"<programme") == 48
    tools.blobs.write("uploads/left-over", b"of a job that never was")
    before = contents(tools)

    rename(tools, "News One", "News Two")
    render_all(tools)
    assert "News Two" in fetched(tools, ".m3u8").decode()
    assert before < contents(tools), "what was replaced may be in a reader's hands"

    clock.forward(days=2)
    assert collect(tools.database, tools.blobs) > 0

    left = contents(tools)
    assert not before <= left
    assert tools.blobs.read("uploads/left-over") is None
    assert "News Two" in fetched(tools, ".m3u8").decode()
    assert gzip.decompress(fetched(tools, ".xml.gz")).count(b"<programme") == 48
    assert collect(tools.database, tools.blobs) == 0
    assert contents(tools) == left
