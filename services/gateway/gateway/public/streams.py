"""Stream addresses: stable ones redirect to a source, signed for a short while."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from urllib.parse import unquote, urlsplit, urlunsplit

from gateway.public.answers import (
    NOT_IN_CHANNELS,
    Answer,
    plain_text,
    redirect,
)
from gateway.public.library import Library
from gateway.public.members import Member
from gateway.public.requests import whole_number
from lineup.contracts.playlists import Signing
from lineup.delivery import StreamSource

SECONDS_A_DAY = 86_400
MILLISECONDS = 10**11
"""An epoch above this (year 5138) is told in milliseconds."""
FORMS = (
    "%Y-%m-%d:%H-%M",
    "%Y-%m-%d:%H:%M",
    "%Y-%m-%d:%H:%M:%S",
    "%Y-%m-%d:%H-%M-%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y%m%d:%H",
    "%Y%m%d-%H",
)


@dataclass(frozen=True, kw_only=True)
class StreamDesk:
    """Sends players to sources."""

    link_seconds: int

    def live(
        self, library: Library, member: Member, now: datetime, stream_id: str
    ) -> Answer:
        """302 to the channel's source; 403 when the member may not watch it (PE-09)."""
        source = _source(library, member, now, stream_id)
        if source is None:
            return plain_text("403 Forbidden", NOT_IN_CHANNELS)
        return self._to(library, member, now, source, "")

    def archive(
        self,
        library: Library,
        member: Member,
        now: datetime,
        stream_id: str,
        start: str,
    ) -> Answer:
        """302 to what the channel showed from `start` on; 404 without catch-up."""
        source = _source(library, member, now, stream_id)
        if source is None:
            return plain_text("403 Forbidden", NOT_IN_CHANNELS)
        began = epoch_of(start)
        if began is None or not _is_kept(source, began, now):
            return plain_text("404 Not Found", "This is not in the archive.\n")
        query = f"utc={began}&lutc={int(now.timestamp())}"
        return self._to(library, member, now, source, query)

    def _to(
        self,
        library: Library,
        member: Member,
        now: datetime,
        source: StreamSource,
        query: str,
    ) -> Answer:
        address = with_query(source.address, query) if query else source.address
        if source.signing == Signing.NONE:
            return redirect(address)
        sealed = library.manifest_at(member, now).stream_secret
        expires = int(now.timestamp()) + self.link_seconds
        return redirect(signed(address, library.opened(sealed), expires))


def signed(address: str, secret: str, expires: int) -> str:
    """The address with nginx's secure_link arguments.

    The server checks it with
        secure_link $arg_st,$arg_e;
        secure_link_md5 "$secure_link_expires$uri $secret";
    where $uri is the path, percent-decoded.
    """
    path = unquote(urlsplit(address).path)
    digest = md5(f"{expires}{path} {secret}".encode(), usedforsecurity=False).digest()
    mark = urlsafe_b64encode(digest).rstrip(b"=").decode()
    return with_query(address, f"st={mark}&e={expires}")


def with_query(address: str, query: str) -> str:
    """The address with something more in its query."""
    parts = urlsplit(address)
    whole = f"{parts.query}&{query}" if parts.query else query
    return urlunsplit(parts._replace(query=whole))


def epoch_of(start: str) -> int | None:
    """The instant an archive address names, in any form players send; UTC.

    Known: epoch seconds or milliseconds, `2026-01-31:18-30`, with colons, seconds,
    underscores or spaces, ISO, and `20260131-18`. None when it is none of them.
    """
    number = whole_number(start)
    if number is not None:
        return number // 1000 if number > MILLISECONDS else number
    text = start.replace("_", ":").replace(" ", ":")
    for form in FORMS:
        try:
            instant = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return int(instant.timestamp())
    return None


def _source(
    library: Library, member: Member, now: datetime, stream_id: str
) -> StreamSource | None:
    if not member.fact.is_active:
        return None
    return library.sources(library.manifest_at(member, now)).get(stream_id)


def _is_kept(source: StreamSource, began: int, now: datetime) -> bool:
    reach = source.catchup_days * SECONDS_A_DAY
    present = int(now.timestamp())
    return reach > 0 and present - reach <= began <= present
