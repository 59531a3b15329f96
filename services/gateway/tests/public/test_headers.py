"""Whatever tenants typed: header fields stay one line of ASCII, answers below 500."""

from itertools import pairwise
from urllib.parse import quote, urlencode, urlsplit

import pytest
from gunicorn.http.wsgi import HEADER_VALUE_RE
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.test import create_environ

from gateway.public.addresses import as_uri
from gateway.public.answers import (
    CANNOT_BE_ENCODED,
    NO_ADDRESS,
    PlayerResponse,
    sendable,
)
from gateway.public.worker import written

LIVE, ARCHIVE = "/live/{}/101.ts", "/live/{}/101.ts?utc=1772440200"
LISTS = ("/get.php?{}", "/player_api.php?{}", "/xmltv.php?{}", "/panel_api.php?{}")
HOSTS = st.sampled_from(
    ["tv.example", "bücher.example", "[::1]", "[::1", "::1", "a..b", "a b", "", "@"]
)
ENDINGS = st.text(max_size=40) | st.text("/\\\r\n\t:@[]%#?&é\u2028\x00 ab", max_size=40)
SCHEMES = st.sampled_from(
    ["http://", "https://", "udp://@", "rtmp://", "javascript:", "data:", "//", ""]
)
ADDRESSES = st.builds("{}{}{}".format, SCHEMES, HOSTS, ENDINGS) | ENDINGS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the store of an example lies in place of the one before: what is the same
    in all of them is written once.
    """
    return tmp_path_factory.mktemp("blobs")


def read(body):
    """Take a body as servers do: to its end, and closed."""
    for _ in body:
        pass
    getattr(body, "close", lambda: None)()


def fetched(layer, path):
    """An answer as a thread gives it, and what the quick way would send, if it would."""
    environ = create_environ(path, "http://tv")
    responses = []
    body = layer(environ, lambda status, headers: responses.append((status, headers)))
    read(body)
    quick = layer.answer_from_memory(create_environ(path, "http://tv"))
    return (*responses[0], written(quick, b"") if quick else None)


def assert_well_formed(status, headers, quick):
    assert int(status[:3]) < 500
    for _, value in headers:
        assert HEADER_VALUE_RE.fullmatch(value), value
        assert value.isascii(), value
    if quick is not None:
        head = quick.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        assert all(line.isprintable() for line in head)
        assert head[0] == f"HTTP/1.1 {status}"


@given(ADDRESSES, st.sampled_from(["none", "secure_link"]))
@example("http://kanäle.example/ä/ů?ö=ů#é", "none")
@example("http://edge.example/\u2028", "secure_link")
@example("http://[::1/x", "none")
@example("http://a..b/x", "none")
@example("http://edge.example:99999/x", "none")
@example("http://edge.example/\r\nSet-Cookie: a=b", "none")
@example("javascript:alert(1)", "none")
@settings(max_examples=60)
def test_any_address_of_a_channel(store_of, folder, address, signing):
    store = store_of(folder, address=address, signing=signing)
    layer = store.layer()
    for path in (LIVE, ARCHIVE):
        status, headers, quick = fetched(layer, path.format("alice0001/secret-pass"))
        assert_well_formed(status, headers, quick)
        if (responses := dict(headers).get("Location")) is not None:
            assert status == "302 Found"
            assert urlsplit(responses).hostname
            assert urlsplit(responses).scheme not in {"javascript", "data", ""}
        else:
            assert status == "404 Not Found"


TEXTS = st.text(min_size=1, max_size=60)


@given(TEXTS, TEXTS, TEXTS | ADDRESSES)
@example("ünï\r\n", "pä\u2028ss", "http://[::1")
@settings(max_examples=40)
def test_any_name_password_and_public_address_of_a_user(
    store_of, folder, username, password, public_url
):
    store = store_of(
        folder, username=username, password=password, public_url=public_url
    )
    name, secret = quote(username, safe=""), quote(password, safe="")
    layer = store.layer()
    for path in (*LISTS, store.link, store.link.replace("m3u8", "xml")):
        assert_well_formed(
            *fetched(layer, path.format(f"username={name}&password={secret}"))
        )
    assert_well_formed(*fetched(layer, LIVE.format(f"{name}/{secret}")))


VALUES = st.text(max_size=40)


@given(VALUES, VALUES)
@example("Mon, 01 Jan 99999999999 00:00:00 GMT", "*")
@settings(max_examples=60)
def test_any_condition_of_a_player(store_of, folder, since, tag):
    store = store_of(folder)
    layer = store.layer()
    for fields in (
        {"HTTP_IF_MODIFIED_SINCE": since},
        {"HTTP_IF_NONE_MATCH": tag, "HTTP_ACCEPT_ENCODING": since},
    ):
        environ = create_environ(store.link, "http://tv") | fields
        responses = []
        read(layer(environ, lambda status, _: responses.append(status)))  # noqa: B023
        assert responses[0] in {"200 OK", "304 Not Modified"}


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("http://edge.example/a/1.m3u8", "http://edge.example/a/1.m3u8"),
        ("http://edge.example/ch 1?q=é", "http://edge.example/ch%201?q=%C3%A9"),
        ("http://bücher.example/ů", "http://xn--bcher-kva.example/%C5%AF"),
        ("http://u:p@edge.example:8080/a%20b", "http://u:p@edge.example:8080/a%20b"),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]:80/x"),
        ("udp://@239.1.1.1:1234", "udp://@239.1.1.1:1234"),
        (" http://edge.example/x ", "http://edge.example/x"),
        ("http://[::1", None),
        ("http://::1/x", None),
        ("http://a..b/x", None),
        ("http://edge.example:99999/", None),
        ("http://edge.example:port/", None),
        ("http:///x", None),
        ("http://a b/x", None),
        ("http://edge.example/a\nb", None),
        ("http://edge.example/a\u2028b", None),
        ("acestream://0123456789abcdef", "acestream://0123456789abcdef"),
        ("plugin://plugin.video.x/?a=1&b=2", "plugin://plugin.video.x/?a=1&b=2"),
        ("JavaScript://edge.example/%0aalert(1)", None),
        ("file://edge.example/etc/passwd", None),
        ("javascript:alert(1)", None),
        ("javascript://edge.example/%0aalert(1)", None),
        ("http://" + "a" * 64 + ".example/", None),
        ("http://edge.example/" + "ä" * 9000, None),
        ("", None),
    ],
)
def test_an_address_becomes_a_uri_or_is_none(address, uri):
    assert as_uri(address) == uri


def test_a_channel_without_a_sound_address_is_told_so(store_of, tmp_path):
    player = store_of(tmp_path, address="http://[::1/x").player()

    answer = player.get(LIVE.format("alice0001/secret-pass"))

    assert (answer.status_code, answer.text) == (404, NO_ADDRESS)


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "ů", "\x00", "a\n"])
def test_what_cannot_stand_in_a_header_field_ends_with_its_answer(value):
    answer = PlayerResponse("302 Found", [("Location", value)])

    assert written(answer, b"") is None
    answer = sendable(answer)
    assert (answer.status, answer.body) == (
        "404 Not Found",
        (CANNOT_BE_ENCODED.encode(),),
    )


def test_an_escape_in_a_signed_path_is_signed_as_the_server_reads_it():
    from gateway.public.streams import signed

    one, other = (
        signed(f"http://edge.example/{path}", "secret", 1) for path in ("%FF", "%FE")
    )
    marks = [address.partition("?")[2] for address in (one, other)]
    assert all(first != second for first, second in pairwise(marks))


ACTIONS = st.sampled_from(
    [
        "get_live_streams",
        "get_short_epg",
        "get_simple_data_table",
        "get_live_categories",
        "get_vod_info",
        "get_series_info",
    ]
)
NUMBERS = st.sampled_from(
    ["101", "-1", "9" * 5000, "1e9", "\u0661", "NaN", "0x1", "1.5", "", "\x00"]
)
STARTS = VALUES | st.sampled_from(
    [
        "9999-12-31:23-59",
        "0001-01-01:00-00",
        "9" * 400,
        "20260131-18",
        "2026-02-30:01-01",
    ]
)


@given(ACTIONS | VALUES, NUMBERS | VALUES, STARTS, st.binary(max_size=200))
@settings(max_examples=60)
def test_any_question_of_a_player(store_of, folder, action, number, start, body):
    known = {"username": "alice0001", "password": "secret-pass"}
    requested = {
        "action": action,
        "stream_id": number,
        "category_id": number,
        "limit": number,
        "stream": number,
        "start": start,
        "utc": start,
    }
    layer = store_of(folder).layer()
    for path in (
        "/player_api.php",
        "/panel_api.php",
        "/streaming/timeshift.php",
        "/xmltv.php",
        "/live/alice0001/secret-pass/101.ts",
        f"/timeshift/alice0001/secret-pass/60/{quote(start, safe='')}/101.ts",
    ):
        query = urlencode(known | requested)
        for target in (f"{path}?{query}", f"{path}?{query[:-3]}%"):
            status, headers, quick = fetched(layer, target)
            assert_well_formed(status, headers, quick)
        posted = create_environ(path, "http://tv", method="POST", data=body)
        responses = []
        read(layer(posted, lambda status, _: responses.append(status)))  # noqa: B023
        assert int(responses[0][:3]) < 500
