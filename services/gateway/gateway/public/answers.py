"""Answers: status, header fields and body, and the rules of HTTP about them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache

Header = tuple[str, str]
GZIP_WANTED = re.compile(
    r"(?:^|[,\s])(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))|,|$)"
)
FIELD = re.compile(r"[\t -~\x80-\xff]*")

PRIVATE = ("Cache-Control", "private, no-cache")
NEVER_STORED = ("Cache-Control", "no-store")
VARY = ("Vary", "Accept-Encoding")
TEXT = ("Content-Type", "text/plain; charset=utf-8")
JSON = ("Content-Type", "application/json; charset=utf-8")


@dataclass(slots=True)
class PlayerResponse:
    """What is answered; `body` is sent as it is."""

    status: str
    headers: list[Header]
    body: Iterable[bytes] = field(default=())


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the asker has already, as its header fields say."""

    none_match: str | None = None
    modified_since: str | None = None

    def are_met_by(self, tag: str, changed_at: datetime) -> bool:
        """Whether the asker's copy is still right (RFC 9110 13.1.2, 13.1.3)."""
        if self.none_match is not None:
            return _names(self.none_match, tag)
        if self.modified_since is not None:
            return _not_after(changed_at, self.modified_since)
        return False


def _names(none_match: str, tag: str) -> bool:
    if none_match == tag:
        return True
    named = (part.strip().removeprefix("W/") for part in none_match.split(","))
    return none_match.strip() == "*" or tag in named


def _not_after(changed_at: datetime, text: str) -> bool:
    try:
        since = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return False
    if since.tzinfo is None:
        return False
    return changed_at.replace(microsecond=0) <= since


def http_date(instant: datetime) -> str:
    """An instant as HTTP writes it."""
    return _written(int(instant.timestamp()))


@lru_cache(maxsize=4096)
def _written(epoch: int) -> str:
    return formatdate(epoch, usegmt=True)


def wants_gzip(accept_encoding: str) -> bool:
    """Whether a gzip body is welcome."""
    return accept_encoding == "gzip" or bool(GZIP_WANTED.search(accept_encoding))


def whole(headers: list[Header], body: bytes) -> PlayerResponse:
    """200 with a body that is at hand."""
    return PlayerResponse(
        "200 OK", [*headers, ("Content-Length", str(len(body)))], (body,)
    )


FOR_BROWSERS = ("Access-Control-Allow-Origin", "*")
"""On every public answer: players that run in a browser come from other origins, and
what they may read is told by credentials in the address, never by a cookie."""


def allowed_methods() -> PlayerResponse:
    """What a browser asks before it lets a player ask."""
    headers = [
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
        ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Max-Age", "86400"),
        ("Content-Length", "0"),
    ]
    return PlayerResponse("204 No Content", headers)


def plain_text(status: str, sentence: str) -> PlayerResponse:
    """A short sentence for whoever reads logs of players."""
    body = sentence.encode()
    length = ("Content-Length", str(len(body)))
    return PlayerResponse(status, [TEXT, NEVER_STORED, length], (body,))


def not_modified(headers: list[Header]) -> PlayerResponse:
    """304: the asker's copy is right."""
    return PlayerResponse("304 Not Modified", headers)


def json_body(body: bytes) -> PlayerResponse:
    """200 with JSON that nobody may store."""
    return whole([JSON, NEVER_STORED], body)


def redirect(address: str) -> PlayerResponse:
    """302 to an address that is good for a short while."""
    headers = [("Location", address), NEVER_STORED, ("Content-Length", "0")]
    return PlayerResponse("302 Found", headers)


WRONG_CREDENTIALS = "Wrong username or password.\n"
NO_SUCH_LINK = "There is no such link.\n"
NOT_IN_CHANNELS = "This channel is not in your subscription.\n"
NO_ADDRESS = "This channel has no address that can be opened.\n"
CANNOT_BE_ENCODED = "This answer cannot be given.\n"
TOO_MANY = "Too many requests. Try again in {} s.\n"
DISABLED = "This line is disabled.\n"


def sendable(answer: PlayerResponse) -> PlayerResponse:
    """The answer; 404 in its place if a header field of it is not one line of Latin-1.

    What is sent is made of what tenants typed: such a fault ends with its answer.
    """
    if all(FIELD.fullmatch(value) for _, value in answer.headers):
        return answer
    return plain_text("404 Not Found", CANNOT_BE_ENCODED)


def no_such_link() -> PlayerResponse:
    """404: nobody has this link, or nobody any more."""
    return plain_text("404 Not Found", NO_SUCH_LINK)


def unavailable() -> PlayerResponse:
    """503: what the answer is made of cannot be read right now (RFC 9110, 15.6.4)."""
    sentence = "This cannot be shown right now. Try again in a few seconds.\n"
    answer = plain_text("503 Service Unavailable", sentence)
    answer.headers.append(("Retry-After", "5"))
    return answer


def forbidden() -> PlayerResponse:
    """403: this is not in what the asker may watch."""
    return plain_text("403 Forbidden", NOT_IN_CHANNELS)


def too_many(seconds: int) -> PlayerResponse:
    """429: come again after so many seconds."""
    answer = plain_text("429 Too Many Requests", TOO_MANY.format(seconds))
    answer.headers.append(("Retry-After", str(seconds)))
    return answer


def unauthorised() -> PlayerResponse:
    """401: a short text, never a page or a redirect."""
    return plain_text("401 Unauthorized", WRONG_CREDENTIALS)
