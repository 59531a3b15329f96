"""A partner's last import undone: what it added goes, what it changed is as before.

What staff said since stays. Channels are read and written a few at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text

from lineup.database import Database, UnitOfWork
from playlists.channels.channel_updates import COLUMNS
from playlists.channels.finding import lock_channel_order
from playlists.channels.importing import AT_ONCE, LIMITS
from playlists.channels.models import Channel, ImportChange, PackageChannel
from playlists.jobs.running import Counted, Outcome
from playlists.owners import Owner
from playlists.pending import operations as pending

READ: dict[str, Callable[[str], Any]] = {
    "vanished_at": datetime.fromisoformat,
    "list_id": UUID,
}
"""What is written down as text."""


@dataclass(frozen=True, kw_only=True)
class ImportUndo:
    """Undoes imports; `confirm` stops a worker that lost the job, by raising."""

    database: Database
    confirm: Callable[[UnitOfWork], object]
    progress: Counted

    def run(self, owner: Owner, job_id: UUID) -> Outcome:
        """Undo all that an import did; what was done, in a sentence."""
        removed = restored = 0
        with self.database.transaction() as work:
            work.session.execute(text(LIMITS))
            lock_channel_order(work, owner.partner_id)
            for changes in _changes(work, owner, job_id):
                removed += _remove(work, [c for c in changes if c.before is None])
                restored += _restore(work, [c for c in changes if c.before is not None])
                self.progress.done += len(changes)
            written = delete(ImportChange).where(ImportChange.job_id == job_id)
            work.session.execute(written.execution_options(synchronize_session=False))
            self.confirm(work)
            pending.mark_changed(work, owner.partner_id)
        return Outcome(message=f"{removed:,} channels removed, {restored:,} restored.")


def _changes(
    work: UnitOfWork, owner: Owner, job_id: UUID
) -> Iterator[Sequence[ImportChange]]:
    after = None
    while True:
        statement = select(ImportChange).where(
            ImportChange.job_id == job_id, ImportChange.partner_id == owner.partner_id
        )
        if after is not None:
            statement = statement.where(ImportChange.channel_id > after)
        found = work.session.scalars(
            statement.order_by(ImportChange.channel_id).limit(AT_ONCE)
        ).all()
        if not found:
            return
        after = found[-1].channel_id
        yield found
        work.session.flush()
        work.session.expunge_all()


def _remove(work: UnitOfWork, changes: Sequence[ImportChange]) -> int:
    added = delete(Channel).where(Channel.id.in_([c.channel_id for c in changes]))
    gone = added.returning(Channel.id).execution_options(synchronize_session=False)
    return len(work.session.scalars(gone).all())


def _restore(work: UnitOfWork, changes: Sequence[ImportChange]) -> int:
    before = {change.channel_id: change.before or {} for change in changes}
    channels = work.session.scalars(select(Channel).where(Channel.id.in_(before))).all()
    for channel in channels:
        _as_before(channel, before[channel.id])
        channel.updated_at = work.now
    for change in changes:
        if change.put_into is not None:
            _take_out(work, change.put_into, change.channel_id)
    return len(channels)


def _as_before(channel: Channel, before: dict[str, Any]) -> None:
    own = {COLUMNS.get(detail, detail) for detail in channel.said_by_staff}
    if channel.guide_id_is_manual:
        own |= {"guide_id", "guide_key"}
    for name, value in before.items():
        if name.removesuffix("_key") not in own:
            read = READ.get(name)
            setattr(channel, name, read(value) if read and value else value)


def _take_out(work: UnitOfWork, package_id: UUID, channel_id: UUID) -> None:
    held = delete(PackageChannel).where(
        PackageChannel.package_id == package_id,
        PackageChannel.channel_id == channel_id,
    )
    work.session.execute(held.execution_options(synchronize_session=False))
