"""A playlist looked at before it is imported: its groups, and what would be new."""

from dataclasses import dataclass
from typing import Any

from lineup.database import Database
from playlists.channels import attributes
from playlists.channels.importing import Origin, PlaylistReader
from playlists.channels.m3u import PlaylistEntry
from playlists.channels.register import register_of
from playlists.channels.selection import MOST_ENTRIES
from playlists.channels.skipped import SkippedLines
from playlists.jobs.running import Counted, Outcome
from playlists.owners import Owner

MOST_GROUPS = 5000


@dataclass
class Group:
    """What is in a group."""

    channels: int = 0
    new: int = 0
    films: int = 0


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Reads playlists and changes nothing."""

    database: Database
    reading: PlaylistReader
    progress: Counted

    def run(self, owner: Owner, origin: Origin) -> Outcome:
        """What is in a playlist, group by group."""
        skipped, groups = SkippedLines(), dict[str, Group]()
        live = list[PlaylistEntry]()
        for entry in self.reading.every(origin, skipped):
            self.progress.done += 1
            group = groups.setdefault(entry.group, Group())
            group.films += entry.is_film
            group.channels += not entry.is_film
            if not entry.is_film and len(live) < MOST_ENTRIES:
                live.append(entry)
        self._count_new(owner, live, groups)
        return Outcome(
            message=_in_words(groups) + skipped.in_words(),
            result={"groups": _rows(groups), **skipped.as_result()},
        )

    def _count_new(
        self, owner: Owner, live: list[PlaylistEntry], groups: dict[str, Group]
    ) -> None:
        with self.database.transaction() as work:
            found = register_of(work, owner).matched(live)
        for entry, there in zip(live, found, strict=True):
            groups[entry.group].new += there is None


def _in_words(groups: dict[str, Group]) -> str:
    channels = sum(group.channels for group in groups.values())
    new = sum(group.new for group in groups.values())
    films = sum(group.films for group in groups.values())
    told = f"{channels:,} channels in {len(groups):,} groups, {new:,} of them new."
    return told + (f" {films:,} films and episodes." if films else "")


def _rows(groups: dict[str, Group]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "channels": group.channels,
            "new": group.new,
            "films": group.films,
            "is_adult": attributes.is_adult_group(name),
        }
        for name, group in list(groups.items())[:MOST_GROUPS]
    ]
