"""Everything the public addresses know, read from blobs and remembered."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, TypeVar, cast
from uuid import UUID

import msgspec
from isal import igzip

from gateway.public.access_facts import AccessFacts
from gateway.public.content_cache import ContentCache, NotInMemory
from gateway.public.personal_gzip import NotPersonal, PersonalGzip
from gateway.public.subscribers import Subscriber, subscriber_of
from lineup.blobs import BlobStore
from lineup.delivery import (
    BASE_URL,
    CREDENTIALS,
    EXTENSION,
    M3U_HEAD,
    ListingsIndex,
    SetManifest,
    StreamSource,
    content_name,
    digest_of,
    manifest_name,
    token_name,
    username_name,
)
from lineup.secrets import Keyring, Sealed

T = TypeVar("T")

FACT_SECONDS = 15
MANIFEST_SECONDS = 5
FOREVER = 10.0**9
"""Content never changes under its digest."""
SUBSCRIBERS = 50_000
STRANGERS_SECONDS = 1.0
SETS = 5_000

INDEX_LONGEST = 16 << 20
GZIP_LEVEL = 2

NO_GUIDE = b'<?xml version="1.0" encoding="UTF-8"?>\n<tv></tv>\n'
NOTHING = {
    digest_of(content): content
    for content in (
        b"#EXTM3U\n",
        M3U_HEAD + b"\n",
        b"[]",
        b"{}",
        b'{"slices":{}}\n',
        gzip.compress(NO_GUIDE, mtime=0),
    )
}
"""Content of a set that is not rendered yet: it is empty, not an error."""


def empty_manifest(set_id: str, partner_id: UUID, since: datetime) -> SetManifest:
    """The manifest of a set nobody rendered yet."""
    bare, playlist, array, mapping, listings, guide = NOTHING
    return SetManifest(
        set_id=set_id,
        partner_id=partner_id,
        revision=0,
        rendered_at=since,
        changed_at=since,
        m3u_digest=bare,
        m3u_plus_digest=playlist,
        streams_digest=mapping,
        live_streams_digest=array,
        categories_digest=array,
        guide_digest=guide,
        guide_changed_at=since,
        listings_digest=listings,
        stream_secret="",
        guide_plain_bytes=len(NO_GUIDE),
    )


@dataclass(slots=True)
class Made:
    """A thing made of content, and about how many bytes it takes."""

    thing: Any
    size: int


class ContentStore:
    """Reads blobs and remembers them, within bounds of number, time and memory."""

    def __init__(
        self, blobs: BlobStore, keyring: Keyring, public_url: str, *, cache_bytes: int
    ) -> None:
        self.blobs = blobs
        self._access_facts = AccessFacts(blobs)
        self.keyring = keyring
        self.public_url = public_url
        self._subscribers: ContentCache[str, Subscriber | None] = ContentCache(
            SUBSCRIBERS, FACT_SECONDS, seconds_absent=STRANGERS_SECONDS
        )
        self._manifests: ContentCache[str, SetManifest | None] = ContentCache(
            SETS, MANIFEST_SECONDS
        )
        self._made: ContentCache[tuple[Any, ...], Made] = ContentCache(
            cache_bytes, FOREVER, size_of=lambda made: made.size
        )

    def by_token(self, token: str) -> Subscriber | None:
        """The user behind a playlist link."""
        return self._subscriber(token_name(token))

    def by_username(self, username: str) -> Subscriber | None:
        """The user of that Xtream user name, whatever its case."""
        return self._subscriber(username_name(username))

    def manifest_at(self, subscriber: Subscriber, now: datetime) -> SetManifest:
        """What the subscriber sees at `now`: its set, else the demo set, else nothing.

        The demo set steps in for a set that waits for its first rendering.
        """
        fact = subscriber.fact
        for set_id in (fact.set_at(now), fact.demo_set_id):
            manifest = self._manifest(set_id)
            if manifest is not None:
                return manifest
        return empty_manifest(fact.demo_set_id, fact.partner_id, fact.created_at)

    def parts(self, digest: str, base_url: str, extension: str) -> list[bytes]:
        """A playlist cut at every place for credentials."""

        def cut() -> Made:
            text = self.content(digest)
            text = text.replace(EXTENSION, extension.encode())
            text = text.replace(BASE_URL, base_url.encode())
            return Made(text.split(CREDENTIALS), len(text))

        return cast(
            list[bytes], self._make(("parts", digest, base_url, extension), cut)
        )

    def personal_gzip(
        self, digest: str, base_url: str, extension: str, length: int
    ) -> PersonalGzip | None:
        """The playlist's gzip form for credentials of a length; None: there is none."""

        def compress() -> Made:
            parts = self.parts(digest, base_url, extension)
            try:
                body = PersonalGzip(parts, length)
            except NotPersonal:
                return Made(None, 1)
            return Made(body, body.size)

        key = ("personal", digest, base_url, extension, length)
        return cast(PersonalGzip | None, self._make(key, compress))

    def decoded(self, digest: str, form: type[T]) -> T:
        """JSON content as objects."""

        def decode() -> Made:
            content = self.content(digest)
            return Made(msgspec.json.decode(content, type=form), 8 * len(content))

        return cast(T, self._make(("decoded", digest), decode))

    def sources(self, manifest: SetManifest) -> dict[str, StreamSource]:
        """Where a set's streams play from, by stream id."""
        return self.decoded(manifest.streams_digest, dict[str, StreamSource])

    def opened(self, sealed: Sealed) -> str:
        """A sealed secret, opened once."""

        def unseal() -> Made:
            return Made(self.keyring.open(sealed), 2 * len(sealed))

        return cast(str, self._make(("secret", sealed), unseal))

    def content(self, digest: str) -> bytes:
        """Content in memory; for small kinds only."""

        def read() -> Made:
            content = NOTHING.get(digest) or self.blobs.read(content_name(digest))
            if content is None:
                raise FileNotFoundError(content_name(digest))
            return Made(content, len(content))

        return cast(bytes, self._make(("content", digest), read))

    def zipped(self, digest: str) -> bytes:
        """Content that is the same for all users, as gzip."""

        def compress() -> Made:
            body = igzip.compress(self.content(digest), GZIP_LEVEL, mtime=0)
            return Made(body, len(body))

        return cast(bytes, self._make(("zipped", digest), compress))

    def remember(self, key: tuple[Any, ...], make: Callable[[], bytes]) -> bytes:
        """Bytes made of content, such as one category of a list."""

        def made() -> Made:
            body = make()
            return Made(body, len(body))

        return cast(bytes, self._make(key, made))

    def open(self, digest: str) -> BinaryIO:
        """Content to read bit by bit: for guides."""
        return self.blobs.open(content_name(digest))

    def listing(self, manifest: SetManifest, stream_id: str) -> bytes:
        """A channel's programmes as a JSON array; empty when it has no guide."""
        digest = manifest.listings_digest
        offset, slices = self._index(digest)
        if stream_id not in slices:
            return b"[]"
        begin, length = slices[stream_id]
        return self.blobs.read_slice(content_name(digest), offset + begin, length)

    def evict_access(self, names: list[str]) -> None:
        """Read these access facts anew."""
        for name in names:
            self._subscribers.evict(name)

    def evict_set(self, set_id: str) -> None:
        """Read this manifest anew."""
        self._manifests.evict(set_id)

    def evict_everything(self) -> None:
        """Read every fact and manifest anew: changes may have gone unheard."""
        self._subscribers.evict_all()
        self._manifests.evict_all()

    def _subscriber(self, name: str) -> Subscriber | None:
        return self._subscribers.get(name, lambda: self._read_subscriber(name))

    def _read_subscriber(self, name: str) -> Subscriber | None:
        fact = self._access_facts.find(name)
        if fact is None:
            return None
        return subscriber_of(fact, self.keyring, self.public_url)

    def _manifest(self, set_id: str) -> SetManifest | None:
        return self._manifests.get(set_id, lambda: self._read_manifest(set_id))

    def _read_manifest(self, set_id: str) -> SetManifest | None:
        content = self.blobs.read(manifest_name(set_id))
        return None if not content else msgspec.json.decode(content, type=SetManifest)

    def _make(self, key: tuple[Any, ...], make: Callable[[], Made]) -> Any:
        return self._made.get(key, make).thing

    def _index(self, digest: str) -> tuple[int, dict[str, tuple[int, int]]]:
        def read() -> Made:
            line = self._first_line(digest)
            index = msgspec.json.decode(line, type=ListingsIndex)
            return Made((len(line) + 1, index.slices), 8 * len(line))

        found = self._make(("index", digest), read)
        return cast(tuple[int, dict[str, tuple[int, int]]], found)

    def _first_line(self, digest: str) -> bytes:
        if digest in NOTHING:
            return NOTHING[digest].rstrip(b"\n")
        with self.open(digest) as file:
            return file.readline(INDEX_LONGEST).rstrip(b"\n")


class MemoryOnlyStore(ContentStore):
    """The same library, where NotAtHand is raised by what is not in memory."""

    def __init__(self, content_store: ContentStore) -> None:
        self.__dict__.update(content_store.__dict__)

    def _subscriber(self, name: str) -> Subscriber | None:
        return self._subscribers.get_cached(name)

    def _manifest(self, set_id: str) -> SetManifest | None:
        return self._manifests.get_cached(set_id)

    def _make(self, key: tuple[Any, ...], make: Callable[[], Made]) -> Any:
        del make
        return self._made.get_cached(key).thing

    def listing(self, manifest: SetManifest, stream_id: str) -> bytes:
        """Listings lie in files only."""
        raise NotInMemory(manifest.set_id, stream_id)

    def open(self, digest: str) -> BinaryIO:
        """Guides lie in files only."""
        raise NotInMemory(digest)
