"""Upkeep of the store: content nobody names, sets nobody sees, uploads left over.

Facts that lie by themselves, as before there were shards, go once all shards are
written, too.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import PurePosixPath

import msgspec
import structlog
from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from lineup.blobs import UNFINISHED, BlobStore
from lineup.database import Database, UnitOfWork
from lineup.delivery import manifest_name
from playlists.pending.models import ChannelSet, StaleShard
from playlists.rendering.renderer import manifest_of

GRACE = timedelta(hours=24)
"""Content may still be in a reader's hands this long after it was replaced."""
UNUSED_FOR = timedelta(days=7)
SEEN = text(
    "SELECT piece->>'set_id' FROM access_files,"
    " jsonb_array_elements(fact->'timeline') piece"
    " WHERE (piece->>'until_at')::timestamptz > :now"
)
MOST_AT_ONCE = 1000
ALONE = "access/token/", "access/username/"
DIGEST = re.compile(r"[0-9a-f]{64}")
log = structlog.get_logger(__name__)


def collect(database: Database, blobs: BlobStore) -> int:
    """Drop unused sets and remove content no manifest names; how many blobs went.

    Writers touch content they reuse, so what a manifest is about to name is young.
    """
    with database.transaction() as work:
        _note_use(work)
        dropped = _drop_unused(work)
    _remove(blobs, map(manifest_name, dropped))
    with database.transaction() as work:
        named = named_digests(work.session)
        are_shards_written = work.session.scalar(select(func.count(StaleShard.id))) == 0
        now = work.now
    alone = ALONE if are_shards_written else ()
    return _remove(blobs, _unnamed(blobs, named, alone, written_before=now - GRACE))


def _remove(blobs: BlobStore, names: Iterable[str]) -> int:
    """Remove blobs; one that cannot be removed stays until the next time."""
    removed = 0
    for name in names:
        try:
            blobs.remove(name)
        except OSError:
            log.exception("blob_not_removed", name=name)
        else:
            removed += 1
    return removed


def _note_use(work: UnitOfWork) -> None:
    work.session.execute(
        update(ChannelSet)
        .where(
            or_(
                ChannelSet.is_demo,
                ChannelSet.id.in_(
                    SEEN.bindparams(now=work.now)
                    .columns(ChannelSet.id)
                    .scalar_subquery()
                ),
            )
        )
        .values(used_at=work.now)
        .execution_options(synchronize_session=False)
    )


def _drop_unused(work: UnitOfWork) -> list[str]:
    unused = (
        select(ChannelSet.id)
        .where(ChannelSet.used_at < work.now - UNUSED_FOR)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return list(
        work.session.scalars(
            delete(ChannelSet)
            .where(ChannelSet.id.in_(unused.scalar_subquery()))
            .returning(ChannelSet.id)
        )
    )


def named_digests(session: Session) -> set[str]:
    """All content that the manifest of some set names."""
    named: set[str] = set()
    for row in session.scalars(select(ChannelSet).execution_options(yield_per=500)):
        named |= _digests(row)
    return named


def _digests(row: ChannelSet) -> set[str]:
    """What a set names; of a manifest nobody can read, all that may be a name."""
    try:
        manifest = manifest_of(row)
    except msgspec.ValidationError:
        log.exception("manifest_unreadable", set_id=row.id)
        return set(DIGEST.findall(msgspec.json.encode(row.manifest).decode()))
    return manifest.digests() if manifest else set()


def _unnamed(
    blobs: BlobStore,
    named: set[str],
    alone: tuple[str, ...],
    *,
    written_before: datetime,
) -> Iterator[str]:
    is_waste: dict[str, Callable[[str], bool]] = {
        "content": lambda name: PurePosixPath(name).name not in named,
        "access": lambda name: name.endswith(UNFINISHED) or name.startswith(alone),
        "sets": lambda name: name.endswith(UNFINISHED),
        "uploads": lambda _: True,
    }
    for folder, may_go in is_waste.items():
        for name, written_at in list(blobs.names(folder)):
            if written_at < written_before and may_go(name):
                yield name
