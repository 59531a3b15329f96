"""Stream addresses: stable, and good for as long as the subscription is."""

import shutil
import subprocess
import time
from datetime import UTC
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
import pytest
import requests
from edges import wait_for

from gateway.public.archive_starts import epoch_of
from gateway.public.streams import signed
from lineup.delivery import StreamSource
from lineup.testing.ports import free_port

PLAIN, SIGNED, CAUGHT_UP = 101, 102, 102
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      secure_link $arg_st,$arg_e;
      secure_link_md5 "$secure_link_expires$uri {secret}";
      if ($secure_link = "") {{ return 403; }}
      if ($secure_link = "0") {{ return 410; }}
      return 200 "playing";
    }}
  }}
}}
"""


def path_of(stream, *, password="secret-pass", prefix="/live", ending=".m3u8"):
    return f"{prefix}/alice0001/{password}/{stream}{ending}"


class TestLive:
    @pytest.mark.parametrize("prefix", ["/live", ""])
    @pytest.mark.parametrize("ending", [".m3u8", ".ts", ""])
    def test_leads_to_the_source(self, filled, prefix, ending):
        answer = filled.player().get(path_of(PLAIN, prefix=prefix, ending=ending))

        assert answer.status_code == 302
        assert answer.headers["Location"] == (
            "http://edge.example.net/hls/ch%20101/index.m3u8"
        )
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.feature("PE-09")
    def test_a_signed_source_is_good_for_a_short_while(self, filled):
        answer = filled.player(link_seconds=60).get(path_of(SIGNED))

        expires = int(filled.spring.timestamp()) + 60
        assert answer.headers["Location"] == signed(
            "http://edge.example.net/hls/ch%20102/index.m3u8",
            filled.edge_secret,
            expires,
        )

    def test_a_stream_of_another_set_is_403(self, filled):
        answer = filled.player().get(path_of(999))

        assert answer.status_code == 403
        assert answer.content_type.startswith("text/plain")

    @pytest.mark.feature("PE-09")
    def test_a_saved_link_is_403_once_the_subscription_is_over(self, filled):
        player = filled.player()
        assert player.get(path_of(PLAIN)).status_code == 302
        filled.clock.forward(days=29)

        assert player.get(path_of(PLAIN)).status_code == 403
        assert player.get(path_of(901)).status_code == 302

    def test_a_disabled_user_watches_nothing(self, filled):
        filled.put_user(is_active=False)

        assert filled.player().get(path_of(PLAIN)).status_code == 403

    def test_wrong_credentials_are_401(self, filled):
        assert filled.player().get(path_of(PLAIN, password="x")).status_code == 401


class TestArchive:
    @pytest.mark.parametrize(
        "start",
        [
            "2026-03-02:08-30",
            "2026-03-02:08:30",
            "2026-03-02:08:30:00",
            "2026-03-02:08-30-00",
            "2026-03-02_08-30",
            "2026-03-02_08:30:00",
            "2026-03-02-08-30",
            "2026-03-02 08:30:00",
            " 2026-03-02 08:30 ",
            "2026/03/02 08:30",
            "2026.03.02.08.30",
            "2026-03-02T08:30",
            "2026-03-02T08:30:00",
            "2026-03-02T08:30:00.000",
            "2026-03-02T08:30:00.000Z",
            "2026-03-02t08:30:00z",
            "2026-03-02T09:30:00+01:00",
            "2026-03-02T09:30:00 01:00",
            "2026-03-02T09:30:00+0100",
            "2026-03-02T09:30:00+01",
            "2026-03-02T03:30:00-05:00",
            "2026-03-02T08%3A30%3A00Z",
            "20260302T083000Z",
            "20260302T083000",
            "20260302083000",
            "20260302083000 +0000",
            "20260302093000 +0100",
            "202603020830",
            "20260302-0830",
            "20260302:0830",
            "1772440200",
            "1772440200.5",
            "1772440200000",
        ],
    )
    def test_every_form_of_a_start_is_understood(self, start):
        assert epoch_of(start, UTC) == 1772440200

    @pytest.mark.parametrize(
        "start",
        ["", "soon", "{utc}", "${start}", "2026-13-02:08-30", "2026-03-02T25:00", "7"],
    )
    def test_what_is_no_start_is_none(self, start):
        assert epoch_of(start, UTC) is None

    @pytest.mark.parametrize("start", ["2026-03-02", "20260302-00", "20260302:00"])
    def test_an_hour_or_a_day_is_where_it_begins(self, start):
        assert epoch_of(start, UTC) == 1772409600

    @pytest.mark.parametrize(
        ("start", "epoch"),
        [
            ("2026-03-02:09-30", 1772440200),
            ("2026-03-02 09:30:00", 1772440200),
            ("2026-03-02T08:30:00Z", 1772440200),
            ("1772440200", 1772440200),
            ("2026-07-02:10-30", 1782981000),
        ],
    )
    def test_a_wall_clock_is_that_of_the_zone_the_player_was_told(self, start, epoch):
        assert epoch_of(start, ZoneInfo("Europe/Paris")) == epoch

    @pytest.mark.parametrize("start", ["1900-01-01:00-00", "2099-12-31:23-59"])
    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "UTC"])
    def test_far_off_is_an_instant_too(self, start, zone):
        assert isinstance(epoch_of(start, ZoneInfo(zone)), int)

    def test_a_box_in_paris_asks_by_its_own_clock(self, filled):
        filled.put_user(time_zone="Europe/Paris")
        path = f"/timeshift/alice0001/secret-pass/60/2026-03-02:09-30/{CAUGHT_UP}.ts"

        answer = filled.player().get(path)

        assert "utc=1772440200&" in answer.headers["Location"]

    def test_leads_to_the_source_at_that_time(self, filled):
        answer = filled.player().get(
            f"/timeshift/alice0001/secret-pass/60/1772440200/{CAUGHT_UP}.m3u8"
        )

        assert answer.status_code == 302
        assert "utc=1772440200&lutc=1772443800&st=" in answer.headers["Location"]

    def test_the_query_forms_do_as_well(self, filled):
        player = filled.player()
        call = f"/streaming/timeshift.php?{filled.xtream}&stream=102&duration=60"

        assert player.get(f"{call}&start=2026-03-02:08-30").status_code == 302
        assert player.get(f"{path_of(102)}?utc=1772440200").status_code == 302

    @pytest.mark.parametrize(
        ("stream", "start"),
        [(PLAIN, "1772440200"), (CAUGHT_UP, "1771000000"), (CAUGHT_UP, "soon")],
    )
    def test_what_is_not_kept_is_404(self, filled, stream, start):
        path = f"/timeshift/alice0001/secret-pass/60/{start}/{stream}.ts"

        assert filled.player().get(path).status_code == 404

    @pytest.mark.parametrize("signing", ["session", "secure_link"])
    @pytest.mark.parametrize(
        ("archive_signing", "is_signed"), [("none", False), ("", True)]
    )
    def test_one_on_a_foreign_host_is_sent_no_signature(
        self, filled, signing, archive_signing, is_signed
    ):
        source = StreamSource(
            address="https://edge.example/live/one.m3u8",
            signing=signing,
            catchup_days=7,
            archive="https://provider.example/live/one-{utc}.m3u8",
            archive_signing=archive_signing,
        )
        content = msgspec.json.encode({"101": source})
        filled.put_set(streams_digest=filled.blobs.write_content(content))

        answer = filled.player().get(f"{path_of(101)}?utc=1772440200")

        bare = "https://provider.example/live/one-1772440200.m3u8"
        assert (answer.headers["Location"] != bare) == is_signed
        live = filled.player().get(path_of(101)).headers["Location"]
        assert live != source.address


@pytest.fixture
def edge(tmp_path, other_processes):
    """A real nginx that checks signatures, and its address."""
    if shutil.which("nginx") is None:
        pytest.fail("nginx is needed here: apt-get install nginx-light")
    tmp_path.chmod(0o755)
    port = free_port()
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(NGINX.format(folder=tmp_path, port=port, secret="s3cret"))
    started = subprocess.Popen(["nginx", "-p", tmp_path, "-c", configuration])
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait(timeout=10)


class TestSignatureBeforeNginx:
    @pytest.mark.parametrize(
        "path", ["/hls/1/index.m3u8", "/a%20b/%C3%A9.m3u8?quality=high"]
    )
    def test_it_is_accepted_until_it_expires(self, edge, path):
        soon = int(time.time()) + 60
        good = signed(edge + path, "s3cret", soon)

        assert requests.get(good, timeout=5).text == "playing"
        late = signed(edge + path, "s3cret", int(time.time()) - 1)
        assert requests.get(late, timeout=5).status_code == 410

    def test_a_changed_path_time_or_secret_is_refused(self, edge):
        soon = int(time.time()) + 60
        good = signed(f"{edge}/1/index.m3u8", "s3cret", soon)
        forged = [
            good.replace("/1/", "/2/"),
            good.replace(f"e={soon}", f"e={soon + 9}"),
            signed(f"{edge}/1/index.m3u8", "other", soon),
            urlsplit(good)._replace(query="").geturl(),
        ]

        assert [requests.get(f, timeout=5).status_code for f in forged] == [403] * 4
