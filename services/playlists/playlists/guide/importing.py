"""A guide source's fetch, as the worker does it: read whole or not at all."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import IO
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lineup.blobs import BlobStore
from lineup.contracts.playlists.refusals import (
    GuideEmpty,
    GuideShrunk,
    GuideSourceNotFound,
)
from lineup.database import Database, UnitOfWork
from lineup.secrets import Keyring
from playlists.addresses import Fetched, Limits, Wanted
from playlists.guide.loading import Loaded, load
from playlists.guide.models import GuideSource
from playlists.guide.source_settings import open_headers
from playlists.guide.sources import retire
from playlists.guide.times import Times
from playlists.guide.unpack import chunks
from playlists.jobs.running import Counted
from playlists.pending import operations as pending
from playlists.uploads import open_upload

RETRY_HOURS = 1
"""After the first failure; twice as long after each further one, until the schedule
comes sooner."""
MOST_DOUBLINGS = 10
HELD_FOR = timedelta(hours=24)
"""How long a guide is kept for one that is much smaller."""
TO_COME = text(
    "SELECT count(*) FROM programmes WHERE import_id = :import_id AND stop_at > :now"
)
UNCHANGED = "The guide has not changed."
STATISTICS = text(
    "ANALYZE (SKIP_LOCKED) guide_sources, guide_channels, guide_names, channels"
)
"""What the planner knows of a guide. Autovacuum comes a minute late, and never to the
few sources; without it, channels find their guides by reading all names for each."""
LIMITS = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '30s'"


@dataclass(frozen=True, kw_only=True)
class Importer:
    """Fetches guides and swaps them in.

    `confirm` is called in the transaction that takes effect and stops it by raising,
    when the job belongs to another worker by now.
    """

    database: Database
    blobs: BlobStore
    keyring: Keyring
    limits: Limits
    longest: int
    """Bytes of an unpacked guide."""
    confirm: Callable[[UnitOfWork], object]
    progress: Counted

    def run(self, source_id: UUID, *, force: bool = False) -> str:
        """Fetch a source and show what came; what was done, in a sentence.

        A refusal changes nothing, and rises: see `note_failure`.
        """
        with self.database.transaction() as work:
            source = _find(work.session, source_id)
        with tempfile.TemporaryFile() as file:
            fetched = self._get(source, file, force=force)
            if self._is_known(source, fetched, force=force):
                message = self._note(source_id, UNCHANGED)
            else:
                message = self._import(source, file, fetched, force=force)
        if source.upload:
            self.blobs.remove(source.upload)
        return message

    def _get(self, source: GuideSource, file: IO[bytes], *, force: bool) -> Fetched:
        if source.upload and not source.address:
            with open_upload(self.blobs, source.upload) as upload:
                return Fetched(is_modified=True, digest=_copy(upload, file))
        from playlists.fetching import fetch

        knows = source.import_id is not None and not force
        wanted = Wanted(
            what="guide",
            address=source.address,
            headers=open_headers(self.keyring, source.headers),
            etag=source.etag if knows else "",
            last_modified=source.last_modified if knows else "",
        )
        return fetch(wanted, file, self.limits)

    def _is_known(self, source: GuideSource, fetched: Fetched, *, force: bool) -> bool:
        if not fetched.is_modified:
            return True
        return not force and source.digest == _digest(source, fetched)

    def _import(
        self, source: GuideSource, file: IO[bytes], fetched: Fetched, *, force: bool
    ) -> str:
        times = Times(source.time_zone, source.shift_minutes)
        with self.database.transaction() as work:
            work.session.execute(text(LIMITS))
            loaded = load(work.session, source.id, self._read(file), times)
            if loaded.programmes == 0:
                raise GuideEmpty
            current = _find(work.session, source.id, for_update=True)
            if not force:
                _must_not_shrink(work, current, loaded)
            retire(work, current)
            _show(current, loaded, work)
            current.digest = _digest(source, fetched)
            current.etag, current.last_modified = fetched.etag, fetched.last_modified
            self.confirm(work)
            pending.mark_changed(work, current.partner_id)
        with self.database.transaction() as work:
            work.session.execute(STATISTICS)
        return f"{loaded.programmes:,} programmes of {loaded.channels:,} channels."

    def _read(self, file: IO[bytes]) -> Iterator[bytes]:
        """The guide's pieces; how far the file is read is the progress."""
        self.progress.total = file.seek(0, 2)
        file.seek(0)
        for chunk in chunks(file, longest=self.longest):
            yield chunk
            self.progress.done = file.tell()

    def _note(self, source_id: UUID, message: str) -> str:
        with self.database.transaction() as work:
            source = _find(work.session, source_id, for_update=True)
            source.last_fetched_at = work.now
            source.succeed()
        return message


def note_failure(work: UnitOfWork, source_id: UUID, message: str, code: str) -> None:
    """Show at a source why its fetch failed; the next is tried soon, then later."""
    statement = select(GuideSource).where(GuideSource.id == source_id)
    source = work.session.scalars(statement.with_for_update()).one_or_none()
    if source is None:
        return
    source.last_fetched_at = work.now
    source.last_error, source.last_error_code = message, code
    source.failures += 1
    if code == GuideShrunk.code:
        source.shrunk_at = source.shrunk_at or work.now
    if source.fetch_at is not None:
        pause = RETRY_HOURS * 2 ** min(source.failures - 1, MOST_DOUBLINGS)
        source.fetch_at = min(source.fetch_at, work.now + timedelta(hours=pause))


def _find(
    session: Session, source_id: UUID, *, for_update: bool = False
) -> GuideSource:
    statement = select(GuideSource).where(GuideSource.id == source_id)
    if for_update:
        statement = statement.with_for_update()
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise GuideSourceNotFound
    return found


def _show(source: GuideSource, loaded: Loaded, work: UnitOfWork) -> None:
    """Let a source show an import: the swap."""
    source.import_id, source.programmes = loaded.import_id, loaded.programmes
    source.channels, source.reaches_until = loaded.channels, loaded.reaches_until
    source.warnings, source.last_fetched_at = loaded.warnings, work.now
    source.succeed()


def _must_not_shrink(work: UnitOfWork, source: GuideSource, loaded: Loaded) -> None:
    """GuideShrunk for a guide that tells less than half of what is still to come.

    Only what is not over is worth holding on to, and not for ever: what has come this
    small for a day is how the guide is now.
    """
    if source.import_id is None:
        return
    if source.shrunk_at is not None and work.now - source.shrunk_at >= HELD_FOR:
        return
    new, old = (
        work.session.scalar(TO_COME, {"import_id": import_id, "now": work.now}) or 0
        for import_id in (loaded.import_id, source.import_id)
    )
    if new * 2 < old:
        raise GuideShrunk(
            f"{new} upcoming programmes instead of {old}. Import it anyway if that is"
            " correct; if it stays like this for a day, it is accepted."
        )


def _digest(source: GuideSource, fetched: Fetched) -> str:
    """What the rows depend on: the bytes, and how their times are read."""
    shaped = f"{fetched.digest}:{source.shift_minutes}:{source.time_zone}"
    return hashlib.sha256(shaped.encode()).hexdigest()


def _copy(upload: IO[bytes], file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := upload.read(1 << 20):
        digest.update(block)
        file.write(block)
    return digest.hexdigest()
