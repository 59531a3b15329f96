"""Stream addresses: stable, and good for as long as the subscription is."""

import shutil
import socket
import subprocess
import time
from urllib.parse import urlsplit

import pytest
import requests

from gateway.public.streams import epoch_of, signed

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
            "http://edge.example.net/hls/ch 101/index.m3u8"
        )
        assert answer.headers["Cache-Control"] == "no-store"

    def test_a_signed_source_is_good_for_a_short_while(self, filled):
        answer = filled.player(link_seconds=60).get(path_of(SIGNED))

        expires = int(filled.spring.timestamp()) + 60
        assert answer.headers["Location"] == signed(
            "http://edge.example.net/hls/ch 102/index.m3u8", filled.edge_secret, expires
        )

    def test_a_stream_of_another_set_is_403(self, filled):
        answer = filled.player().get(path_of(999))

        assert answer.status_code == 403
        assert answer.content_type.startswith("text/plain")

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
            "2026-03-02_08-30",
            "2026-03-02 08:30:00",
            "2026-03-02T08:30:00",
            "1772440200",
            "1772440200000",
        ],
    )
    def test_every_form_of_a_start_is_understood(self, start):
        assert epoch_of(start) == 1772440200

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


@pytest.fixture
def edge(tmp_path):
    """A real nginx that checks signatures, and its address."""
    if shutil.which("nginx") is None:
        pytest.fail("nginx is needed here: apt-get install nginx-light")
    tmp_path.chmod(0o755)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(NGINX.format(folder=tmp_path, port=port, secret="s3cret"))
    started = subprocess.Popen(["nginx", "-p", tmp_path, "-c", configuration])
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait(timeout=10)


def wait_for(port):
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


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
