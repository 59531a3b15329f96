"""Files fetched from addresses that partners name, without trusting them.

Only http and https are spoken. Where connections may lead says `lineup.outbound`, on
every redirect anew; how long all of it may take says `watchdog`.
"""

import hashlib
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from urllib3.exceptions import (
    HTTPError,
    LocationParseError,
    ProtocolError,
    SSLError,
)
from urllib3.exceptions import (
    TimeoutError as NoAnswerInTime,
)
from urllib3.response import BaseHTTPResponse

from lineup.contracts.playlists.refusals import FetchCode, FetchRefused
from lineup.outbound import AddressForbidden
from playlists.addresses import Fetched, Limits, Wanted
from playlists.hops import TooManyRedirects, answering
from playlists.watchdog import TOO_LATE, TOO_SLOW, Watchdog

BLOCK = 1 << 16
NOT_MODIFIED = 304
PACKED = frozenset({"gzip", "x-gzip"})
"""Encodings that are left for `unpacking`: servers say them of plain files, too."""
LONGEST_MARK = 1000
"""No honest ETag is longer."""
WORDS: dict[type[Exception], str] = {
    TooManyRedirects: "The URL redirects too many times.",
    LocationParseError: "This is not a valid URL.",
    SSLError: "The TLS certificate of the server is not valid.",
    NoAnswerInTime: TOO_LATE,
    TimeoutError: TOO_LATE,
}


class _BadStatus(Exception):  # noqa: N818 - reads as a sentence
    """The address answered with an error."""


def fetch(wanted: Wanted, into: IO[bytes], limits: Limits) -> Fetched:
    """Fetch into a file, which may be packed; SHA-256 of its bytes comes with it.

    FetchRefused says why not; its message never holds header fields.
    """
    with (
        Watchdog(limits) as watchdog,
        _refusals(wanted.what, watchdog),
        answering(wanted, limits, watchdog) as (answer, address),
    ):
        watchdog.head_came()
        if answer.status == NOT_MODIFIED:
            return Fetched(is_modified=False)
        if not 200 <= answer.status < 300:
            raise _BadStatus(f"The server responded with status {answer.status}.")
        return Fetched(
            is_modified=True,
            digest=_store(answer, into, limits.megabytes, watchdog, wanted.what),
            etag=_mark(answer, "ETag"),
            last_modified=_mark(answer, "Last-Modified"),
            address=address,
        )


def _store(
    answer: BaseHTTPResponse,
    into: IO[bytes],
    megabytes: int,
    watchdog: Watchdog,
    what: str,
) -> str:
    digest, length = hashlib.sha256(), 0
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    for block in answer.stream(BLOCK, decode_content=encoding not in PACKED):
        watchdog.took(len(block))
        length += len(block)
        if length > megabytes << 20:
            message = f"The file is larger than {megabytes} MB."
            raise FetchRefused(message, code=FetchCode.about(what, "too_large"))
        digest.update(block)
        into.write(block)
    if watchdog.why:
        # A body without a length ends like this, too.
        raise NoAnswerInTime
    return digest.hexdigest()


def _mark(answer: BaseHTTPResponse, name: str) -> str:
    """What names this state of the file, if it can be stored and sent back."""
    value = answer.headers.get(name, "")
    is_plain = value.isascii() and value.isprintable()
    return value if is_plain and len(value) <= LONGEST_MARK else ""


@contextmanager
def _refusals(what: str, watchdog: Watchdog) -> Iterator[None]:
    """Say what went wrong in words for staff, with a stable code."""
    try:
        yield
    except AddressForbidden:
        message = "The URL points to an address that is not allowed."
        raise FetchRefused(
            message, code=FetchCode.about(what, "address_forbidden")
        ) from None
    except (
        _BadStatus,
        TooManyRedirects,
        HTTPError,
        http.client.HTTPException,
        OSError,
        ValueError,
    ) as error:
        raise _refusal(error, what, watchdog.why) from None


def _refusal(error: Exception, what: str, ended: str) -> FetchRefused:
    if ended == TOO_SLOW:
        return FetchRefused(ended, code=FetchCode.about(what, "too_slow"))
    if not ended and isinstance(error, ProtocolError):
        message = "The connection was interrupted."
        return FetchRefused(message, code=FetchCode.about(what, "truncated"))
    return FetchRefused(
        ended or _in_words(error), code=FetchCode.about(what, "unreachable")
    )


def _in_words(error: Exception) -> str:
    if isinstance(error, _BadStatus):
        return str(error)
    for kind, words in WORDS.items():
        if isinstance(error, kind):
            return words
    return "The server cannot be reached."
