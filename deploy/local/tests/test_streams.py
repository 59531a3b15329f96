"""The demo's streaming server: test pictures for who has a grant that holds."""

from contextlib import ExitStack

import pytest
import requests

from lineup.testing.serving import serving
from lineup_local.streams import (
    CLIP,
    SEGMENT_SECONDS,
    Streams,
    admits_by_gateway,
    anybody,
    live_playlist,
)

GRANT = "~~0~user~proof123~7~1772440200~any~markmarkmarkmarkmarkma"


@pytest.fixture
def served():
    """`served(admits)`: where it serves."""
    with ExitStack() as started:

        def serve(admits):
            streams = started.enter_context(serving(Streams(0, admits)))
            return f"http://127.0.0.1:{streams.server_port}"

        yield serve


def names(playlist):
    return [line for line in playlist.splitlines() if not line.startswith("#")]


def test_a_live_playlist_goes_on_without_end():
    now = 1_772_440_200.0
    first, second = (names(live_playlist(t)) for t in (now, now + SEGMENT_SECONDS))

    assert second[:-1] == first[1:]
    marked = live_playlist(now).splitlines()
    for place, line in enumerate(marked):
        starts_anew = line.endswith(".ts") and int(line[:-3]) % len(CLIP) == 0
        assert starts_anew == (marked[place - 2] == "#EXT-X-DISCONTINUITY")


def test_it_serves_playlists_variants_segments_and_an_endless_file(served):
    base = served(anybody)

    master = requests.get(f"{base}/one/master.m3u8", timeout=20)
    assert names(master.text) == ["low/index.m3u8", "high/index.m3u8"]
    variant = requests.get(f"{base}/one/low/index.m3u8", timeout=20)
    segment = requests.get(f"{base}/one/low/{names(variant.text)[-1]}", timeout=20)
    assert segment.content in CLIP
    with requests.get(f"{base}/one/live.ts", timeout=20, stream=True) as endless:
        assert next(endless.iter_content(len(CLIP[0]))) == CLIP[0]
    assert requests.get(f"{base}/one/x.txt", timeout=20).status_code == 404


def test_who_has_no_grant_or_one_that_does_not_hold_is_refused(served):
    base = served(admits_by_gateway(served(anybody)))

    assert requests.get(f"{base}/one/index.m3u8", timeout=20).status_code == 403
    # The stand-in for the gateway knows no such address and says 404: not ok.
    granted = f"{base}/one/{GRANT}"
    assert requests.get(f"{granted}/index.m3u8", timeout=20).status_code == 403
    assert requests.get(f"{granted}/7.ts", timeout=20).content == CLIP[1]


def test_an_endless_file_ends_once_it_may_be_watched_no_longer(served):
    rights = {"may": True}
    base = served(lambda _target, _address: rights["may"])

    with requests.get(f"{base}/one/live.ts", timeout=20, stream=True) as endless:
        segments = endless.iter_content(1024)
        next(segments)
        rights["may"] = False
        assert sum(map(len, segments)) < len(CLIP) * max(map(len, CLIP))
