"""The demo is patient with a machine that is busy, and does nothing twice for it."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lineup.testing.serving import serving
from lineup_local.demo.api import Api, DemoRefused

TRIED = []


class BusyAtFirst(BaseHTTPRequestHandler):
    """Answers 504 to the first try of each path, and remembers the keys."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        tries = [path for path, _ in TRIED]
        TRIED.append((self.path, self.headers["Idempotency-Key"]))
        code = 504 if self.path not in tries else 200
        code = 409 if self.path.endswith("/refused") else code
        body = json.dumps({"token": "secret"}).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@pytest.fixture
def api():
    TRIED.clear()
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), BusyAtFirst)) as server:
        yield Api(f"http://127.0.0.1:{server.server_port}", "root", "password")


def test_what_was_not_done_in_time_is_asked_again_under_its_key(api):
    api.post("/customers", name="Ana")

    keys = dict.fromkeys(TRIED)
    assert [path for path, _ in TRIED] == [
        *["/api/v1/tokens"] * 2,
        *["/api/v1/customers"] * 2,
    ]
    assert len(keys) == 2
    assert all(key for _, key in keys)


def test_a_refusal_is_told_at_once(api):
    with pytest.raises(DemoRefused, match="409"):
        api.post("/refused")
    assert [path for path, _ in TRIED].count("/api/v1/refused") == 1
