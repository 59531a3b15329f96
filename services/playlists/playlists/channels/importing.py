"""A playlist's import, as the worker does it: all of its channels or none.

Known channels are updated, new ones added, nothing is removed: what the list names no
more is marked. What staff said of a channel stays as they said it. Whatever is done is
written down, so that a partner's last import can be undone.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update

from lineup.blobs import BlobStore
from lineup.contracts.playlists.refusals import EmptyPlaylist
from lineup.database import Database, UnitOfWork
from lineup.ids import new_id
from playlists.addresses import Limits, Wanted
from playlists.channels import origins
from playlists.channels.channel_updates import ChannelUpdater, state_of
from playlists.channels.finding import lock_channel_order
from playlists.channels.identity import Register
from playlists.channels.m3u import PlaylistEntry, entries
from playlists.channels.models import Channel, ChannelList, ImportChange
from playlists.channels.packages import put_into
from playlists.channels.register import register_of
from playlists.channels.selection import (
    ImportOptions,
    SelectedEntries,
    assign_numbers,
    select_entries,
)
from playlists.channels.skipped import SkippedLines
from playlists.jobs.running import Counted, Outcome
from playlists.owners import Owner
from playlists.pending import operations as pending
from playlists.uploads import open_upload

AT_ONCE = 500
"""Channels that are written together."""
LIMITS = "SET LOCAL statement_timeout = '5min'; SET LOCAL lock_timeout = '30s'"
MOST_NAMES = 100
"""Vanished channels that a job names."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a playlist comes from and where its channels go."""

    upload: str
    address: str
    package_id: UUID | None
    file_name: str = ""

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Origin":
        """As a job's payload says it."""
        package_id = payload.get("package_id")
        return cls(
            upload=payload["upload"],
            address=payload["address"],
            package_id=UUID(package_id) if package_id else None,
            file_name=payload.get("file_name", ""),
        )

    @property
    def name(self) -> str:
        """What tells this list from others; empty for a file without a name."""
        return origins.origin_of(self.address, self.file_name)


@dataclass(frozen=True, kw_only=True)
class PlaylistReader:
    """Gets a playlist and reads it."""

    blobs: BlobStore
    limits: Limits

    def read(
        self, origin: Origin, options: ImportOptions, skipped: SkippedLines
    ) -> SelectedEntries:
        """What of a playlist is wanted; a refusal when it is none, or none of it is."""
        with tempfile.TemporaryFile() as file:
            base = self._get(origin, file)
            found = select_entries(self._entries(file, skipped, base), options, skipped)
        if not found.wanted:
            raise EmptyPlaylist(f"{EmptyPlaylist.__doc__}{skipped.in_words()}")
        return found

    def every(self, origin: Origin, skipped: SkippedLines) -> Iterator[PlaylistEntry]:
        """All that a playlist holds, wanted or not."""
        with tempfile.TemporaryFile() as file:
            base = self._get(origin, file)
            yield from self._entries(file, skipped, base)

    def _get(self, origin: Origin, file: IO[bytes]) -> str:
        """Have a playlist in a file; the address it came from in the end."""
        if origin.address:
            from playlists.fetching import fetch

            wanted = Wanted(what="playlist", address=origin.address, headers={})
            return fetch(wanted, file, self.limits).address
        with open_upload(self.blobs, origin.upload) as upload:
            while block := upload.read(1 << 20):
                file.write(block)
        return ""

    def _entries(
        self, file: IO[bytes], skipped: SkippedLines, base: str
    ) -> Iterator[PlaylistEntry]:
        file.seek(0)
        longest = self.limits.megabytes << 20
        return entries(file, longest=longest, skipped=skipped, base=base)


@dataclass(frozen=True, kw_only=True)
class ChannelImporter:
    """Imports playlists; `confirm` stops a worker that lost the job, by raising."""

    database: Database
    reading: PlaylistReader
    job_id: UUID
    confirm: Callable[[UnitOfWork], object]
    progress: Counted

    def run(self, owner: Owner, origin: Origin, options: ImportOptions) -> Outcome:
        """Import a playlist; what was done, in a sentence, and what was not."""
        skipped = SkippedLines()
        found = self.reading.read(origin, options, skipped)
        self.progress.total = len(found.wanted)
        with self.database.transaction() as work:
            work.session.execute(text(LIMITS))
            lineup = ChannelMerge.of(work, owner, self.job_id, options, skipped)
            lineup.progress = self.progress
            lineup.take_all(found.wanted, found.others)
            gone = lineup.mark_vanished(origin.name)
            if origin.package_id is not None:
                lineup.put_into(origin.package_id)
            self._forget_undone(work, owner)
            self.confirm(work)
            pending.mark_changed(work, owner.partner_id)
        if origin.upload:
            self.reading.blobs.remove(origin.upload)
        return Outcome(
            message=lineup.in_words(gone) + skipped.in_words(),
            result={
                "vanished": gone[:MOST_NAMES],
                "vanished_count": len(gone),
                **skipped.as_result(),
            },
        )

    def _forget_undone(self, work: UnitOfWork, owner: Owner) -> None:
        """Only the last import of a partner can be undone."""
        before = delete(ImportChange).where(
            ImportChange.partner_id == owner.partner_id,
            ImportChange.job_id != self.job_id,
        )
        work.session.execute(before.execution_options(synchronize_session=False))


@dataclass
class ChannelMerge:
    """A partner's channels while a playlist is laid over them.

    Of the channels only what they are known by is kept; rows are read and written a
    few at a time, so that memory hardly grows with the playlist.
    """

    work: UnitOfWork
    owner: Owner
    job_id: UUID
    updater: ChannelUpdater
    added: int = 0
    updated: int = 0
    progress: Counted | None = None
    _register: Register = field(default_factory=Register)
    _met: list[UUID] = field(default_factory=list)
    _new: list[UUID] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        work: UnitOfWork,
        owner: Owner,
        job_id: UUID | None = None,
        options: ImportOptions | None = None,
        skipped: SkippedLines | None = None,
    ) -> "ChannelMerge":
        """The channels a partner has; no other import changes them meanwhile."""
        lock_channel_order(work, owner.partner_id)
        updater = ChannelUpdater(
            work, owner, options or ImportOptions(), skipped or SkippedLines()
        )
        register = register_of(work, owner)
        return cls(work, owner, job_id or new_id(), updater, _register=register)

    def take_all(
        self,
        wanted: Sequence[PlaylistEntry],
        others: Sequence[PlaylistEntry] = (),
    ) -> None:
        """Lay a playlist over the channels; `others` of it only are there."""
        found = self._register.matched([*wanted, *others])[: len(wanted)]
        pairs = zip(wanted, found, strict=True)
        known = ((entry, there.id) for entry, there in pairs if there is not None)
        while some := {id_: entry for entry, id_ in islice(known, AT_ONCE)}:
            self._change_all(some)
        new = [e for e, there in zip(wanted, found, strict=True) if there is None]
        taken = {known.number for known in self._register.known}
        together = zip(new, assign_numbers(new, taken), strict=True)
        while some_new := list(islice(together, AT_ONCE)):
            self._add_all(some_new)

    def mark_vanished(self, origin: str) -> list[str]:
        """Mark what this list named before and names no more; their names.

        A list is known by where it came from, or by naming most of what it did.
        """
        known = self._register.known
        lists = self._lists_meant(origin)
        gone = [
            one.id
            for one in known
            if one.list_id in lists and not one.is_met and not one.is_vanished
        ]
        self._keep_list(origin, lists)
        names: list[str] = []
        for some in _parts(gone):
            names += self.work.session.scalars(
                update(Channel)
                .where(Channel.id.in_(some))
                .values(vanished_at=self.work.now)
                .returning(Channel.name)
            ).all()
            self._write_down({id_: {"vanished_at": None} for id_ in some})
        return names

    def _lists_meant(self, origin: str) -> set[UUID]:
        found = select(ChannelList.id).where(
            ChannelList.partner_id == self.owner.partner_id,
            ChannelList.origin == origin,
        )
        lists = set(self.work.session.scalars(found)) if origin else set()
        known = [one for one in self._register.known if one.list_id is not None]
        met = Counter(one.list_id for one in known if one.is_met)
        all_ = Counter(one.list_id for one in known if not one.is_vanished)
        most = {id_ for id_, count in met.items() if count * 2 >= all_[id_]}
        return lists | {id_ for id_ in most if id_ is not None}

    def _keep_list(self, origin: str, lists: set[UUID]) -> None:
        """Remember the list, and that these channels came in with it."""
        session = self.work.session
        if lists:
            of = delete(ChannelList).where(ChannelList.id.in_(lists))
            session.execute(of.execution_options(synchronize_session=False))
        session.add(
            ChannelList(
                id=self.updater.list_id,
                partner_id=self.owner.partner_id,
                origin=origin,
                imported_at=self.work.now,
            )
        )
        if lists:
            session.execute(
                update(Channel)
                .where(Channel.partner_id == self.owner.partner_id)
                .where(Channel.list_id.in_(lists))
                .values(list_id=self.updater.list_id)
                .execution_options(synchronize_session=False)
            )

    def put_into(self, package_id: UUID) -> None:
        """Put all that were named into a package."""
        put = put_into(self.work, package_id, [*self._met, *self._new])
        for some in _parts([id_ for id_ in self._met if id_ in put]):
            self.work.session.execute(
                update(ImportChange)
                .where(ImportChange.job_id == self.job_id)
                .where(ImportChange.channel_id.in_(some))
                .values(put_into=package_id)
                .execution_options(synchronize_session=False)
            )

    def in_words(self, gone: Sequence[str]) -> str:
        """What was done."""
        done = f"{self.added:,} channels added, {self.updated:,} updated."
        if gone:
            done += f" {len(gone):,} are missing from the playlist and were marked."
        if self.updater.adult:
            done += f" {self.updater.adult:,} were marked as adult by their groups."
        return done

    def _change_all(self, changed: dict[UUID, PlaylistEntry]) -> None:
        rows = select(Channel).where(Channel.id.in_(changed))
        channels = self.work.session.scalars(rows).all()
        before: dict[UUID, dict[str, Any] | None] = {}
        for channel in channels:
            old = state_of(channel)
            self.updater.update(channel, changed[channel.id])
            new = state_of(channel)
            before[channel.id] = {k: old[k] for k in old if old[k] != new[k]}
        self._write(channels)
        self._write_down(before)
        self._met += changed
        self.updated += len(channels)
        self._count(len(channels))

    def _write(self, channels: Iterable[Channel]) -> None:
        """Write channels and forget them."""
        self.work.session.flush()
        for channel in channels:
            self.work.session.expunge(channel)

    def _write_down(self, before: Mapping[UUID, dict[str, Any] | None]) -> None:
        rows = [
            {
                "job_id": self.job_id,
                "channel_id": id_,
                "partner_id": self.owner.partner_id,
                "before": was,
            }
            for id_, was in before.items()
        ]
        if rows:
            self.work.session.execute(insert(ImportChange), rows)

    def _count(self, done: int) -> None:
        if self.progress is not None:
            self.progress.done += done

    def _add_all(self, numbers: list[tuple[PlaylistEntry, int]]) -> None:
        channels = [self.updater.made(entry, number) for entry, number in numbers]
        self.work.session.add_all(channels)
        self._write(channels)
        self._write_down(dict.fromkeys((channel.id for channel in channels), None))
        self._new += [channel.id for channel in channels]
        self.added += len(channels)
        self._count(len(channels))


def _parts(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), AT_ONCE):
        yield list(ids[start : start + AT_ONCE])
