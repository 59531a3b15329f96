"""PE-05, PE-06, PE-10: what is served is read by other people's programs."""

import gzip
import json
import os
import re
import subprocess

import ipytv.playlist
import pytest
import requests
from pyxtream import schemaValidator
from pyxtream.pyxtream import XTream

from .conftest import NAMES, PARSERS

LOGIN = "username=alice0001&password=secretpass"


def fetch(server, path, **more):
    answer = requests.get(f"{server}{path}", timeout=10, **more)
    answer.raise_for_status()
    return answer


def call(server, action):
    return fetch(server, f"/player_api.php?{LOGIN}&action={action}").json()


@pytest.fixture(params=["identity", "gzip"])
def playlist(server, request):
    """The subscriber's playlist, as text, by either coding."""
    headers = {"Accept-Encoding": request.param}
    return fetch(server, "/p/tokentokentoken.m3u8", headers=headers).content.decode()


class TestPlaylist:
    @pytest.mark.feature("PE-05")
    def test_ipytv_reads_every_entry(self, playlist, server):
        read = ipytv.playlist.loads(playlist)

        channels = read.get_channels()
        assert len(channels) == len(NAMES)
        assert channels[0].name == "News One"
        assert channels[0].attributes["catchup-days"] == "7"
        assert [c.attributes["tvg-chno"] for c in channels] == ["1", "2", "3", "4", "5"]
        assert channels[2].name == "Привет мир — 中文"
        assert channels[0].url.startswith(f"{server}/live/alice0001/secretpass/")
        assert read.get_attributes()["x-tvg-url"].endswith("secretpass.xml.gz")

    @pytest.mark.feature("PE-05")
    def test_iptv_playlist_parser_reads_every_entry(
        self, playlist, iptv_playlist_parser
    ):
        environment = {**os.environ, "NODE_PATH": str(iptv_playlist_parser)}
        output = subprocess.run(
            ["node", str(PARSERS / "read.js")],
            input=playlist.encode(),
            capture_output=True,
            check=True,
            env=environment,
            timeout=30,
        ).stdout

        items = json.loads(output)["items"]

        assert len(items) == len(NAMES)
        assert items[1]["name"] == "Quotes 'and' commas all of them"
        assert items[1]["group"]["title"] == "Sport live"
        assert items[3]["name"] == "A - B; C | D & <E>"
        assert items[0]["catchup"]["days"] == "7"
        assert items[0]["tvg"]["id"] == "ch1.example"
        assert all(item["url"].endswith(".m3u8") for item in items)


class TestGuide:
    @pytest.mark.feature("PE-10")
    def test_the_validator_of_xmltv_finds_nothing(
        self, server, tv_validate_file, tmp_path
    ):
        file = tmp_path / "guide.xml"
        file.write_bytes(fetch(server, f"/xmltv.php?{LOGIN}").content)

        found = subprocess.run(
            [tv_validate_file, str(file)],
            capture_output=True,
            check=False,
            env={**os.environ, "XMLTV_SUPPLEMENT": "/usr/share/xmltv"},
            text=True,
            timeout=60,
        )

        assert (found.returncode, found.stdout + found.stderr) == (
            0,
            "Validated ok.\n",
        )

    @pytest.mark.feature("PE-10")
    def test_its_channels_are_those_of_the_playlist_that_have_a_guide(
        self, server, playlist
    ):
        guide = gzip.decompress(
            fetch(server, "/xmltv/alice0001/secretpass.xml.gz").content
        ).decode()

        guide_ids = set(re.findall(r'tvg-id="([^"]*)"', playlist))
        channel_ids = set(re.findall(r'<channel id="([^"]*)"', guide))

        assert channel_ids == {f"ch{n}.example" for n in (1, 2, 3, 5)}
        assert channel_ids < guide_ids
        assert len(guide_ids) == len(NAMES)


class TestXtream:
    @pytest.mark.feature("PE-06")
    def test_pyxtream_loads_all_channels(self, server, playlist, tmp_path):
        provider = XTream(
            "lineup",
            "alice0001",
            "secretpass",
            server,
            cache_path=str(tmp_path),
            validate_json=True,
        )
        provider.authenticate()

        assert provider.state["authenticated"]
        assert provider.load_iptv()
        names = [channel.name for channel in provider.channels]
        assert names[1] == "Quotes 'and' commas all of them"
        assert names[2] == "Привет мир — 中文"
        assert names[:1] + names[3:] == NAMES[:1] + NAMES[3:]
        groups = {group.name for group in provider.groups}
        assert groups >= set(re.findall(r'group-title="([^"]*)"', playlist))
        assert groups >= {"News", "Sport live"}

    @pytest.mark.parametrize(
        ("action", "kind"),
        [
            ("get_live_streams", schemaValidator.SchemaType.CHANNEL),
            ("get_live_categories", schemaValidator.SchemaType.GROUP),
        ],
    )
    def test_its_schemas_fit(self, server, action, kind):
        rows = call(server, action)

        assert rows
        assert all(schemaValidator.schemaValidator(row, kind) for row in rows)

    def test_streams_of_the_list_play_and_have_a_guide(self, server):
        for stream in call(server, "get_live_streams"):
            path = f"/live/alice0001/secretpass/{stream['stream_id']}.ts"
            answer = requests.get(f"{server}{path}", allow_redirects=False, timeout=10)
            assert answer.headers["Location"].startswith("http://edge.example/")
            rows = call(server, f"get_short_epg&stream_id={stream['stream_id']}")
            assert len(rows["epg_listings"]) == (0 if stream["num"] == 4 else 4)
