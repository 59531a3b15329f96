"""Which channel an entry of a playlist is: what both are known by, the surest first.

A channel is known by what its playlist said last, and by what staff made of it. An id
counts only where it is the only one of its kind on both sides. Every channel is met
once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from playlists.channels.kinds import XTREAM
from playlists.channels.m3u import PlaylistEntry
from playlists.channels.naming import id_key

LEVELS = 5
BY_ID = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchKeys:
    """What a channel, or an entry, is known by."""

    name: str
    group: str
    address: str
    id: str = ""

    def key(self, level: int) -> int | None:
        """Its key at a level; None where it has none."""
        if level in {2, 3} and not self.address:
            return None
        if level == BY_ID:
            return hash((level, id_key(self.id))) if self.id else None
        if level == 0:
            return hash((level, self.name, self.group, self.address))
        if level == 2:
            return hash((level, self.address))
        if level == 3:
            found = XTREAM.fullmatch(self.address)
            return found and hash((level, found["host"], found["id"]))
        return hash((level, self.name, self.group))


@dataclass(slots=True)
class KnownChannel:
    """A channel that is there."""

    id: UUID
    number: int
    list_id: UUID | None
    is_vanished: bool
    is_met: bool = False


@dataclass
class Register:
    """The channels of a partner, to be found by what they are known by."""

    known: list[KnownChannel] = field(default_factory=list)
    _by_key: list[dict[int, list[KnownChannel]]] = field(
        default_factory=lambda: [{} for _ in range(LEVELS)]
    )

    def add(self, known: KnownChannel, faces: Iterable[MatchKeys]) -> None:
        """Know one more channel, by each of its faces."""
        self.known.append(known)
        for level, found in enumerate(self._by_key):
            for key in {face.key(level) for face in faces}:
                if key is not None:
                    found.setdefault(key, []).append(known)

    def matched(self, entries: Sequence[PlaylistEntry]) -> list[KnownChannel | None]:
        """The channel that each entry is; None for one that is not there yet."""
        for by_key in self._by_key:
            for candidates in by_key.values():
                candidates.reverse()  # taken from the end, which costs nothing
        faces = [match_keys_of(entry) for entry in entries]
        found: list[KnownChannel | None] = [None] * len(faces)
        for level in range(LEVELS):
            self._match(level, faces, found)
        return found

    def _match(
        self, level: int, faces: Sequence[MatchKeys], found: list[KnownChannel | None]
    ) -> None:
        """Find channels of a level's keys for those that have none yet."""
        keys = [
            None if there is not None else face.key(level)
            for face, there in zip(faces, found, strict=True)
        ]
        if level == BY_ID:
            keys = list(self._unique(keys, faces))
        for place, key in enumerate(keys):
            if key is not None:
                found[place] = self._take(level, key)

    def _unique(
        self, keys: Sequence[int | None], faces: Sequence[MatchKeys]
    ) -> Iterator[int | None]:
        """Keys of ids that no other entry and no other channel has."""
        counts = Counter(face.key(BY_ID) for face in faces)
        for key in keys:
            there = self._by_key[BY_ID].get(key, []) if key is not None else []
            yield key if counts[key] == 1 and len(there) == 1 else None

    def _take(self, level: int, key: int) -> KnownChannel | None:
        """The first that was not met yet; those met are passed over once."""
        candidates = self._by_key[level].get(key, [])
        while candidates:
            first = candidates.pop()
            if not first.is_met:
                first.is_met = True
                return first
        return None


def match_keys_of(entry: PlaylistEntry) -> MatchKeys:
    """What an entry is known by."""
    return MatchKeys(
        name=entry.name, group=entry.group, address=entry.address, id=entry.guide_id
    )
