"""Stream addresses: stable ones redirect to a source, signed where it is ours."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

from gateway.public.addresses import as_uri
from gateway.public.answers import (
    NEVER_STORED,
    NO_ADDRESS,
    PlayerResponse,
    forbidden,
    plain_text,
    redirect,
)
from gateway.public.archive_starts import epoch_of
from gateway.public.archives import filled
from gateway.public.content_store import ContentStore
from gateway.public.grants import (
    LIVE,
    Grant,
    Presented,
    folder_of,
    proof_of,
    session_address,
    stem_of,
)
from gateway.public.requests import whole_number
from gateway.public.subscribers import Subscriber
from lineup.contracts.playlists.channels import Signing
from lineup.delivery import SetManifest, StreamSource

SECONDS_A_DAY = 86_400
SIGNED_SCHEMES = ("http://", "https://")


@dataclass(frozen=True, kw_only=True)
class StreamDesk:
    """Sends players to sources, and tells streaming servers who may go on."""

    link_seconds: int
    session_seconds: int = 4 * 3600

    def live(self, active_stream: "ActiveStream", stream_id: str) -> PlayerResponse:
        """302 to the channel's source; 403 when the subscriber may not watch it."""
        source = active_stream.source(stream_id)
        if source is None:
            return forbidden()
        return self._to(active_stream, stream_id, source, LIVE)

    def archive(
        self,
        active_stream: "ActiveStream",
        stream_id: str,
        start: str,
        minutes: str = "",
    ) -> PlayerResponse:
        """302 to what the channel showed from `start` on; 404 without catch-up."""
        source = active_stream.source(stream_id)
        if source is None:
            return forbidden()
        began = epoch_of(start, active_stream.subscriber.zone)
        if began is None or not _is_kept(source, began, active_stream.now):
            return plain_text("404 Not Found", "This is not in the archive.\n")
        return self._to(active_stream, stream_id, source, began, minutes)

    def check(self, active_stream: "ActiveStream", came: Presented) -> PlayerResponse:
        """Whether who came with a grant of ours may go on.

        It is asked at each reload of a playlist, and of segments once the grant's time
        is over, so a session lasts for as long as its user may watch, and ends within
        seconds after that; with its time, where the partner says so; and when the
        host it plays from is no longer one of the partner's.
        """
        source = active_stream.source(came.grant.stream_id)
        uri = None if source is None else as_uri(source.address)
        if (
            source is None
            or uri is None
            or not _is_of(came, active_stream, source, uri)
        ):
            return forbidden()
        return PlayerResponse("200 OK", [NEVER_STORED, ("Content-Length", "0")])

    def _to(
        self,
        active_stream: "ActiveStream",
        stream_id: str,
        source: StreamSource,
        began: int,
        minutes: str = "",
    ) -> PlayerResponse:
        uri = _uri_of(active_stream, source, began, minutes)
        if uri is None:
            return plain_text("404 Not Found", NO_ADDRESS)
        present = int(active_stream.now.timestamp())
        signing = _signing_of(source, uri, began)
        if signing == Signing.NONE:
            return redirect(uri)
        if signing == Signing.SECURE_LINK:
            return redirect(
                signed(uri, active_stream.secret, present + self.link_seconds)
            )
        subscriber = active_stream.subscriber
        grant = Grant(
            stream_id=stream_id,
            username=subscriber.fact.username,
            proof=active_stream.proof,
            until=_end_of(active_stream.now, self._seconds_of(active_stream)),
            start=began,
            stem=stem_of(uri, source.stem),
            address=active_stream.address
            if active_stream.manifest.session_is_bound
            else "",
        )
        return redirect(session_address(uri, grant, active_stream.secret))

    def _seconds_of(self, active_stream: "ActiveStream") -> int:
        minutes = active_stream.manifest.session_minutes
        return self.session_seconds if minutes is None else 60 * minutes


def _uri_of(
    active_stream: "ActiveStream", source: StreamSource, began: int, minutes: str
) -> str | None:
    """Where a player is sent: to the live address, or to what it showed from then."""
    present = int(active_stream.now.timestamp())
    if began and source.archive:
        pending, zone = whole_number(minutes), active_stream.subscriber.zone
        return as_uri(filled(source.archive, began, pending, present, zone))
    uri = as_uri(source.address)
    if uri is None or not began:
        return uri
    return with_query(uri, f"utc={began}&lutc={present}")


def _signing_of(source: StreamSource, uri: str, began: int) -> str:
    """How an address is signed; an archive elsewhere is not in a session's folder."""
    signing = source.signing_from(began)
    if not uri.startswith(SIGNED_SCHEMES):
        return Signing.NONE
    if signing != Signing.SESSION or not source.archive:
        return signing
    is_elsewhere = folder_of(as_uri(source.address) or "") != folder_of(uri)
    return Signing.NONE if is_elsewhere else signing


class ActiveStream:
    """A subscriber who watches, at a moment, at a network address."""

    def __init__(
        self,
        content_store: ContentStore,
        subscriber: Subscriber,
        now: datetime,
        address: str,
    ) -> None:
        self._content_store = content_store
        self.subscriber = subscriber
        self.now = now
        self.address = address
        self.manifest: SetManifest = content_store.manifest_at(subscriber, now)

    def source(self, stream_id: str) -> StreamSource | None:
        """Where a channel plays from; None when the subscriber may not watch it."""
        if not self.subscriber.fact.is_active:
            return None
        return self._content_store.sources(self.manifest).get(stream_id)

    @property
    def secret(self) -> str:
        """What the partner's streaming servers know, too; empty before there is one."""
        sealed = self.manifest.stream_secret
        return self._content_store.opened(sealed) if sealed else ""

    @property
    def proof(self) -> str:
        """What a grant says of the subscriber's password."""
        return proof_of(
            self.subscriber.fact.username, self.subscriber.password, self.secret
        )


def _is_over(came: Presented, active_stream: ActiveStream) -> bool:
    """Whether a grant's time is over, and that is the end of it."""
    if active_stream.manifest.session_is_renewed:
        return False
    return came.grant.until < active_stream.now.timestamp()


def _is_of(
    came: Presented, active_stream: ActiveStream, source: StreamSource, uri: str
) -> bool:
    """Whether a grant is of this subscriber as it is now, and of this channel."""
    grant = came.grant
    return (
        not _is_over(came, active_stream)
        and grant.proof == active_stream.proof
        and came.folder == folder_of(uri)
        and grant.stem == stem_of(uri, source.stem)
        and (grant.start == LIVE or source.catchup_days > 0)
        and _signing_of(source, uri, grant.start) != Signing.NONE
    )


def _end_of(now: datetime, seconds: int) -> int:
    """When a grant that is given now ends; the same for all given about then."""
    step = max(1, seconds // 8)
    return (int(now.timestamp()) + seconds) // step * step + step


def signed(address: str, secret: str, expires: int) -> str:
    """The address with nginx's secure_link arguments.

    The server checks it with
        secure_link $arg_st,$arg_e;
        secure_link_md5 "$secure_link_expires$uri $secret";
    where $uri is the path, percent-decoded.
    """
    path = unquote_to_bytes(urlsplit(address).path)
    signed_text = b"%d%b %b" % (expires, path, secret.encode())
    digest = md5(signed_text, usedforsecurity=False).digest()
    mark = urlsafe_b64encode(digest).rstrip(b"=").decode()
    return with_query(address, f"st={mark}&e={expires}")


def with_query(address: str, query: str) -> str:
    """The address with something more in its query."""
    parts = urlsplit(address)
    whole = f"{parts.query}&{query}" if parts.query else query
    return urlunsplit(parts._replace(query=whole))


def _is_kept(source: StreamSource, began: int, now: datetime) -> bool:
    reach = source.catchup_days * SECONDS_A_DAY
    present = int(now.timestamp())
    return reach > 0 and present - reach <= began <= present
