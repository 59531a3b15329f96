"""The user's own M3U: a shared template with the user's credentials in it."""

from datetime import datetime

from isal import igzip

from gateway.public.answers import (
    DISABLED,
    PRIVATE,
    VARY,
    PlayerResponse,
    http_date,
    not_modified,
    plain_text,
    whole,
)
from gateway.public.content_store import GZIP_LEVEL, ContentStore
from gateway.public.requests import PlayerRequest, tag_of
from gateway.public.subscribers import Subscriber

M3U = ("Content-Type", "audio/x-mpegurl")
"""Without a charset: mpv knows the type only as it is, and M3U of players is UTF-8."""
GZIPPED = ("Content-Encoding", "gzip")
TRANSPORT_STREAM = frozenset({"ts", "mpegts"})


def playlist(
    request: PlayerRequest,
    content_store: ContentStore,
    subscriber: Subscriber,
    now: datetime,
) -> PlayerResponse:
    """The playlist of what the subscriber sees now."""
    if not subscriber.fact.is_active:
        return plain_text("403 Forbidden", DISABLED)
    manifest = content_store.manifest_at(subscriber, now)
    is_bare = request.get("type").lower() == "m3u"
    digest = manifest.m3u_digest if is_bare else manifest.m3u_plus_digest
    extension = "ts" if request.get("output").lower() in TRANSPORT_STREAM else "m3u8"
    is_gzip = request.wants_gzip
    tag = _tag(subscriber, digest, extension, is_gzip=is_gzip)
    changed_at = max(manifest.changed_at, subscriber.seen_since(now))
    headers = [
        ("ETag", tag),
        ("Last-Modified", http_date(changed_at)),
        PRIVATE,
        VARY,
    ]
    if request.conditions.are_met_by(tag, changed_at):
        return not_modified(headers)
    headers += [M3U, _disposition(subscriber)]
    if not is_gzip:
        parts = content_store.parts(digest, subscriber.base_url, extension)
        return whole(headers, subscriber.credentials.join(parts))
    return whole(
        [*headers, GZIPPED], _gzipped(content_store, subscriber, digest, extension)
    )


def _tag(subscriber: Subscriber, digest: str, extension: str, *, is_gzip: bool) -> str:
    own = subscriber.credentials.decode()
    mark = tag_of(digest, subscriber.base_url, extension, own)
    return f'"{mark}-gzip"' if is_gzip else f'"{mark}"'


def _gzipped(
    content_store: ContentStore, subscriber: Subscriber, digest: str, extension: str
) -> bytes:
    own = subscriber.credentials
    ready = content_store.personal_gzip(
        digest, subscriber.base_url, extension, len(own)
    )
    if ready is not None:
        return ready.body(own)
    parts = content_store.parts(digest, subscriber.base_url, extension)
    return igzip.compress(own.join(parts), GZIP_LEVEL, mtime=0)


def _disposition(subscriber: Subscriber) -> tuple[str, str]:
    safe = "".join(c for c in subscriber.fact.username if c.isascii() and c.isalnum())
    return "Content-Disposition", f'attachment; filename="{safe or "playlist"}.m3u"'
