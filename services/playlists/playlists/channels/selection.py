"""What of a playlist is wanted: which groups, and whether films are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineup.contracts.playlists.refusals import UploadTooLarge
from playlists.channels.m3u import PlaylistEntry
from playlists.channels.skipped import SkippedLines, SkipReason

MOST_ENTRIES = 100_000


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What staff chose before an import."""

    takes_films: bool = False
    groups: frozenset[str] | None = None
    """None: all of them."""
    signs: bool = True
    marks_adult_groups: bool = True

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "ImportOptions":
        """As a job's payload says it; jobs from before say nothing."""
        groups = payload.get("groups")
        return cls(
            takes_films=bool(payload.get("takes_films", False)),
            groups=None if groups is None else frozenset(groups),
            signs=bool(payload.get("signs", True)),
            marks_adult_groups=bool(payload.get("marks_adult_groups", True)),
        )

    def against(self, entry: PlaylistEntry) -> SkipReason | None:
        """Why an entry is not wanted; None when it is."""
        if self.groups is not None and entry.group not in self.groups:
            return SkipReason.GROUP
        return SkipReason.FILM if entry.is_film and not self.takes_films else None


@dataclass
class SelectedEntries:
    """Entries that are wanted, and those that are only known to be there."""

    wanted: list[PlaylistEntry] = field(default_factory=list)
    others: list[PlaylistEntry] = field(default_factory=list)
    """Their channels have not vanished."""


def select_entries(
    entries: Iterable[PlaylistEntry], options: ImportOptions, skipped: SkippedLines
) -> SelectedEntries:
    """Tell the wanted from the rest, of which the job will say why.

    UploadTooLarge when more channels are wanted than one import takes.
    """
    found, seen = SelectedEntries(), set[int]()
    for entry in entries:
        why = options.against(entry)
        key = hash((entry.name, entry.group, entry.address, entry.guide_id))
        if why is None and entry.address and key in seen:
            why = SkipReason.DOUBLE
        seen.add(key)
        if why is None:
            found.wanted.append(entry)
        else:
            skipped.note(why, entry.line, entry.name)
            if why is not SkipReason.FILM:
                found.others.append(entry)
        if len(found.wanted) > MOST_ENTRIES or len(found.others) > MOST_ENTRIES:
            raise UploadTooLarge(f"More than {MOST_ENTRIES} channels.")
    return found


def assign_numbers(entries: Sequence[PlaylistEntry], taken: set[int]) -> Iterator[int]:
    """The number each new channel gets; `taken` holds those in use.

    Numbers asked for go first, so that none is made up and then asked for.
    """
    requested = _requested_numbers(entries, taken)
    following = 1
    for i in range(len(entries)):
        if i not in requested:
            following = _free(following, taken)
            taken.add(following)
        yield requested.get(i, following)


def _requested_numbers(
    entries: Sequence[PlaylistEntry], taken: set[int]
) -> dict[int, int]:
    """The numbers that entries ask for, by their places, where they are free.

    Where several share one (10.1, 10.2), all that name a number follow in that order,
    each on the next that is free.
    """
    requests = [
        (entry.number, entry.sub_number or 0, i)
        for i, entry in enumerate(entries)
        if entry.number is not None
    ]
    has_parts = any(sub_number for _, sub_number, _ in requests)
    requested, last = dict[int, int](), 0
    for number, _, i in sorted(requests) if has_parts else requests:
        if has_parts:
            last = _free(max(number, last + 1), taken)
        wanted = last if has_parts else number
        if wanted not in taken:
            taken.add(wanted)
            requested[i] = wanted
    return requested


def _free(number: int, taken: set[int]) -> int:
    while number in taken:
        number += 1
    return number
