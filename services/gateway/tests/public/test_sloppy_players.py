"""Requests as players send them, whatever somebody typed into them."""

from urllib.parse import urlsplit

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

USER = "username=alice0001&password=secret-pass"


def fetched(store, target, method="GET", **more):
    """The status and the answer; a target is sent as it is written."""
    path, _, query = target.partition("?")
    builder = EnvironBuilder(method=method, path="/", query_string=query, **more)
    environ = builder.get_environ()
    environ["PATH_INFO"] = path
    body, status, headers = run_wsgi_app(store.layer(), environ, buffered=True)
    return int(status[:3]), headers, b"".join(body)


class TestAddresses:
    @pytest.mark.parametrize(
        ("target", "begins"),
        [
            (f"//player_api.php?{USER}", b'{"user_info":{"username":"alice0001"'),
            (f"/player_api.php/?{USER}", b'{"user_info":{"username":"alice0001"'),
            (f"///panel_api.php//?{USER}", b'{"user_info":{"username":"alice0001"'),
            (f"//get.php?{USER}", b"#EXTM3U"),
            (f"/get.php/?{USER}", b"#EXTM3U"),
            (f"//xmltv.php?{USER}", b"<tv>"),
            ("//p//tokentoken1.m3u8", b"#EXTM3U"),
            ("/p/tokentoken1.m3u8/", b"#EXTM3U"),
            ("//xmltv/alice0001/secret-pass.xml", b"<tv>"),
        ],
    )
    def test_slashes_too_many_are_forgiven(self, filled, target, begins):
        status, _, body = fetched(filled, target)

        assert (status, body[: len(begins)]) == (200, begins)

    @pytest.mark.parametrize(
        "target",
        [
            "//live/alice0001/secret-pass/101.m3u8",
            "/live//alice0001/secret-pass/101",
            "/live/alice0001/secret-pass/101.ts/",
            "//alice0001//secret-pass/101",
            "/live/ alice0001/secret-pass /101.ts",
            "/live/ALICE0001/secret-pass/101.ts",
        ],
    )
    def test_of_streams_too(self, filled, target):
        assert fetched(filled, target)[0] == 302

    @pytest.mark.parametrize(
        "ending", ["ts", "m3u8", "mpegts", "m3u", "mpd", "mp3", "aac", "TS", "hls"]
    )
    def test_every_ending_leads_to_the_channel(self, filled, ending):
        target = f"/live/alice0001/secret-pass/101.{ending}"

        assert fetched(filled, target)[0] == 302

    @pytest.mark.parametrize("target", ["/", "//", "/sign-in/", "//admin//x/7"])
    def test_pages_stay_pages(self, filled, target):
        assert fetched(filled, target)[2] == b"a page"


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        "query",
        [
            "username=alice0001&amp;password=secret-pass",
            "username=alice0001%20&password=%20secret-pass",
            "username=+alice0001&password=secret-pass%0A",
            "username=alice0001&password=secret-pass%0D%0A",
            "Username=alice0001&Password=secret-pass",
            "username=alice0001&&password=secret-pass&",
        ],
    )
    def test_blanks_capitals_and_entities_are_forgiven(self, filled, query):
        assert b'"auth":1' in fetched(filled, f"/player_api.php?{query}")[2]
        form = "application/x-www-form-urlencoded"
        posted = fetched(
            filled, "/player_api.php", "POST", data=query, content_type=form
        )
        assert b'"auth":1' in posted[2]

    @pytest.mark.parametrize(
        ("more", "ending"),
        [
            ("type=M3U_PLUS&output=MPEGTS", ".ts"),
            ("type=m3u_plus&output=ts%20", ".ts"),
            ("type=m3u_plus&amp;output=ts", ".ts"),
            ("output=HLS", ".m3u8"),
            ("", ".m3u8"),
        ],
    )
    def test_what_is_asked_of_a_playlist(self, filled, more, ending):
        lines = fetched(filled, f"/get.php?{USER}&{more}")[2].decode().splitlines()

        assert lines[2].endswith(ending)

    def test_a_channel_with_an_ending_has_a_guide(self, filled):
        query = f"{USER}&action=get_short_epg&stream_id=102.ts"

        assert b"start_timestamp" in fetched(filled, f"/player_api.php?{query}")[2]


class TestPlayersInBrowsers:
    TARGETS = (
        f"/player_api.php?{USER}",
        "/player_api.php?username=x&password=y",
        f"/get.php?{USER}",
        "/p/tokentoken1.m3u8",
        "/p/nobodynobody.m3u8",
        "/p/tokentoken1.xml.gz",
        "/live/alice0001/secret-pass/101.m3u8",
        "/live/alice0001/wrong/101.m3u8",
    )

    @pytest.mark.parametrize("target", TARGETS)
    def test_may_read_every_public_answer(self, filled, target):
        _, headers, _ = fetched(filled, target, headers={"Origin": "https://p.example"})

        assert headers.getlist("Access-Control-Allow-Origin") == ["*"]

    def test_from_memory_as_well(self, filled):
        layer = filled.layer()
        target = EnvironBuilder(path="/p/tokentoken1.m3u8").get_environ()
        run_wsgi_app(layer, dict(target), buffered=True)

        headers = layer.answer_from_memory(dict(target)).headers

        assert headers.count(("Access-Control-Allow-Origin", "*")) == 1

    @pytest.mark.parametrize("target", TARGETS)
    def test_may_ask_whether_they_may_ask(self, filled, target):
        wanted = {
            "Origin": "https://p.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "range",
        }
        status, headers, body = fetched(filled, target, "OPTIONS", headers=wanted)

        assert (status, body) == (204, b"")
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "GET" in headers["Access-Control-Allow-Methods"]

    def test_pages_are_not_for_them(self, filled):
        _, headers, _ = fetched(filled, "/dashboard")

        assert "Access-Control-Allow-Origin" not in headers


def test_the_guides_address_is_in_the_list_before_anything_is_rendered(store):
    store.put_user()

    status, _, body = fetched(store, f"/get.php?{USER}&type=m3u_plus")

    guide = f'"{store.base}/xmltv/alice0001/secret-pass.xml.gz"'
    assert status == 200
    assert body.decode() == f"#EXTM3U x-tvg-url={guide} url-tvg={guide}\n"
    path = urlsplit(guide.strip('"')).path
    assert fetched(store, path)[0] == 200
