"""Nothing that is sent makes the gateway fail: bad input gets an answer below 500."""

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from gateway.uploads import longest_for
from lineup.context import Role

API = "/api/v1"
DEEP = "[" * 100_000
BODIES = {
    "deep": DEEP.encode(),
    "deep and whole": (DEEP + "]" * 100_000).encode(),
    "deep objects": (b'{"a":' * 20_000) + b"1" + b"}" * 20_000,
    "a number of many digits": b'{"username": ' + b"9" * 5000 + b"}",
    "a huge float": b'{"username": 1e999999}',
    "not a number": b'{"username": NaN, "password": -Infinity}',
    "no UTF-8": b'{"username": "\xff\xfe"}',
    "half a surrogate": b'{"username": "\\ud800", "password": "\\udfff"}',
    "a NUL": b'{"username": "a\\u0000", "password": "\\u0000"}',
    "UTF-16": '{"username": "a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"username": "a"}',
    "a list": b"[1, 2]",
    "a text": b'"text"',
    "null": b"null",
    "twice": b'{"username": "a", "username": "b"}',
    "half": b'{"username": ',
    "nothing": b" ",
    "nested where text belongs": b'{"username": {"a": [1]}, "password": [[]]}',
    "a name of many letters": b'{"' + b"a" * 500_000 + b'": 1}',
}
FIELDS = {
    "a huge length": {"Content-Length": "9" * 400},
    "no length": {"Content-Length": "x"},
    "an odd type": {"Content-Type": "application/json; charset=\xff"},
    "an unknown coding": {"Content-Type": "application/json; charset=zlib"},
    "an odd boundary": {"Content-Type": "multipart/form-data; boundary=\xff"},
    "no boundary": {"Content-Type": "multipart/form-data"},
    "an odd token": {"Authorization": "Bearer \xff\xfe"},
    "an odd login": {"Authorization": "Basic \xff"},
    "a broken login": {"Authorization": "Basic bm9uZQ"},
    "a digest": {"Authorization": 'Digest username="\xff'},
    "an odd cookie": {"Cookie": 'lineup=\xff\x80; lineup="\\777"; =; ;;'},
    "a broken cookie": {"Cookie": "lineup=.eJw\xff.x.y"},
    "an odd key": {"Idempotency-Key": "\xff" * 300},
    "an odd id": {"X-Request-ID": "\xff\xfe" * 10},
    "an odd trace": {"traceparent": "00-zz-\xff-01"},
    "a date in no year": {"If-Modified-Since": "Mon, 01 Jan 99999999999 00:00:00 GMT"},
    "an odd condition": {"If-None-Match": '"\xff', "If-Match": "\xff"},
    "an odd range": {"Range": "bytes=99999999999999999999-,x", "If-Range": "\xff"},
    "odd choices": {"Accept": "\xff;q=x, */*;q=99", "Accept-Language": "\xff;q=nan"},
    "an odd host": {"Host": "[::1"},
    "a host of letters": {"Host": "\xff\xfe"},
    "an odd proxy": {
        "X-Forwarded-For": "\xff",
        "X-Forwarded-Host": "[",
        "Forwarded": "x",
    },
    "an odd origin": {"Origin": "http://[", "Referer": "http://[::1"},
    "a part of a page": {"HX-Request": "\xff", "HX-Current-URL": "http://["},
}
QUERIES = [
    "limit=99999999999999999999&after=x",
    "limit=" + "9" * 5000,
    "search=%FF%FE%00&order=%ED%A0%80",
    "=&&&;;%&%zz",
    "account_id[]=x&account_id={}",
    "next=//[&search=" + "%5B" * 2000,
    "day=99999-99-99&hour=99&number=%D9%A1",
    "from_at=0001-01-01&until_at=9999-12-31T23:59:59.999999999Z",
    "page=-1&start=99999999999999999999999",
]
PAGES = ["/", "/sign-in", "/help", "/assets/x", "/logos/x", "/guide", "/customers"]
PLAYERS = [
    "/player_api.php",
    "/panel_api.php",
    "/get.php",
    "/xmltv.php",
    "/streaming/timeshift.php",
    "/p/tokentoken1.m3u8",
    "/live/a/b/1.ts",
    "/a/b/1",
    "/timeshift/a/b/60/2026-01-01:00-00/1.ts",
    "/xmltv/a/b.xml.gz",
]


def send(client, path, method="GET", **more):
    """What is answered: below 500, and in the API's form where that is due."""
    answer = client.open(path, method=method, **more)
    assert answer.status_code < 500, (path, more, answer.get_data(as_text=True)[:500])
    if path.startswith(API) and answer.status_code >= 400 and method != "HEAD":
        assert answer.json["code"], answer.json
    return answer


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded"]
)
def test_any_body(client, kind):
    token = {"Authorization": f"Bearer token-of-{Role.PARTNER.value}"}
    for content in BODIES.values():
        sent = {"data": content, "content_type": kind}
        assert send(client, f"{API}/tokens", "POST", **sent).status_code >= 400
        for path in ("/customers", "/guide-sources/file", "/channel-imports"):
            send(client, f"{API}{path}", "POST", headers=token, **sent)
        for page in ("/sign-in", "/customers/new"):
            send(client, page, "POST", **sent)


def test_json_that_is_too_deep_says_so(client):
    answer = send(
        client,
        f"{API}/tokens",
        "POST",
        data=DEEP,
        content_type="application/json",
    )

    assert (answer.status_code, answer.json["code"]) == (400, "malformed_json")


def test_any_header_field(client):
    for fields in FIELDS.values():
        for path in (f"{API}/customers", f"{API}/errors", *PAGES, *PLAYERS):
            send(client, path, headers=fields)
        send(client, f"{API}/tokens", "POST", headers=fields, data=b"{}")
        send(client, "/sign-in", "POST", headers=fields, data=b"a=b")


def test_any_query(api, browser):
    client = browser(Role.PARTNER)
    for query in QUERIES:
        for path in ("/customers", "/channels", "/deliveries", "/orders", "/transfers"):
            answer = api("GET", f"{path}?{query}")
            assert answer.status_code < 500, (path, query, answer.text)
        for page in ("/customers", "/guide", "/channels", "/sales", "/search", "/help"):
            send(client, f"{page}?{query}")


def test_any_method_anywhere(client):
    for path in (f"{API}/tokens", f"{API}/nothing", *PAGES, *PLAYERS):
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "HEAD"):
            send(client, path, method, data=b"[" * 5000)


TEXTS = st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.decode("latin-1"))


@given(st.sampled_from([*PAGES, *PLAYERS, f"{API}/customers", f"{API}/"]), TEXTS, TEXTS)
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_address(app, path, more, query):
    rpc_request = environ("GET", (path + more).encode().decode("latin-1"))
    rpc_request["QUERY_STRING"] = query.encode().decode("latin-1")

    assert status_of(app, rpc_request) < 500


@pytest.mark.parametrize(
    ("host", "status"),
    [("[:::]", 200), ("xn--strae-oqa.example", 200), ("xn--a", 200), ("a..b", 400)],
)
def test_any_host(app, host, status):
    assert status_of(app, environ("GET", "/sign-in") | {"HTTP_HOST": host}) == status


@pytest.mark.parametrize("query", ["\r", "a=b\nc: d", "\x00", "a\x7f"])
def test_a_query_with_control_characters_is_refused(app, query):
    rpc_request = environ("GET", "/help") | {"QUERY_STRING": query}

    assert status_of(app, rpc_request) == 400


def environ(method, path):
    """A request as a WSGI server gives it, whatever stands in the path."""
    return EnvironBuilder("/", method=method).get_environ() | {"PATH_INFO": path}


def status_of(app, rpc_request):
    body, status, _ = run_wsgi_app(app, rpc_request, buffered=True)
    b"".join(body)
    return int(status[:3])


def test_any_file(client, api):
    for name in ("a\r\nb", "\xff", "../../x", "a" * 5000, ""):
        for content in (b"", b"\xff\xfe\x00", b"#EXTM3U\n"):
            answer = api(
                "POST",
                "/channel-imports/file?partner_id=x",
                data={"file": (io.BytesIO(content), name)},
            )
            assert answer.status_code < 500, answer.text
    broken = b'--x\r\nContent-Disposition: form-data; name="\xff"; filename*=x\r\n\r\n'
    for part in (broken, broken * 2000, b"--x", b"--x--", b"\xff" * 100):
        answer = api(
            "POST",
            "/guide-sources/file",
            data=part,
            content_type="multipart/form-data; boundary=x",
        )
        assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize(
    ("method", "path", "takes_files"),
    [
        ("POST", f"{API}/channel-imports/file", True),
        ("POST", f"{API}/guide-sources/file", True),
        ("POST", "/guide/sources/new", True),
        ("POST", "/channels/import", True),
        ("POST", f"{API}/tokens", False),
        ("POST", "/sign-in", False),
        ("POST", "/no-such-page", False),
        ("POST", "//evil.example", False),
        ("BREW", "/sign-in", False),
        ("POST", "/player_api.php", False),
    ],
)
def test_only_where_files_are_taken_a_body_may_be_long(app, method, path, takes_files):
    longest = longest_for(app)(method, path)

    assert (longest > 2 << 20) is takes_files
    assert (longest == 1 << 20) is not takes_files


def test_a_body_that_is_said_to_be_too_long_is_refused_unread(app):
    for length, status in ((str(2 << 20), 413), ("9" * 400, 413), ("x", 422)):
        rpc_request = environ("POST", f"{API}/tokens")
        rpc_request |= {"CONTENT_LENGTH": length, "CONTENT_TYPE": "application/json"}

        assert status_of(app, rpc_request) == status, length


def test_numbers_of_any_size_in_a_body(api):
    for number in ("1" * 4000, "1e400", "-1", "1.5", "9223372036854775808"):
        body = json.dumps({"name": "N", "months": "N", "amount": "N"})
        for path in ("/products", "/plans", "/top-ups", "/customers"):
            answer = api(
                "POST",
                path,
                data=body.replace('"N"', number),
                content_type="application/json",
            )
            assert 400 <= answer.status_code < 500, (path, number, answer.text)
