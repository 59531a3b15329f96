"""Access facts as they lie in the blob store: in shards, formerly one by one."""

from collections.abc import Iterator
from uuid import UUID

import msgspec

from lineup.blobs import BlobStore
from lineup.delivery import (
    AccessFact,
    digest_in,
    entries_in,
    keys_of,
    shard_of_key,
    shard_of_user,
)


class AccessFacts:
    """Looks facts up by their keys (`token_name`, `username_name`); remembers none.

    Where a shard is not there yet, since playlists has not written any after an
    upgrade, the fact lies by itself under its key. A shard that is there has the last
    word.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def find(self, key: str) -> AccessFact | None:
        """The fact that a key leads to.

        Of two users with one key, while events are on their way, the younger has it.
        DamagedShard (an OSError) while a file is not whole.
        """
        for written in self._written(key):
            fact = msgspec.json.decode(written, type=AccessFact)
            if key in keys_of(fact):
                return fact
        return None

    def has(self, key: str) -> bool:
        """Whether a key leads to a fact."""
        return self.find(key) is not None

    def _written(self, key: str) -> Iterator[bytes]:
        """The facts of all users that a key may be of, the youngest first."""
        shard = self._blobs.read(shard_of_key(key))
        if shard is None:
            yield from self._alone(key)
            return
        for user in reversed(entries_in(shard, digest_in(key))):
            facts = self._blobs.read(shard_of_user(UUID(user.decode())))
            if facts is None:
                yield from self._alone(key)
            else:
                yield from entries_in(facts, user.decode())

    def _alone(self, key: str) -> Iterator[bytes]:
        content = self._blobs.read(key)
        if content is not None:
            yield content
