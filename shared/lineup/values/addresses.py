"""Addresses (RFC 3986, RFC 3987): parsed, and kept as ASCII that any header can bear.

What is right already stays as it is, character by character: signed addresses would
break otherwise. Letters of other alphabets and blanks are percent-encoded, host names
are put into their ASCII form (IDNA 2008); what no address has is refused.
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, quote, urlsplit

from lineup.validation import FieldCode
from lineup.values.bad_value import BadValueError
from lineup.values.text import IN_A_LINE

LONGEST = 2000
WEB = frozenset({"http", "https"})
NO_STREAM = frozenset(
    {"about", "blob", "data", "file", "filesystem", "jar", "javascript", "mailto"}
    | {"resource", "vbscript", "view-source"}
)
"""Schemes that run something, or read what lies on the viewer's own machine."""
WITHOUT_HOST = frozenset({"acestream", "dvb", "infohash", "magnet", "sop"})
"""Schemes of players whose addresses name no host."""

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
AUTHORITY = re.compile(
    r"(?:(?P<user>.*)@)?(?P<host>\[[^\[\]@]*\]|[^\[\]:@]*)(?P<port>:[0-9]{0,5})?"
)
HOST_AND_PORT = re.compile(r"^(\[.*\]|[^:]+):[0-9]{1,5}$")
LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
IN_USER = "!$&'()*+,;=:~%"
IN_PATH = IN_USER + "@/"
IN_QUERY = IN_PATH + "?"


def web_address(text: str) -> str:
    """An http or https address; BadValueError for any other, or for none at all."""
    parts = _split(text)
    if parts.scheme not in WEB:
        raise _wrong("Only http and https URLs are allowed.")
    return _put_together(parts, _authority(parts))


def stream_address(text: str) -> str:
    """An address that players open: http, rtmp, rtsp, udp, srt and the like."""
    parts = _split(text)
    if parts.scheme in WEB:
        return web_address(text)
    if parts.scheme in NO_STREAM or " " in text:
        raise _wrong("Players cannot open this URL.")
    if text[len(parts.scheme) + 1 :].startswith("//"):
        return _put_together(parts, _authority(parts, needs_host=False))
    if parts.scheme in WITHOUT_HOST and (parts.path or parts.query):
        return _put_together(parts, "")
    raise _wrong("Players cannot open this URL.")


def public_url(text: str) -> str:
    """An http address without path, query or trailing slash."""
    try:
        parts = urlsplit(web_address(text.rstrip("/")))
    except BadValueError:
        raise _no_public_url() from None
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise _no_public_url()
    return f"{parts.scheme}://{parts.netloc}"


WRONG_NETWORK = "Enter an IP address or a network such as 192.0.2.0/24."


def network(text: str) -> str:
    """An IP address or a network, such as 192.0.2.0/24, as it is usually written."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise BadValueError(FieldCode.NETWORK_INVALID, WRONG_NETWORK) from None


def host_name(text: str) -> str:
    """The name or IP address of a host, as ASCII; IPv6 without its brackets."""
    if text.startswith("[") and text.endswith("]"):
        return _ipv6(text[1:-1])
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        return _ipv6(text) if ":" in text else _name(text)


def stream_host(text: str) -> str:
    """The host of a streaming server, without its port; or all below a name, written
    `*.example.net`.
    """
    bare = re.sub(r"^https?://", "", text, flags=re.IGNORECASE).partition("/")[0]
    bare = HOST_AND_PORT.sub(r"\1", bare)
    if bare.startswith("*."):
        return f"*.{_name(bare[2:]).removesuffix('.')}"
    return host_name(bare).removesuffix(".")


def is_on(host: str, known: Iterable[str]) -> bool:
    """Whether a host is one of those that `stream_host` gave, or below one."""
    host = host.lower().removesuffix(".")
    below = {f"*{host[at:]}" for at, sign in enumerate(host) if sign == "."}
    return not below.union({host}).isdisjoint(known)


def shop_domain(text: str) -> str:
    """The bare host of a shop, also when its whole address was given."""
    bare = re.sub(r"^https?://", "", text, flags=re.IGNORECASE)
    return host_name(bare.partition("/")[0])


def _split(text: str) -> SplitResult:
    scheme = SCHEME.match(text)
    if scheme is None or len(text) > LONGEST or IN_A_LINE.search(text):
        raise _wrong()
    try:
        return urlsplit(text)
    except ValueError:
        raise _wrong() from None


def _authority(parts: SplitResult, *, needs_host: bool = True) -> str:
    """User, host and port, each as it must be written."""
    found = AUTHORITY.fullmatch(parts.netloc)
    if found is None:
        raise _wrong()
    user, host, port = found["user"], found["host"], found["port"] or ""
    if port and not 0 < int(port[1:] or 1) <= 65535:
        raise _wrong("A port is a number from 1 to 65535.")
    if not host and (needs_host or len(port) < 2):
        raise _wrong("The URL has no host name.")
    sign_in = "" if user is None else f"{_encoded(user, IN_USER)}@"
    return f"{sign_in}{_host(host)}{port if len(port) > 1 else ''}"


def _host(text: str) -> str:
    if not text:
        return ""
    return f"[{_ipv6(text[1:-1])}]" if text.startswith("[") else _name(text)


def _ipv6(text: str) -> str:
    """An IPv6 address in its short form; a zone means nothing on another machine."""
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        raise BadValueError(
            FieldCode.HOST_INVALID, "This is not an IPv6 address."
        ) from None
    if address.scope_id is not None:
        raise BadValueError(FieldCode.HOST_INVALID, "An address here has no zone.")
    return address.compressed


def _name(text: str) -> str:
    name = text if text.isascii() else _idna(text)
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise BadValueError(FieldCode.HOST_INVALID, "This is not a valid host name.")
    return name.lower()


def _idna(text: str) -> str:
    import idna

    try:
        return idna.encode(text[:254], uts46=True).decode()
    except UnicodeError:
        raise BadValueError(
            FieldCode.HOST_INVALID, "This is not a valid host name."
        ) from None


def _put_together(parts: SplitResult, authority: str) -> str:
    path = _encoded(parts.path, IN_PATH)
    query = _encoded(parts.query, IN_QUERY)
    fragment = _encoded(parts.fragment, IN_QUERY)
    rest = path + (query and f"?{query}") + (fragment and f"#{fragment}")
    address = f"{parts.scheme}:{authority and f'//{authority}'}{rest}"
    if len(address) > LONGEST:
        raise _wrong(f"At most {LONGEST} characters.")
    return address


def _encoded(text: str, allowed: str) -> str:
    return quote(STRAY_PERCENT.sub("%25", text), safe=allowed)


def _wrong(message: str = "This is not a valid URL.") -> BadValueError:
    return BadValueError(FieldCode.ADDRESS_INVALID, message)


def _no_public_url() -> BadValueError:
    return BadValueError(
        FieldCode.PUBLIC_URL_INVALID, "Enter a URL such as https://tv.example."
    )
