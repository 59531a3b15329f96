"""PE-19: M3U, Xtream and XMLTV show channels and groups in one order."""

import json
import re

import pytest

from lineup.contracts.playlists.channels import MoveChannels
from playlists.editing.order import move_channels

GUIDE = "".join(
    f'<channel id="id{n}"><display-name>id{n}</display-name></channel>'
    f'<programme start="20260302100000 +0000" stop="20260302110000 +0000" '
    f'channel="id{n}"><title>Now</title></programme>'
    for n in (1, 2, 3)
)


@pytest.mark.feature("PE-19")
def test_a_moved_channel_stands_at_its_new_place_in_every_form(platform):
    one, two, three = (
        platform.channel(n, f"C{n}", guide_id=f"id{n}", group=f"G{n}")
        for n in (1, 2, 3)
    )
    user = platform.user()
    platform.subscription(user, platform.package(one, two, three))
    platform.guide(f"<tv>{GUIDE}</tv>".encode())
    platform.render()

    with platform.transaction() as work:
        move_channels(work, MoveChannels(channel_ids=[three.id], before_id=one.id))
    platform.render()

    manifest = platform.seen_by(user)
    streams = json.loads(platform.content(manifest.live_streams_digest))
    groups = json.loads(platform.content(manifest.categories_digest))
    told = platform.guide_of(user)
    assert re.findall(r",(C\d)", platform.playlist(user)) == ["C3", "C1", "C2"]
    assert [(s["num"], s["name"]) for s in streams] == [(1, "C3"), (2, "C1"), (3, "C2")]
    assert [group["category_name"] for group in groups] == ["G3", "G1", "G2"]
    assert re.findall(r'<channel id="(id\d)"', told) == ["id3", "id1", "id2"]
    assert re.findall(r'channel="(id\d)"', told) == ["id3", "id1", "id2"]
