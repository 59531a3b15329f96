"""The worker under a real gunicorn: shortcut and threads tell the same, and stop well."""

import re
import signal
import socket
import time

import pytest
import requests
from prometheus_client import REGISTRY

from gateway.public.access_log import masked
from gateway.public.answers import PlayerResponse
from gateway.public.request_heads import environ_of
from gateway.public.worker import written


def until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def read_head(connection, store):
    return talk(connection, get(store.link))[0]


@pytest.fixture
def served(filled, gunicorn, tmp_path_factory):
    """A gunicorn over the filled shelves: its port and its folder."""
    folder = tmp_path_factory.mktemp("gunicorn")
    with gunicorn(folder, filled) as (port, _):
        yield port, folder


def talk(connection, request):
    """Send bytes; one whole answer."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    while length and not request.startswith(b"HEAD") and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head, body


def get(path, *fields, method="GET"):
    lines = [f"{method} {path} HTTP/1.1", "Host: tv", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def received(head):
    """A head without what differs from moment to moment."""
    lines = head.decode().splitlines()
    return sorted(line for line in lines if not line.startswith("Date:"))


class TestShortcut:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("coding", ["identity", "gzip"])
    def test_tells_just_what_a_thread_tells(self, filled, served, method, coding):
        port, _ = served
        request = get(filled.link, f"Accept-Encoding: {coding}", method=method)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            first = talk(connection, request)
            again = talk(connection, request)

        assert again[1] == first[1]
        assert received(again[0]) == received(first[0])

    def test_a_304_and_a_redirect_on_one_connection(self, filled, served):
        port, _ = served
        with requests.Session() as session:
            url = f"http://127.0.0.1:{port}"
            tag = session.get(url + filled.link, timeout=10).headers["ETag"]
            session.get(
                f"{url}/live/alice0001/secret-pass/101.ts",
                allow_redirects=False,
                timeout=10,
            )
            for _ in range(5):
                same = session.get(
                    url + filled.link, headers={"If-None-Match": tag}, timeout=10
                )
                moved = session.get(
                    f"{url}/live/alice0001/secret-pass/101.ts",
                    allow_redirects=False,
                    timeout=10,
                )
                assert (same.status_code, same.content) == (304, b"")
                assert moved.status_code == 302

    def test_pages_bodies_and_pipelines_take_gunicorns_way(self, filled, served):
        port, _ = served
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            talk(connection, get(filled.link))
            posted = (
                b"POST /echo HTTP/1.1\r\nHost: tv\r\nContent-Length: 5\r\n\r\nhello"
            )
            assert talk(connection, posted)[1] == b"hello"
            assert talk(connection, get("/page"))[1] == b"a page"
            both = get("/page") + get("/page")
            connection.sendall(both)
            answers = b""
            while answers.count(b"a page") < 2:
                answers += connection.recv(65536)

    def test_a_request_in_pieces_is_put_together(self, filled, served):
        port, _ = served
        request = get(filled.link)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            whole = talk(connection, request)
            connection.sendall(request[:20])
            time.sleep(0.2)  # so that the pieces arrive one by one
            assert talk(connection, request[20:])[1] == whole[1]

    def test_connection_close_is_honoured(self, filled, served):
        port, _ = served
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            talk(connection, get(filled.link))
            talk(connection, get(filled.link, "Connection: close"))
            assert connection.recv(100) == b""

    def test_a_reader_that_stalls_holds_nobody_up(
        self, filled, gunicorn, tmp_path_factory
    ):
        long = b"#EXTM3U\n" + b"\x01/live/\x02/1.\x03\n" * 150_000
        filled.put_set(m3u_plus_digest=filled.blobs.write_content(long))
        with (
            gunicorn(tmp_path_factory.mktemp("gunicorn"), filled) as (port, _),
            socket.create_connection(("127.0.0.1", port), timeout=20) as stalled,
        ):
            whole = talk(stalled, get(filled.link))
            stalled.sendall(get(filled.link))
            with requests.Session() as session:
                for _ in range(20):
                    answer = session.get(f"http://127.0.0.1:{port}/page", timeout=2)
                    assert answer.content == b"a page"
            received = b""
            while len(received.partition(b"\r\n\r\n")[2]) < len(whole[1]):
                received += stalled.recv(1 << 20)
            assert received.partition(b"\r\n\r\n")[2] == whole[1]

    def test_idle_connections_end_and_busy_ones_do_not(self, filled, served):
        port, _ = served
        address = ("127.0.0.1", port)
        with (
            socket.create_connection(address, timeout=10) as idle,
            socket.create_connection(address, timeout=10) as busy,
        ):
            talk(idle, get(filled.link))
            end = time.monotonic() + 6
            while time.monotonic() < end:
                talk(busy, get(filled.link))
                time.sleep(0.25)  # a player asks now and then
            assert idle.recv(100) == b""

    def test_a_stop_lets_running_requests_end(self, filled, gunicorn, tmp_path_factory):
        folder = tmp_path_factory.mktemp("gunicorn")
        with gunicorn(folder, filled) as (port, started):
            address = ("127.0.0.1", port)
            with socket.create_connection(address, timeout=10) as connection:
                talk(connection, get(filled.link))
                with socket.create_connection(address, timeout=10) as slow:
                    slow.sendall(get("/slow"))
                    until((folder / "begun").exists)
                    started.send_signal(signal.SIGTERM)
                    until(lambda: b"Connection: close" in read_head(connection, filled))
                    (folder / "go-on").touch()
                    assert b"a page" in talk(slow, b"")[1]
            assert started.wait(timeout=15) == 0

    @pytest.mark.feature("PE-31")
    def test_the_log_names_requests_but_nobodys_credentials(self, filled, served):
        port, folder = served
        with requests.Session() as session:
            url = f"http://127.0.0.1:{port}"
            for _ in range(3):
                session.get(url + filled.link, timeout=10)
                session.get(f"{url}/get.php?{filled.xtream}&type=m3u", timeout=10)
                session.get(
                    f"{url}/live/alice0001/secret-pass/101.ts",
                    allow_redirects=False,
                    timeout=10,
                )
        received = folder / "access.log"  # what a thread answers is told a moment later
        until(lambda: received.read_text().count('101.ts HTTP/1.1" 302') == 3)
        log = received.read_text()

        assert log.count('"GET /p/***.m3u8 HTTP/1.1" 200') == 3
        assert log.count('"GET /live/***/***/101.ts HTTP/1.1" 302') == 3
        assert "type=m3u" in log
        for secret in ("secret-pass", "alice0001", "tokentoken1"):
            assert secret not in log


class TestRequestHeads:
    @pytest.mark.parametrize(
        "head",
        [
            get("/p/x.m3u8", "Content-Length: 3"),
            get("/p/x.m3u8", "Transfer-Encoding: chunked"),
            get("/p/x.m3u8", "Connection: close"),
            get("/p/x.m3u8", "connection : keep-alive"),
            get("/p/x.m3u8", "Expect: 100-continue"),
            get("/p/x.m3u8", "Host: other"),
            get("/p/x.m3u8", "If-None-Match: a", "If-None-Match: b"),
            get("/p/x.m3u8", " folded"),
            get("/p/x.m3u8", "A: b\x00c"),
            get("/p/x.m3u8") * 2,
            get("/p/x.m3u8")[:-2],
            get("/p/" + "x" * 3000),
            get("/p/x#y"),
            get("/p/x.m3u8", method="POST"),
            b"GET /p/x.m3u8 HTTP/1.0\r\nHost: tv\r\n\r\n",
            b"GET /p/x.m3u8 HTTP/1.1\r\nAccept: a\r\n\r\n",
            b"GET http://tv/p/x.m3u8 HTTP/1.1\r\nHost: tv\r\n\r\n",
            b"GET /p/x.m3u8 HTTP/1.1\nHost: tv\n\n",
            b"",
        ],
    )
    def test_whatever_is_unusual_is_left_alone(self, head):
        assert environ_of(head) is None

    def test_a_simple_one_is_read(self):
        environ = environ_of(get("/live/a%20b/c/1.ts?utc=5", "accept-encoding:  gzip "))

        assert environ["PATH_INFO"] == "/live/a b/c/1.ts"
        assert environ["QUERY_STRING"] == "utc=5"
        assert environ["HTTP_ACCEPT_ENCODING"] == "gzip"

    def test_a_field_with_a_line_end_is_never_written(self):
        assert (
            written(
                PlayerResponse("302 Found", [("Location", "a\r\nSet-Cookie: b")]), b""
            )
            is None
        )


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        ("/p/abc.m3u8", "/p/***.m3u8"),
        ("/p/abc.xml.gz", "/p/***.xml.gz"),
        ("GET /live/u/p/1.ts HTTP/1.1", "GET /live/***/***/1.ts HTTP/1.1"),
        ("GET /u/p/1 HTTP/1.1", "GET /***/***/1 HTTP/1.1"),
        ("/xmltv/u/p.xml.gz", "/xmltv/***/***.xml.gz"),
        ("/timeshift/u/p/60/5/1.ts", "/timeshift/***/***/60/5/1.ts"),
        ("username=u&password=p&type=m3u", "username=***&password=***&type=m3u"),
        ("http://tv/get.php?password=p%26x", "http://tv/get.php?password=***"),
        ("/admin/customers", "/admin/customers"),
    ],
)
def test_credentials_are_masked(line, hidden):
    assert masked(line) == hidden


class TestCounters:
    def test_quick_answers_are_counted_like_all_others(self, filled):
        layer = filled.layer()
        path = {"PATH_INFO": filled.link, "QUERY_STRING": "", "REQUEST_METHOD": "GET"}
        ready = environ_of(get(filled.link)) | path
        count = {"service": "gateway", "kind": "public", "endpoint": "link"}

        def sample_value(name, **more):
            return REGISTRY.get_sample_value(name, {**count, **more}) or 0

        total, seconds = "lineup_requests_total", "lineup_request_duration_seconds"
        before = sample_value(total, outcome="ok"), sample_value(f"{seconds}_count")
        b"".join(layer(dict(ready), lambda *_: None))  # a thread's way, into memory
        assert layer.answer_from_memory(dict(ready)) is not None
        assert sample_value(total, outcome="ok") == before[0] + 1
        layer.counters.flush()

        assert sample_value(total, outcome="ok") == before[0] + 2
        assert sample_value(f"{seconds}_count") == before[1] + 2
        assert sample_value(f"{seconds}_bucket", le="+Inf") == before[1] + 2
        layer.counters.flush()
        assert sample_value(f"{seconds}_count") == before[1] + 2
