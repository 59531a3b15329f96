"""The guide of what a subscriber sees: one shared compressed file, never made here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from isal import isal_zlib

from gateway.public.answers import (
    DISABLED,
    PRIVATE,
    VARY,
    Header,
    PlayerResponse,
    http_date,
    not_modified,
    plain_text,
)
from gateway.public.content_store import NOTHING, ContentStore
from gateway.public.requests import CHUNK_BYTES, PlayerRequest
from gateway.public.subscribers import Subscriber
from lineup.delivery import SetManifest, content_name

XML = ("Content-Type", "application/xml; charset=utf-8")
PACKED = ("Content-Type", "application/gzip")
GZIPPED = ("Content-Encoding", "gzip")
GZIP_FORM = 31


@dataclass(frozen=True, kw_only=True)
class GuideDesk:
    """Hands guides out: itself, or by nginx where an internal location is named."""

    accel_prefix: str = ""

    def guide(
        self,
        request: PlayerRequest,
        content_store: ContentStore,
        subscriber: Subscriber,
        now: datetime,
    ) -> PlayerResponse:
        """The guide as XML, compressed on the way where that is welcome."""
        kind = [XML, GZIPPED] if request.wants_gzip else [XML]
        return self._answer(request, content_store, subscriber, now, [*kind, VARY])

    def packed(
        self,
        request: PlayerRequest,
        content_store: ContentStore,
        subscriber: Subscriber,
        now: datetime,
    ) -> PlayerResponse:
        """The guide as a gzip file, for addresses that end in .gz."""
        return self._answer(request, content_store, subscriber, now, [PACKED])

    def _answer(
        self,
        request: PlayerRequest,
        content_store: ContentStore,
        subscriber: Subscriber,
        now: datetime,
        kind: list[Header],
    ) -> PlayerResponse:
        if not subscriber.fact.is_active:
            return plain_text("403 Forbidden", DISABLED)
        manifest = content_store.manifest_at(subscriber, now)
        is_plain = GZIPPED not in kind and PACKED not in kind
        tag = f'"{manifest.guide_digest[:32]}{"" if is_plain else "-gzip"}"'
        changed_at = max(manifest.guide_changed_at, subscriber.seen_since(now))
        headers = [
            ("ETag", tag),
            ("Last-Modified", http_date(changed_at)),
            PRIVATE,
            *kind,
        ]
        if request.conditions.are_met_by(tag, changed_at):
            return not_modified([h for h in headers if h[0] in KEPT_IN_304])
        if is_plain:
            return _unpacked(request, content_store, manifest, headers)
        return self._as_stored(request, content_store, manifest, headers)

    def _as_stored(
        self,
        request: PlayerRequest,
        content_store: ContentStore,
        manifest: SetManifest,
        headers: list[Header],
    ) -> PlayerResponse:
        digest = manifest.guide_digest
        if self.accel_prefix and digest not in NOTHING:
            address = self.accel_prefix + content_name(digest)
            return PlayerResponse("200 OK", [*headers, ("X-Accel-Redirect", address)])
        file = _opened(content_store, digest)
        length = ("Content-Length", str(_length_of(file)))
        if request.method == "HEAD":
            file.close()
            return PlayerResponse("200 OK", [*headers, length])
        return PlayerResponse("200 OK", [*headers, length], request.send_file(file))


KEPT_IN_304 = frozenset({"ETag", "Last-Modified", "Cache-Control", "Vary"})


def _unpacked(
    request: PlayerRequest,
    content_store: ContentStore,
    manifest: SetManifest,
    headers: list[Header],
) -> PlayerResponse:
    if manifest.guide_plain_bytes:
        length = ("Content-Length", str(manifest.guide_plain_bytes))
        headers = [*headers, length]
    if request.method == "HEAD":
        return PlayerResponse("200 OK", headers)
    return PlayerResponse(
        "200 OK", headers, Unpacked(_opened(content_store, manifest.guide_digest))
    )


class Unpacked:
    """A gzip file's plain text, unpacked bit by bit while it is sent."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        """The text, in pieces."""
        unpacker = isal_zlib.decompressobj(GZIP_FORM)
        while packed := self._file.read(CHUNK_BYTES):
            while packed:
                yield unpacker.decompress(packed, 8 * CHUNK_BYTES)
                packed = unpacker.unconsumed_tail

    def close(self) -> None:
        """Called by the server when it is done, or the player has gone."""
        self._file.close()


def _opened(content_store: ContentStore, digest: str) -> BinaryIO:
    return BytesIO(NOTHING[digest]) if digest in NOTHING else content_store.open(digest)


def _length_of(file: BinaryIO) -> int:
    length = file.seek(0, 2)
    file.seek(0)
    return length
