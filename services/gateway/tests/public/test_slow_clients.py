"""Clients that are slow, silent or broken cost nobody else anything."""

import hashlib
import re
import socket
from contextlib import ExitStack

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MANY = 40
"""Ten times as many as there are threads."""
HALF_SENT = {
    "a head": b"GET /page HTTP/1.1\r\nHost: tv\r\n",
    "nothing": b"",
    "a body": b"POST /page HTTP/1.1\r\nHost: tv\r\nContent-Length: 900\r\n\r\nhalf",
    "chunks": (
        b"POST /page HTTP/1.1\r\nHost: tv\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"
    ),
    "trailers": (
        b"POST /page HTTP/1.1\r\nHost: tv\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA:"
    ),
    "a player's form": (
        b"POST /player_api.php HTTP/1.1\r\nHost: tv\r\nContent-Length: 40\r\n\r\nuser"
    ),
}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("gunicorn")
    (made / "file").write_bytes(b"y" * (20 << 20))
    return made


@pytest.fixture(scope="module")
def endpoint(store_of, gunicorn, folder, tmp_path_factory):
    """A gunicorn with one worker of four threads: its port."""
    store = store_of(tmp_path_factory.mktemp("store"))
    with gunicorn(folder, store) as (port, _):
        yield "127.0.0.1", port


@pytest.fixture
def crowd(endpoint):
    """`crowd(sent)` opens many connections that have sent so much, and hold."""
    with ExitStack() as stack:

        def gather(sent, count=MANY):
            opened = [
                stack.enter_context(socket.create_connection(endpoint, timeout=20))
                for _ in range(count)
            ]
            for one in opened:
                one.sendall(sent)
            return opened

        yield gather


def get(path, *fields, method="GET"):
    lines = [f"{method} {path} HTTP/1.1", "Host: tv", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def everybody_is_served(endpoint):
    """A page, a form and a player, each on a new connection and on a kept one."""
    address = f"http://127.0.0.1:{endpoint[1]}"
    with requests.Session() as session:
        for _ in range(2):
            page = session.get(f"{address}/page", timeout=10)
            form = session.post(f"{address}/form", data={"a": "b"}, timeout=10)
            player = session.get(f"{address}/p/tokentoken1.m3u8", timeout=10)
            assert (page.text, form.text, player.status_code) == ("a page", "a=b", 200)


def read_all(connection):
    received = b""
    while chunk := connection.recv(1 << 20):
        received += chunk
    return received


def answer_of(connection):
    """One answer that says its length."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        assert chunk, received
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head, body


class TestSlow:
    @pytest.mark.parametrize("what", HALF_SENT)
    def test_half_sent_requests_hold_nobody_up(self, endpoint, crowd, what):
        crowd(HALF_SENT[what])

        everybody_is_served(endpoint)

    def test_a_half_sent_request_is_answered_when_the_rest_comes(self, endpoint, crowd):
        slow = crowd(HALF_SENT["a body"])
        everybody_is_served(endpoint)
        for one in slow:
            one.sendall(b"-" * 896)

        for one in slow:
            assert answer_of(one)[1] == b"half" + b"-" * 896

    @pytest.mark.parametrize(("path", "byte"), [("/large", b"x"), ("/file", b"y")])
    def test_readers_that_stall_hold_nobody_up(self, endpoint, crowd, path, byte):
        stalled = crowd(get(path, "Connection: close"), count=12)

        everybody_is_served(endpoint)

        body = read_all(stalled[0]).partition(b"\r\n\r\n")[2]
        assert body.count(byte) == 20 << 20

    def test_connections_that_are_never_ended_hold_nobody_up(self, endpoint, crowd):
        for one in crowd(get("/page", "Connection: close")):
            assert answer_of(one)[1] == b"a page"

        everybody_is_served(endpoint)

    def test_what_a_reader_lets_lie_on_a_kept_connection_is_sent_later(
        self, endpoint, crowd
    ):
        [kept] = crowd(get("/file") + get("/page"), count=1)
        everybody_is_served(endpoint)

        body = answer_of(kept)[1]
        assert body[: 20 << 20].count(b"y") == 20 << 20
        while not body.endswith(b"a page"):
            body += kept.recv(100)


def is_closed(connection):
    """Whether the other side ends it, with or without taking leave."""
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True


class TestTooSlow:
    @pytest.fixture
    def endpoint(self, store_of, gunicorn, tmp_path):
        with gunicorn(tmp_path, store_of(tmp_path / "store"), HEAD_SECONDS="1") as (
            port,
            _,
        ):
            yield "127.0.0.1", port

    def test_a_head_that_takes_too_long_is_refused(self, crowd):
        [half, silent] = crowd(HALF_SENT["a head"], 1) + crowd(b"", 1)

        assert answer_of(half)[0].startswith(b"HTTP/1.1 408 ")
        assert is_closed(half)
        assert is_closed(silent)

    def test_a_byte_now_and_then_is_not_enough(self, crowd):
        [slow] = crowd(b"GET /page HTTP/1.1\r\n", 1)
        slow.settimeout(0.2)
        for number in range(100):
            try:
                slow.sendall(b"A: %d\r\n" % number)
                assert slow.recv(100).startswith(b"HTTP/1.1 408 ")
            except TimeoutError:
                continue
            return
        pytest.fail("It was waited for, for ever.")


class TestTooMany:
    @pytest.fixture
    def endpoint(self, store_of, gunicorn, tmp_path):
        few = {"CONNECTIONS_AN_ADDRESS": "5"}
        with gunicorn(tmp_path, store_of(tmp_path / "store"), **few) as (port, _):
            yield "127.0.0.1", port

    def test_the_oldest_unfinished_request_of_an_address_makes_way(
        self, endpoint, crowd
    ):
        first, *others = crowd(HALF_SENT["a head"], 6)

        assert is_closed(first)
        everybody_is_served(endpoint)
        last = others[-1]
        last.sendall(b"\r\n")
        assert answer_of(last)[1] == b"a page"

    def test_all_connections_taken_is_no_end(
        self, store_of, gunicorn, tmp_path_factory, crowd
    ):
        folder = tmp_path_factory.mktemp("gunicorn")
        store = store_of(tmp_path_factory.mktemp("store"))
        with gunicorn(
            folder,
            store,
            "--worker-connections",
            "20",
            CONNECTIONS_AN_ADDRESS="0",
        ) as (port, _):
            endpoint = "127.0.0.1", port
            with ExitStack() as stack:
                for _ in range(3 * MANY):
                    one = stack.enter_context(socket.create_connection(endpoint, 20))
                    one.sendall(HALF_SENT["a head"])
                everybody_is_served(endpoint)


def sends(connection, chunk, at_most):
    """How often something could be sent until the other side would have no more."""
    for count in range(at_most):
        try:
            connection.sendall(chunk)
        except OSError:
            return count
    return at_most


class TestRoom:
    @pytest.fixture
    def endpoint(self, store_of, gunicorn, tmp_path):
        little = {"WAITING_LIMIT_MB": "20"}
        with gunicorn(tmp_path, store_of(tmp_path / "store"), **little) as (port, _):
            yield "127.0.0.1", port

    def test_large_files_that_rest_make_way_for_one_that_comes(self, endpoint, crowd):
        resting = crowd(
            get("/files", "Content-Length: 33554432", method="POST") + b"x" * (4 << 20),
            count=4,
        )
        content = b"y" * (6 << 20)

        everybody_is_served(endpoint)
        answer = requests.post(
            f"http://127.0.0.1:{endpoint[1]}/files", data=content, timeout=60
        )

        assert answer.text == hashlib.sha256(content).hexdigest()
        ended = [one for one in resting if is_refused(one)]
        assert ended

    def test_long_answers_that_are_not_read_leave_room_for_who_reads(
        self, endpoint, crowd
    ):
        crowd(get("/large", "Connection: close"), count=6)

        everybody_is_served(endpoint)

        [reader] = crowd(get("/large", "Connection: close"), count=1)
        assert read_all(reader).count(b"x") == 20 << 20


def is_refused(connection):
    connection.settimeout(0.5)
    try:
        return connection.recv(100).startswith(b"HTTP/1.1 503 ")
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


class TestBodies:
    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_a_large_file_arrives_whole(self, endpoint, is_chunked):
        content = b"0123456789abcdef" * (2 << 20)
        sent = iter([content[: 20 << 20], content[20 << 20 :]])
        answer = requests.post(
            f"http://127.0.0.1:{endpoint[1]}/files",
            data=sent if is_chunked else content,
            timeout=60,
        )

        assert answer.text == hashlib.sha256(content).hexdigest()

    def test_who_asks_first_is_told_to_go_on(self, endpoint, crowd):
        request = get(
            "/form", "Content-Length: 5", "Expect: 100-continue", method="POST"
        )
        [one] = crowd(request, count=1)
        assert one.recv(100) == CONTINUE
        one.sendall(b"hello")

        head, body = answer_of(one)
        assert (head.split(b"\r\n")[0], body) == (b"HTTP/1.1 200 OK", b"hello")

    def test_requests_sent_at_once_are_answered_in_turn(self, endpoint, crowd):
        sent = get("/a", "Content-Length: 3", method="POST") + b"one"
        sent += get("/b", "Transfer-Encoding: chunked", method="POST")
        sent += b"3\r\ntwo\r\n0\r\n\r\n"
        sent += get("/c", "Content-Length: 5", "Connection: close", method="POST")
        [one] = crowd(sent + b"three", count=1)

        bodies = re.findall(rb"\r\n\r\n(\w+?)(?=HTTP|\Z)", read_all(one))
        assert bodies == [b"one", b"two", b"three"]

    def test_a_body_that_is_too_long_is_not_waited_for(self, endpoint, crowd):
        [one] = crowd(get("/form", "Content-Length: 2000000", method="POST"), count=1)

        answer_of(one)
        assert is_closed(one)

    def test_endless_chunks_are_not_waited_for(self, endpoint, crowd):
        [one] = crowd(get("/form", "Transfer-Encoding: chunked", method="POST"), 1)
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        assert sends(one, chunk, at_most=10_000) < 1_000


LINES = st.sampled_from(
    [
        b"GET /page HTTP/1.1\r\n",
        b"POST /form HTTP/1.1\r\n",
        b"GET /live/alice0001/secret-pass/101.ts HTTP/1.1\r\n",
        b"GET //evil.example/ HTTP/1.1\r\n",
        b"GET /p/tokentoken1.m3u8?\xff\xfe HTTP/1.1\r\n",
        b"CONNECT tv:80 HTTP/1.1\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"Host: tv\r\n",
        b"Host: [::1\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: x\r\n",
        b"Expect: 100-continue\r\n",
        b"Expect: x\r\n",
        b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x\r\n",
        b"Connection: close\r\n",
        b"X: \xff\x00\r\n",
        b"If-Modified-Since: Mon, 01 Jan 99999999999 00:00:00 GMT\r\n",
        b"\r\n",
        b"\n\n",
        b"0\r\n\r\n",
        b"fffffffffffffffff\r\n",
        b"hello",
    ]
)


@given(st.lists(LINES | st.binary(max_size=60), max_size=12).map(b"".join))
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_nothing_that_is_sent_ends_a_worker_or_is_its_fault(endpoint, sent):
    address = f"http://127.0.0.1:{endpoint[1]}"
    process = requests.get(f"{address}/process", timeout=20).text
    with (
        requests.Session() as neighbour,
        socket.create_connection(endpoint, timeout=20) as odd,
    ):
        neighbour.get(f"{address}/page", timeout=20)
        odd.sendall(sent)
        odd.shutdown(socket.SHUT_WR)
        try:
            answers = read_all(odd)
        except ConnectionResetError:
            answers = b""
        statuses = re.findall(rb"HTTP/1\.[01] (\d{3}) ", answers)
        assert all(status < b"500" or status == b"501" for status in statuses), answers
        assert neighbour.get(f"{address}/process", timeout=20).text == process
