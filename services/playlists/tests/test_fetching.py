"""Nobody's server holds a fetch for ever, and none leads it where it may not go."""

import gzip
import hashlib
import io
import socket
import socketserver
import threading
import zlib
from contextlib import contextmanager
from itertools import chain

import pytest

from lineup.contracts.playlists.refusals import FetchRefused
from lineup.testing.serving import serving
from playlists.addresses import Limits, Wanted
from playlists.fetching import fetch
from playlists.unpacking import unpacked

HEAD = b"HTTP/1.1 200 OK\r\n"
LIST = b"#EXTM3U\n#EXTINF:-1,One\nhttp://a.example/1\n"
LIMITS = {
    "megabytes": 1,
    "seconds": 30,
    "allow_private": True,
    "head_seconds": 20,
    "pace_seconds": 20,
    "pace_bytes": 1000,
}
FOREVER = 100_000
"""Answers so long that only their being ended ends them."""
GAP_SECONDS = 0.02


@contextmanager
def a_server(*answers):
    """A server on loopback; each connection is given the next answer, bit by bit.

    An answer is what is sent, in pieces; a pause lies between two.
    """
    waiting = list(answers)
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += self.request.recv(65536)
            server.asked.append(asked.decode())
            for piece in waiting.pop(0):
                try:
                    self.request.sendall(piece)
                except OSError:
                    server.ended.set()
                    return
                if over.wait(GAP_SECONDS if len(piece) < 5 else 0):
                    return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with serving(Server(("127.0.0.1", 0), Handler)) as server:
        server.asked, server.ended = [], threading.Event()
        server.port = server.server_address[1]
        server.address = f"http://127.0.0.1:{server.port}/list"
        yield server
        over.set()


def fetched(address, **fields):
    """What came, or the code and words of the refusal."""
    wanted = Wanted(what="guide", address=address, headers={"X-Key": "k"})
    into = io.BytesIO()
    try:
        answer = fetch(wanted, into, Limits(**{**LIMITS, **fields}))
    except FetchRefused as refusal:
        return refusal.code, refusal.message
    assert answer.digest == hashlib.sha256(into.getvalue()).hexdigest()
    return into.getvalue()


def dribble(count=FOREVER):
    return (b"x" for _ in range(count))


class TestTime:
    def test_a_head_that_never_ends(self):
        with a_server([HEAD + b"X: ", *dribble()]) as server:
            code, words = fetched(server.address, head_seconds=0.3)

            assert (code, words) == (
                "guide_unreachable",
                "The server did not respond in time.",
            )
            assert server.ended.wait(20)

    @pytest.mark.parametrize(
        "more",
        [b"\r\n", b"Content-Length: 900000\r\n\r\n"],
        ids=["no length", "a length"],
    )
    def test_a_byte_now_and_then(self, more):
        with a_server([HEAD + more, *dribble()]) as server:
            code, _ = fetched(server.address, pace_seconds=0.3)

            assert code == "guide_too_slow"
            assert server.ended.wait(20)

    def test_chunks_of_a_byte(self):
        chunks = (b"1\r\nx\r\n"[at : at + 3] for _ in range(FOREVER) for at in (0, 3))
        with a_server(
            [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *chunks]
        ) as server:
            assert fetched(server.address, pace_seconds=0.3)[0] == "guide_too_slow"

    def test_fast_enough_and_still_too_long_in_all(self):
        blocks = (b"x" * 4 for _ in range(FOREVER))
        with a_server([HEAD + b"\r\n", *blocks]) as server:
            code, words = fetched(server.address, seconds=0.5, pace_bytes=0)

            assert (code, words) == (
                "guide_unreachable",
                "It took longer than 0.5 seconds.",
            )

    def test_all_redirects_share_the_time_until_the_answer(self):
        moved = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nX: "
        with a_server(*[[moved, *dribble(8), b"\r\n\r\n"]] * 9) as server:
            assert fetched(server.address, head_seconds=0.3)[0] == "guide_unreachable"

    def test_what_is_slow_but_comes_to_its_end_in_the_first_stretch_is_taken(self):
        with a_server([HEAD + b"\r\n", *dribble(5)]) as server:
            assert fetched(server.address) == b"xxxxx"


class TestRedirects:
    def moved(self, location, body=()):
        head = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n"
        return chain([head], body)

    def test_many_are_followed_and_not_for_ever(self):
        for count, came in ((20, b"here"), (21, "guide_unreachable")):
            moves = [self.moved(b"/on") for _ in range(count)]
            with a_server(*moves, [HEAD + b"\r\nhere"]) as server:
                told = fetched(server.address)
            assert came in (told, told[0])

    def test_the_body_of_a_redirect_is_not_read(self):
        endless = (b"x" * 100_000 for _ in range(FOREVER))
        with a_server(self.moved(b"/there", endless), [HEAD + b"\r\nhere"]) as server:
            assert fetched(server.address) == b"here"

    @pytest.mark.parametrize(
        "location",
        [
            b"http://169.254.169.254/latest/meta-data/",
            b"http://[fe80::1]/",
            b"http://[::ffff:169.254.169.254]/",
            b"http://[fd00:ec2::254]/",
            b"http://100.100.100.200/",
            b"http://0.0.0.0/",
            b"http://2852039166/",
            b"//0xa9.254.0251.254/",
        ],
    )
    def test_none_leads_to_metadata_though_private_sources_are_allowed(self, location):
        with a_server(self.moved(location)) as server:
            assert fetched(server.address)[0] == "guide_address_forbidden"

    @pytest.mark.parametrize(
        "location",
        [
            b"file:///etc/passwd",
            b"gopher://x/",
            b"http://[",
            b"http://a..b/",
            b"http://",
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, location):
        with a_server(self.moved(location)) as server:
            assert fetched(server.address)[0] == "guide_unreachable"

    def test_own_headers_stay_with_their_host(self):
        with a_server([HEAD + b"\r\n"]) as other:
            to_other = self.moved(f"http://127.0.0.1:{other.port}/".encode())
            with a_server(self.moved(b"/same"), to_other) as server:
                fetched(server.address)

            assert all("X-Key: k" in asked for asked in server.asked)
            assert "X-Key" not in other.asked[0]

    def test_an_address_of_utf_8_is_percent_encoded(self):
        with a_server(self.moved("/ü?q=ß".encode()), [HEAD + b"\r\n"]) as server:
            fetched(server.address + "/é")

            assert server.asked[0].startswith("GET /list/%C3%A9 ")
            assert server.asked[1].startswith("GET /%C3%BC?q=%C3%9F ")


class TestNames:
    def test_a_name_that_leads_to_metadata_is_refused(self):
        asked = []

        def resolve(host, port):
            asked.append((host, port))
            return ["127.0.0.1", "169.254.169.254"]

        code, _ = fetched("http://metadata.example/", resolve=resolve)

        assert code == "guide_address_forbidden"
        assert asked == [("metadata.example", 80)]

    def test_a_name_is_looked_up_once_for_each_connection(self):
        answers = [["127.0.0.1"], ["169.254.169.254"]]
        with a_server([HEAD + b"\r\nhere"]) as server:
            address = f"http://rebinding.example:{server.port}/"

            assert fetched(address, resolve=lambda *_: answers.pop(0)) == b"here"
            assert len(answers) == 1


class TestMarks:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            (b'"1"', '"1"'),
            (b"\xff\xfe", ""),
            (b"x" * 2000, ""),
            (b"a\x00b", ""),
            (b"a\tb", ""),
        ],
    )
    def test_only_what_can_be_stored_and_sent_back_is_kept(self, sent, kept):
        with a_server([HEAD + b"ETag: " + sent + b"\r\n\r\n"]) as server:
            wanted = Wanted(what="guide", address=server.address, headers={})

            assert fetch(wanted, io.BytesIO(), Limits(**LIMITS)).etag == kept


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (b"", "guide_unreachable"),
            (b"nonsense\r\n\r\n", "guide_unreachable"),
            (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", "guide_unreachable"),
            (HEAD + b"X: " + b"y" * 100_000 + b"\r\n\r\n", "guide_unreachable"),
            (b"HTTP/1.1 500 No\r\n\r\n", "guide_unreachable"),
            (HEAD + b"Content-Length: 99\r\n\r\nx", "guide_truncated"),
            (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "guide_truncated"),
            (HEAD + b"\r\n" + b"x" * (2 << 20), "guide_too_large"),
        ],
    )
    def test_bad_ones_have_a_code(self, answer, code):
        with a_server([answer]) as server:
            assert fetched(server.address)[0] == code

    @pytest.mark.parametrize("encoding", [b"gzip", b"X-GZIP", b"UTF-8", b"none"])
    @pytest.mark.parametrize(
        "body", [LIST, gzip.compress(LIST), gzip.compress(gzip.compress(LIST))]
    )
    def test_what_is_packed_is_told_by_its_first_bytes(self, encoding, body):
        head = HEAD + b"Content-Encoding: " + encoding + b"\r\n\r\n"
        with a_server([head, body]) as server:
            came = fetched(server.address)

        assert b"".join(unpacked(io.BytesIO(came), longest=1 << 20)) == LIST

    def test_another_encoding_is_taken_off(self):
        head = HEAD + b"Content-Encoding: deflate\r\n\r\n"
        with a_server([head, zlib.compress(LIST)]) as server:
            assert fetched(server.address) == LIST

    def test_nobody_is_there(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]

        assert fetched(f"http://127.0.0.1:{port}/")[0] == "guide_unreachable"

    @pytest.mark.parametrize(
        "address",
        ["http://a..b/", "http://[::1", "http://x:99999/", "http://\0/", "ftp://x/"],
    )
    def test_no_address_at_all(self, address):
        assert fetched(address)[0] == "guide_unreachable"
