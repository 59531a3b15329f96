"""Reads the simplest requests straight from their bytes; leaves all others alone.

Simple is: GET or HEAD, HTTP/1.1, one Host, no body, nothing said about the connection.
Only what the public addresses look at is kept. Whatever is the least unusual (a second
request behind the first, a field said twice, odd characters) is left to gunicorn's
parser, so nothing is read here that it would read otherwise.
"""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

LONGEST_TARGET = 2048
SIMPLE = re.compile(
    rb"(GET|HEAD) (/[!\"$-~]*) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]+:[\t -~\x80-\xff]*\r\n){1,64})\r\n"
)
NOT_SIMPLE = re.compile(
    rb"^(?:content-length|transfer-encoding|connection|upgrade|expect|http2-settings"
    rb"|trailer|te):",
    re.IGNORECASE | re.MULTILINE,
)
KEPT = re.compile(
    rb"^(host|accept-encoding|if-none-match|if-modified-since|user-agent|referer"
    rb"|x-forwarded-for|x-original-uri|x-real-ip):"
    rb"[ \t]*([^\r\n]*?)[ \t]*\r$",
    re.IGNORECASE | re.MULTILINE,
)
NAMES = {
    b"host": "HTTP_HOST",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"user-agent": "HTTP_USER_AGENT",
    b"referer": "HTTP_REFERER",
    b"x-forwarded-for": "HTTP_X_FORWARDED_FOR",
    b"x-original-uri": "HTTP_X_ORIGINAL_URI",
    b"x-real-ip": "HTTP_X_REAL_IP",
}


def environ_of(head: bytes) -> dict[str, Any] | None:
    """What WSGI calls a request, as far as it is kept; None when it is not simple."""
    simple = SIMPLE.fullmatch(head)
    if simple is None:
        return None
    method, target, fields = simple.groups()
    if len(target) > LONGEST_TARGET or NOT_SIMPLE.search(fields):
        return None
    path, _, query = target.partition(b"?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method.decode(),
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode(),
        "RAW_URI": target.decode(),
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    for name, value in KEPT.findall(fields):
        key = NAMES[name.lower()]
        if key in environ:
            return None
        environ[key] = value.decode("latin-1")
    return environ if "HTTP_HOST" in environ else None
