"""Bounded tables in memory that all workers of one gateway share.

Their size is fixed; what comes new takes the place of something old. Nobody locks: two
workers that write the same entry at the same moment may count one for two, which a
limit bears.
"""

import mmap
import os
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from struct import Struct

BUCKET_ENTRIES = 4
REMEMBERED_SLOTS = 32_768
TAGS = Struct(f"@{BUCKET_ENTRIES}Q")
TAG = Struct("@Q")
INSTANT_BYTES = 8

Slot = tuple[int, int]


class SlotHasher:
    """Where keys belong; by a secret, so that nobody can choose whom to push out."""

    def __init__(self, secret: str) -> None:
        self._secret = blake2b(secret.encode(), person=b"lineup.places").digest()
        self.of = lru_cache(maxsize=REMEMBERED_SLOTS)(self._of)

    def _of(self, key: str) -> Slot:
        """A number that chooses the bucket, and the mark of the entry in it."""
        data = key.encode("utf-8", "surrogatepass")
        digest = blake2b(data, key=self._secret, digest_size=16).digest()
        return int.from_bytes(digest[:4]), int.from_bytes(digest[8:]) | 1

    def fingerprint(self, text: str) -> float:
        """A number by which a text is known again."""
        return float(self._of(text)[0])


class SharedTable:
    """Entries of numbers; the first says when it was last of use.

    Four share a bucket; a fifth takes the place of the one longest without use.
    """

    def __init__(
        self, slots: SlotHasher, path: Path | None, fields: str, entries: int
    ) -> None:
        self._slots = slots
        self._entry = Struct(f"@{fields}")
        self._buckets = -(-entries // BUCKET_ENTRIES)
        self._width = TAGS.size + BUCKET_ENTRIES * self._entry.size
        self._memory = _mapped(path, self._buckets * self._width)

    def read(self, key: str) -> tuple[float, ...] | None:
        """The numbers kept for a key, if they are still there."""
        number, tag = self._slots.of(key)
        start = number % self._buckets * self._width
        tags = TAGS.unpack_from(self._memory, start)
        if tag not in tags:
            return None
        at = start + TAGS.size + tags.index(tag) * self._entry.size
        return self._entry.unpack_from(self._memory, at)

    def write(self, key: str, *numbers: float) -> None:
        """Keep numbers for a key."""
        number, tag = self._slots.of(key)
        start = number % self._buckets * self._width
        tags = TAGS.unpack_from(self._memory, start)
        index = tags.index(tag) if tag in tags else self._free(start, tags)
        at = start + TAGS.size + index * self._entry.size
        self._entry.pack_into(self._memory, at, *numbers)
        if tags[index] != tag:
            TAG.pack_into(self._memory, start + index * TAG.size, tag)

    def _free(self, start: int, tags: tuple[int, ...]) -> int:
        """The way that is empty, or was longest without use."""
        if 0 in tags:
            return tags.index(0)
        first = start + TAGS.size
        ages = [
            self._entry.unpack_from(self._memory, first + index * self._entry.size)[0]
            for index in range(BUCKET_ENTRIES)
        ]
        return ages.index(min(ages))


class SharedInstants:
    """One instant a key, read in next to no time.

    Two keys of one place push each other out; what was pushed out counts as new.
    """

    def __init__(self, slots: SlotHasher, path: Path | None, entries: int) -> None:
        self.slot_of = slots.of
        self._entries = entries
        memory = memoryview(_mapped(path, entries * (TAG.size + INSTANT_BYTES)))
        self._tags = memory[: entries * TAG.size].cast("Q")
        self._instants = memory[entries * TAG.size :].cast("d")

    def read(self, slot: Slot) -> float:
        """The instant kept at a key's place; 0 when it is another's."""
        at = slot[0] % self._entries
        return self._instants[at] if self._tags[at] == slot[1] else 0.0

    def write(self, slot: Slot, instant: float) -> None:
        """Keep an instant for a key."""
        at = slot[0] % self._entries
        self._instants[at] = instant
        self._tags[at] = slot[1]


def _mapped(path: Path | None, size: int) -> mmap.mmap:
    """Memory that other processes have too, by a file; without one, memory alone."""
    if path is None:
        return mmap.mmap(-1, size)
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.ftruncate(opened, size)
        return mmap.mmap(opened, size)
    finally:
        os.close(opened)
