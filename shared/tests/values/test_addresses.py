"""Addresses are kept as any header can bear them, or refused."""

import pytest

from lineup.values.addresses import (
    host_name,
    is_on,
    public_url,
    shop_domain,
    stream_address,
    stream_host,
    web_address,
)
from lineup.values.bad_value import BadValueError
from lineup.values.mail import find_mail_address, mail_address

RIGHT_ALREADY = [
    "http://h.example/a/b.ts?token=a%2Fb%3D&x[]"[:-4],
    "https://user:pass@h.example:8443/p;x=1/(y)!'*?q=a+b&c=/?#frag",
    "http://[2001:db8::1]:8080/x",
    "http://192.0.2.1/live/a//b",
    "udp://@239.0.0.1:1234",
    "udp://:1234",
    "rtp://@:5004",
    "rtmp://h.example/app/stream",
    "rtsp://h.example:554/x",
    "srt://h.example:9000?mode=caller",
    "mms://h.example/x",
    "acestream:0123456789abcdef",
    "magnet:?xt=urn:btih:abc",
    "http://my_host/x",
]


@pytest.mark.parametrize("address", RIGHT_ALREADY)
def test_what_is_right_stays_as_it_is(address):
    assert stream_address(address) == address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            "http://exämple.de/ß?q=ü#é",
            "http://xn--exmple-cua.de/%C3%9F?q=%C3%BC#%C3%A9",
        ),
        ("http://例え.テスト/ж", "http://xn--r8jz45g.xn--zckzah/%D0%B6"),
        ("HTTP://H.Example/A", "http://h.example/A"),
        ("http://h.example/a b", "http://h.example/a%20b"),
        ("http://h.example/100%", "http://h.example/100%25"),
        ('http://h.example/<"{|}>', "http://h.example/%3C%22%7B%7C%7D%3E"),
        ("http://us er:p@ß@h.example/", "http://us%20er:p%40%C3%9F@h.example/"),
        ("http://good.example\\@evil.example/", "http://good.example%5C@evil.example/"),
        ("http://h.example:/x", "http://h.example/x"),
        ("http://[2001:DB8:0::1]/", "http://[2001:db8::1]/"),
    ],
)
def test_what_no_header_bears_is_encoded(typed, kept):
    assert stream_address(typed) == kept
    assert web_address(typed) == kept
    assert web_address(kept) == kept


NO_ADDRESS = [
    "",
    "h.example/x",
    "//h.example/x",
    "http:h.example",
    "http://",
    "http:///x",
    "http://[::1",
    "http://::1]/",
    "http://[::1]x/",
    "http://[fe80::1%25eth0]/",
    "http://[zz]/",
    "http://h.example:99999/",
    "http://h.example:0/",
    "http://h.example:x/",
    "http://h.example:١٢/",
    "http://a..b/",
    "http://-a.example/",
    "http://a b/",
    "http://☃.example/",
    "http://h.example\\x/",
    "http://" + "a" * 64 + ".example/",
    "http://" + "a." * 130 + "example/",
    "http://" + "ü" * 100_000,
    "http://h.example/" + "ü" * 1000,
    "http://h.example/\r\nSet-Cookie: a=b",
    "http://h.example/\x00",
    "http://h.example/\x7f",
    "http://h.example/\u2028",
    "http://h.example/\ud800",
    "javascript:alert(1)",
    "JavaScript://h.example/%0aalert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "view-source:http://h.example",
    "rtmp://h.example/app live=1",
    "[" * 100_000,
]


@pytest.mark.parametrize("address", NO_ADDRESS, ids=lambda text: repr(text[:40]))
@pytest.mark.parametrize("read", [web_address, stream_address])
def test_what_is_none_is_refused(read, address):
    with pytest.raises(BadValueError) as refused:
        read(address)

    assert refused.value.code in {"address_invalid", "host_invalid"}


@pytest.mark.parametrize("address", ["rtmp://h.example/x", "udp://@239.0.0.1:1234"])
def test_only_the_web_is_fetched(address):
    with pytest.raises(BadValueError):
        web_address(address)


def test_a_public_url_is_scheme_host_and_port():
    assert public_url("https://TV.example/") == "https://tv.example"
    assert (
        public_url("http://müller.example:8080") == "http://xn--mller-kva.example:8080"
    )
    for wrong in (
        "https://tv.example/x",
        "https://a@tv.example",
        "https://tv.example?x",
    ):
        with pytest.raises(BadValueError) as refused:
            public_url(wrong)
        assert refused.value.code == "public_url_invalid"


def test_hosts_are_names_or_ip_addresses():
    assert host_name("Mail.Example") == "mail.example"
    assert host_name("müller.example") == "xn--mller-kva.example"
    assert host_name("127.0.0.1") == "127.0.0.1"
    assert host_name("::1") == host_name("[::1]") == "::1"
    assert shop_domain("https://Demo.myshopify.com/admin") == "demo.myshopify.com"
    for wrong in ("a..b", "a b", "a:25", "-a", "a\r\n", "[", "x" * 300, "."):
        with pytest.raises(BadValueError):
            host_name(wrong)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Edge.example", "edge.example"),
        ("*.CDN.example", "*.cdn.example"),
        ("http://edge.example:8080/live/x.m3u8", "edge.example"),
        ("10.0.0.7:8080", "10.0.0.7"),
        ("[2001:db8:0::1]", "2001:db8::1"),
        ("[2001:db8::1]:8080", "2001:db8::1"),
        ("http://[::1]:8080/x", "::1"),
        ("2001:db8::1:8080", "2001:db8::1:8080"),
        ("a.example.", "a.example"),
        ("https://A.example.:8443/live", "a.example"),
        ("*.a.example.", "*.a.example"),
        ("*.bücher.example", "*.xn--bcher-kva.example"),
    ],
)
def test_where_streams_are_is_a_host_or_all_below_one(text, host):
    assert stream_host(text) == host


@pytest.mark.parametrize(
    "text",
    ["*", "*.", "a.*.example", "a:b:8080", "a b", "", ".", "[::1]:x", "[::1]8", "a:"],
)
def test_what_names_no_host_is_refused(text):
    with pytest.raises(BadValueError):
        stream_host(text)


def test_a_host_is_known_by_its_name_or_by_one_above():
    assert is_on("EDGE.example", ["edge.example"])
    assert is_on("a.b.example", ["*.example"])
    assert is_on("edge.example.", ["edge.example"])
    assert is_on("a.b.example.", ["*.example"])
    assert not is_on("example", ["*.example"])
    assert not is_on("example.", ["*.example", "*."])
    assert not is_on("badexample", ["*.example", "example"])
    assert not is_on("edge.example", [])


@pytest.mark.parametrize(
    "text",
    [
        "x@example",
        "x",
        "@",
        "a@b.example\r\nBcc: c@d.example",
        "a\u2028@b.example",
        "a@b\u2028.example",
        "a@b..example",
        "a@-b.example",
        "a@[192.0.2.1]",
        "a@192.0.2.1",
        "a@b@c.example",
        "Anna <a@b.example>",
        '"a b"@c.example',
        "a@b.example, c@d.example",
        "a" * 65 + "@b.example",
        "a@" + "b." * 130 + "example",
        "a@b.example\x00",
        "a@\ud800.example",
    ],
    ids=lambda text: repr(text[:30]),
)
def test_what_no_mail_goes_to_is_no_mail_address(text):
    assert find_mail_address(text) is None
    with pytest.raises(BadValueError) as refused:
        mail_address(text)
    assert refused.value.code == "email_invalid"


def test_a_mail_address_has_one_form():
    assert find_mail_address(" Anna@B.Example \r\n") == "Anna@b.example"
    assert find_mail_address("ü@müller.example") == "ü@müller.example"
