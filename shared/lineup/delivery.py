"""What playlists renders and the gateway serves: names and forms of the blobs.

Nothing on the public path asks another service: playlists writes these files, the
gateway reads them. Content is immutable under its digest; manifests and shards are
replaced whole (written to a new name, then renamed).

Access facts lie in shards, each a file with the facts of a 4,096th of the users. A
token or user name leads to its fact in two steps: the shard of its key names the user,
the shard of the user holds the fact. The fact has the last word on what leads to it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.secrets import Sealed

BASE_URL = b"\x01"
"""Stands in an M3U template for the public base address, without trailing slash."""
CREDENTIALS = b"\x02"
"""Stands in an M3U template for "<username>/<password>", both percent-encoded."""
EXTENSION = b"\x03"
"""Stands in an M3U template for the form of stream asked for: m3u8 or ts."""

_GUIDE = BASE_URL + b"/xmltv/" + CREDENTIALS + b".xml.gz"
M3U_HEAD = b'#EXTM3U x-tvg-url="%b" url-tvg="%b"' % (_GUIDE, _GUIDE)
"""The first line of an M3U template with attributes: where its guide is."""


@dataclass(frozen=True, kw_only=True)
class AccessInterval:
    """A stretch of time (half-open) in which a user sees a channel set."""

    from_at: datetime
    until_at: datetime
    set_id: str


@dataclass(frozen=True, kw_only=True)
class AccessFact:
    """What the gateway must know of one user; whoever holds it needs to ask nobody."""

    version: int
    user_id: UUID
    partner_id: UUID
    username: str
    password: Sealed
    token: str
    is_active: bool
    created_at: datetime
    demo_set_id: str
    timeline: list[AccessInterval] = field(default_factory=list)
    ends_at: datetime | None = None
    """End of the running or last subscription."""
    is_trial: bool = False
    max_connections: int = 1
    public_url: str = ""
    """The partner's own base address; empty: the installation's."""
    changed_at: datetime | None = None
    """When anything in it last changed."""
    time_zone: str = "UTC"
    """Which wall clock its player goes by, such as Europe/Paris."""

    def set_at(self, now: datetime) -> str:
        """The channel set seen at `now`: the covering piece's, else the demo set."""
        for piece in self.timeline:
            if piece.from_at <= now < piece.until_at:
                return piece.set_id
        return self.demo_set_id

    def is_subscribed(self, now: datetime) -> bool:
        """Whether a subscription runs at `now`."""
        return any(p.from_at <= now < p.until_at for p in self.timeline)


@dataclass(frozen=True, kw_only=True)
class SetManifest:
    """Which content a channel set has now; every field named *_digest is a blob."""

    set_id: str
    partner_id: UUID
    revision: int
    rendered_at: datetime
    changed_at: datetime
    """When the playlist last changed (Last-Modified)."""
    m3u_digest: str
    """Bare names (type=m3u)."""
    m3u_plus_digest: str
    streams_digest: str
    """JSON object: stream id (text) -> StreamSource."""
    live_streams_digest: str
    """JSON array as get_live_streams answers it."""
    categories_digest: str
    """JSON array as get_live_categories answers it."""
    guide_digest: str
    """The set's XMLTV, gzip."""
    guide_changed_at: datetime
    listings_digest: str
    """Programmes by stream id, for the short guide: see `Listings`."""
    stream_secret: Sealed
    guide_plain_bytes: int = 0
    """Length of the guide when unpacked; 0: unknown."""
    session_minutes: int | None = None
    """How long a session address is good for; None: as the gateway is told."""
    session_is_bound: bool = False
    """Whether a session address serves only the network address that asked for it."""
    session_is_renewed: bool = True
    """Whether it goes on after its time for as long as its user may watch."""

    def digests(self) -> set[str]:
        """All content it stands on."""
        return {
            self.m3u_digest,
            self.m3u_plus_digest,
            self.streams_digest,
            self.live_streams_digest,
            self.categories_digest,
            self.guide_digest,
            self.listings_digest,
        }


@dataclass(frozen=True, kw_only=True)
class StreamSource:
    """Where a channel plays from."""

    address: str
    signing: str = "secure_link"
    catchup_days: int = 0
    """How far back it can be played; 0: live only."""
    stem: str = ""
    """What the names of all its files begin with, where other channels lie in its
    folder; empty: the folder is its own."""
    archive: str = ""
    """The address of what it showed before, with places to fill such as {utc}; empty:
    the live one with `utc` and `lutc` in its query."""
    archive_signing: str = ""
    """How that is signed, which may lie elsewhere; empty: as the live one."""

    def signing_from(self, began: int) -> str:
        """How what it shows is signed: live (0), or from an instant of the past on."""
        is_apart = began and self.archive and self.archive_signing
        return self.archive_signing if is_apart else self.signing


@dataclass(frozen=True, kw_only=True)
class ListingsIndex:
    """First line of a listings blob: where each channel's JSON array of rows lies.

    `slices`: stream id (text) -> [offset after the first line, length]. A row is
    [id, start epoch, stop epoch, title, description, lang, guide channel id].
    """

    slices: dict[str, tuple[int, int]]


def digest_of(content: bytes) -> str:
    """The name of immutable content: SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def content_name(digest: str) -> str:
    """Blob name of immutable content."""
    return f"content/{digest[:2]}/{digest}"


def manifest_name(set_id: str) -> str:
    """Blob name of a channel set's manifest."""
    return f"sets/{set_id}.json"


class DamagedShard(OSError):  # noqa: N818 - reads as a sentence
    """A shard is not whole: a power cut took a part of it, until it is made again."""


SHARD_HEAD = b"access 1\n"
SHARD_END = b"end\n"
SHARD_DIGITS = 3
"""Of how many hexadecimal digits the numbers of shards are."""


def token_name(token: str) -> str:
    """What a playlist link is known by: the key of its user's access fact.

    Also the blob that held the fact before facts lay in shards.
    """
    return _access("token", token)


def username_name(username: str) -> str:
    """What an Xtream user name, without case, is known by; else as `token_name`."""
    return _access("username", username.lower())


def keys_of(fact: AccessFact) -> list[str]:
    """The keys that lead to a fact."""
    return [token_name(fact.token), username_name(fact.username)]


def shard_of_user(user_id: UUID) -> str:
    """Blob name of the shard that holds a user's access fact, by `user_id.hex`."""
    return f"access/facts/{user_id.hex[-SHARD_DIGITS:]}"


def shard_of_key(key: str) -> str:
    """Blob name of the shard that says whose a key is, by `digest_in(key)`.

    It may name several users while events are on their way, in the order of their ids.
    """
    kind = key.split("/")[1]
    return f"access/by-{kind}/{digest_in(key)[:SHARD_DIGITS]}"


def digest_in(key: str) -> str:
    """The part of a key that tells it from all others of its kind."""
    return key.rpartition("/")[2].removesuffix(".json")


def packed(entries: Iterable[tuple[str, str]]) -> bytes:
    """A shard of entries: an id and one line of text each."""
    lines = "".join([f"{id_} {text}\n" for id_, text in entries])
    return b"%b%b%b" % (SHARD_HEAD, lines.encode(), SHARD_END)


def entries_in(shard: bytes, id_: str) -> list[bytes]:
    """What a shard says under an id; DamagedShard where it is not whole."""
    if not (shard.startswith(SHARD_HEAD) and shard.endswith(SHARD_END)):
        raise DamagedShard("A shard of access facts is not whole.")
    mark = b"\n%b " % id_.encode()
    found = []
    at = shard.find(mark)
    while at >= 0:
        begin = at + len(mark)
        at = shard.index(b"\n", begin)
        found.append(shard[begin:at])
        at = shard.find(mark, at)
    return found


def _access(kind: str, key: str) -> str:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"access/{kind}/{digest[:2]}/{digest}.json"


def demo_set_id_of(partner_id: UUID, *, shows_adult: bool = False) -> str:
    """The channel set of a partner's users without a running subscription."""
    return _set_id(partner_id, "demo", shows_adult=shows_adult)


def set_id_of(
    partner_id: UUID, package_ids: list[UUID], *, shows_adult: bool = False
) -> str:
    """The channel set of a partner's packages, whatever their order.

    Who may see adult channels has another set than who may not.
    """
    names = ",".join(sorted(package.hex for package in set(package_ids)))
    return _set_id(partner_id, names, shows_adult=shows_adult)


def _set_id(partner_id: UUID, names: str, *, shows_adult: bool) -> str:
    name = f"{partner_id.hex}:{names}{'' if shows_adult else ':family'}"
    return hashlib.sha256(name.encode()).hexdigest()[:32]
