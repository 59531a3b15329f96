"""A playlist's import, as the worker does it: all of its channels or none.

Known channels are updated, new ones added, nothing is removed. A channel is known by
its address, else by its name and group; each is met once, so a playlist that lists one
address under two names keeps both.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO
from uuid import UUID

from sqlalchemy import select, text

from lineup.blobs import BlobStore
from lineup.contracts.playlists import ChannelDetails
from lineup.database import Database, Work
from playlists import upstairs
from playlists.addresses import Limits, Wanted
from playlists.channels.contents import put_into
from playlists.channels.m3u import PlaylistEntry, entries
from playlists.channels.models import Channel
from playlists.channels.operations import new_channel
from playlists.channels.order import hold_line
from playlists.jobs.running import Progress
from playlists.owners import Owner
from playlists.uploads import open_upload

LIMITS = "SET LOCAL statement_timeout = '5min'; SET LOCAL lock_timeout = '30s'"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a playlist comes from and where its channels go."""

    upload: str
    address: str
    package_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ChannelImporter:
    """Imports playlists; `confirm` stops a worker that lost the job, by raising."""

    database: Database
    blobs: BlobStore
    limits: Limits
    confirm: Callable[[Work], object]
    progress: Progress

    def run(self, owner: Owner, origin: Origin) -> str:
        """Import a playlist; what was done, in a sentence."""
        with tempfile.TemporaryFile() as file:
            self._get(origin, file)
            self.progress.total = self._count(file)
            with self.database.transaction() as work:
                work.session.execute(text(LIMITS))
                lineup = Lineup.of(work, owner)
                met = lineup.take_all(self._counted(file))
                if origin.package_id is not None:
                    put_into(work, origin.package_id, met)
                self.confirm(work)
                upstairs.rooms().mark_changed(work, owner.partner_id)
        if origin.upload:
            self.blobs.remove(origin.upload)
        return f"{lineup.added:,} channels added, {lineup.updated:,} updated."

    def _get(self, origin: Origin, file: IO[bytes]) -> None:
        if origin.address:
            from playlists.fetching import fetch

            wanted = Wanted(what="playlist", address=origin.address, headers={})
            fetch(wanted, file, self.limits)
            return
        with open_upload(self.blobs, origin.upload) as upload:
            while block := upload.read(1 << 20):
                file.write(block)

    def _entries(self, file: IO[bytes]) -> Iterator[PlaylistEntry]:
        file.seek(0)
        return entries(file, longest=self.limits.megabytes << 20)

    def _count(self, file: IO[bytes]) -> int:
        return sum(1 for _ in self._entries(file))

    def _counted(self, file: IO[bytes]) -> Iterator[PlaylistEntry]:
        for entry in self._entries(file):
            yield entry
            self.progress.done += 1


@dataclass
class Lineup:
    """A partner's channels while a playlist is laid over them."""

    work: Work
    owner: Owner
    added: int = 0
    updated: int = 0
    _by_address: dict[str, list[Channel]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _by_name: dict[tuple[str, str], list[Channel]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _numbers: set[int] = field(default_factory=set)
    _met: set[UUID] = field(default_factory=set)
    _next: int = 1

    @classmethod
    def of(cls, work: Work, owner: Owner) -> "Lineup":
        """The channels a partner has; no other import changes them meanwhile."""
        hold_line(work, owner.partner_id)
        lineup = cls(work, owner)
        statement = select(Channel).where(Channel.partner_id == owner.partner_id)
        for channel in work.session.scalars(statement.order_by(Channel.number)):
            lineup._numbers.add(channel.number)
            lineup._by_address[channel.address].append(channel)
            lineup._by_name[channel.name, channel.group_title].append(channel)
        return lineup

    def take_all(self, playlist: Iterable[PlaylistEntry]) -> set[UUID]:
        """Lay a playlist over the channels; the ids of all it names."""
        waiting = []
        for entry in playlist:
            known = self._find(entry)
            if known is None:
                waiting.append(entry)
            else:
                self._update(known, entry)
        self.work.session.flush()
        numbers = self._numbers_for(waiting)
        for entry, number in zip(waiting, numbers, strict=True):
            self._add(entry, number)
        self.work.session.flush()
        return self._met

    def _find(self, entry: PlaylistEntry) -> Channel | None:
        same_name = self._by_name.get((entry.name, entry.group), [])
        same_address = self._by_address.get(entry.address, []) if entry.address else []
        best = [channel for channel in same_name if channel.address == entry.address]
        for channel in (*best, *same_address, *same_name):
            if channel.id not in self._met:
                return channel
        return None

    def _update(self, channel: Channel, entry: PlaylistEntry) -> None:
        """Take what the playlist says; what staff said of guide and number stays."""
        self._met.add(channel.id)
        channel.rename(entry.name)
        channel.group_title, channel.logo = entry.group, entry.logo
        if not channel.guide_id_is_manual:
            channel.tie(entry.guide_id)
        if entry.address:
            channel.is_on = channel.is_on or not channel.address
            channel.address = entry.address
        channel.catchup_days = entry.catchup_days or channel.catchup_days
        channel.updated_at = self.work.now
        self.updated += 1

    def _add(self, entry: PlaylistEntry, number: int) -> None:
        details = ChannelDetails(
            number=number,
            name=entry.name,
            address=entry.address,
            logo=entry.logo,
            group=entry.group,
            catchup_days=entry.catchup_days,
            is_on=bool(entry.address),
        )
        channel = new_channel(self.work, self.owner, details)
        channel.tie(entry.guide_id)
        self.work.session.add(channel)
        self._met.add(channel.id)
        self.added += 1

    def _numbers_for(self, waiting: list[PlaylistEntry]) -> list[int]:
        """The number each asks for where it is free, else the next that is.

        Numbers asked for go first, so that none is made up and then asked for.
        """
        given = [self._given(entry.number) for entry in waiting]
        return [self._next_free() if number is None else number for number in given]

    def _given(self, wanted: int | None) -> int | None:
        if wanted is None or wanted in self._numbers:
            return None
        self._numbers.add(wanted)
        return wanted

    def _next_free(self) -> int:
        while self._next in self._numbers:
            self._next += 1
        self._numbers.add(self._next)
        return self._next
