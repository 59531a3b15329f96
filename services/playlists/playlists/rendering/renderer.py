"""The worker's rendering: claims sets that are due, writes their content, announces.

Content first, the manifest last: whoever reads the new manifest finds all it names.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lineup.blobs import BlobStore
from lineup.contracts.playlists import ChannelSetRendered
from lineup.database import Database, Work
from lineup.delivery import SetManifest, manifest_name
from lineup.secrets import Keyring
from playlists.rendering import guide, m3u, xtream
from playlists.rendering.lineups import Entry, entries_of
from playlists.rendering.models import ChannelSet, PartnerOutput
from playlists.rendering.outputs import days_back, output_of

LEASE = timedelta(minutes=2)
"""How long a claim holds: a set whose worker died is rendered again after it. One that
takes longer may be rendered twice; the first to finish counts."""
AGAIN_AFTER = timedelta(hours=3)
"""A guide's window moves with time, so every set is looked at this often."""
AFTER_FAILURE = timedelta(seconds=30)
AT_ONCE = timedelta(0)
LONGEST_QUERY = "300s"
"""A long archive is sorted before its first row arrives."""
ONE_LOOK = "REPEATABLE READ"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A set this worker renders, as it was when claimed."""

    set_id: str
    mark: int
    revision: int


def render_due(
    database: Database, blobs: BlobStore, keyring: Keyring, limit: int = 1
) -> int:
    """Render channel sets that are due, oldest first; how many were claimed.

    A set that fails is logged and tried again when its claim lapses; the others go on.
    """
    claims = _claim(database, keyring, limit)
    for claim in claims:
        try:
            _render(database, blobs, claim)
        except Exception:
            log.exception("channel_set_failed", set_id=claim.set_id)
            _try_later(database, claim)
    return len(claims)


def _claim(database: Database, keyring: Keyring, limit: int) -> list[Claim]:
    with database.transaction() as work:
        due = work.session.scalars(
            select(ChannelSet)
            .where(ChannelSet.render_at <= work.now)
            .order_by(ChannelSet.render_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for row in due:
            row.render_at = work.now + LEASE
            output_of(work, keyring, row.partner_id)
        return [
            Claim(set_id=row.id, mark=row.mark, revision=row.revision) for row in due
        ]


def _try_later(database: Database, claim: Claim) -> None:
    with database.transaction() as work:
        row = locked(work.session, claim.set_id)
        if row is not None and row.revision == claim.revision:
            row.render_at = work.now + AFTER_FAILURE


def _render(database: Database, blobs: BlobStore, claim: Claim) -> None:
    with database.transaction() as work:
        # All of a set's content shows one moment.
        work.session.connection(execution_options={"isolation_level": ONE_LOOK})
        work.session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_QUERY}'"))
        rendered = _content(work, blobs, claim)
    if rendered is not None:
        with database.transaction() as work:
            _finish(work, blobs, claim, rendered)


def _content(work: Work, blobs: BlobStore, claim: Claim) -> SetManifest | None:
    channel_set = work.session.get(ChannelSet, claim.set_id)
    if channel_set is None:
        return None
    entries = entries_of(work.session, channel_set)
    output = work.session.get_one(PartnerOutput, channel_set.partner_id)
    window = guide.window_of(
        work.now,
        days_back=days_back(output, [entry.catchup_days for entry in entries]),
        days_ahead=output.guide_days_ahead,
    )
    told = guide.render(work.session, blobs, entries, window)
    return _manifest(work, blobs, channel_set, entries, told, output.stream_secret)


def _manifest(
    work: Work,
    blobs: BlobStore,
    channel_set: ChannelSet,
    entries: list[Entry],
    told: guide.Rendered,
    stream_secret: str,
) -> SetManifest:
    return SetManifest(
        set_id=channel_set.id,
        partner_id=channel_set.partner_id,
        revision=channel_set.revision + 1,
        rendered_at=work.now,
        changed_at=work.now,
        m3u_digest=blobs.write_content(m3u.bare(entries)),
        m3u_plus_digest=blobs.write_content(m3u.full(entries)),
        streams_digest=blobs.write_content(xtream.sources(entries)),
        live_streams_digest=blobs.write_content(xtream.live_streams(entries)),
        categories_digest=blobs.write_content(xtream.categories(entries)),
        guide_digest=told.guide_digest,
        guide_plain_bytes=told.guide_plain_bytes,
        guide_changed_at=work.now,
        listings_digest=told.listings_digest,
        stream_secret=stream_secret,
    )


def _finish(work: Work, blobs: BlobStore, claim: Claim, new: SetManifest) -> None:
    """Put the manifest in place, unless somebody rendered the set meanwhile."""
    row = locked(work.session, claim.set_id)
    if row is None or row.revision != claim.revision:
        return
    old = manifest_of(row)
    if old is not None:
        new = settled(old, new)
    if old != new:
        row.manifest, row.revision = msgspec.to_builtins(new), new.revision
    row.render_at = work.now + (AGAIN_AFTER if row.mark == claim.mark else AT_ONCE)
    # Written even when nothing changed: that heals a store that lost it.
    blobs.write(manifest_name(new.set_id), msgspec.json.encode(new))
    if old != new:
        _announce(work, new)


def settled(old: SetManifest, new: SetManifest) -> SetManifest:
    """The new manifest with the times of what has not changed; `old` if nothing has."""
    playlist = (new.m3u_digest, new.m3u_plus_digest)
    if playlist == (old.m3u_digest, old.m3u_plus_digest):
        new = replace(new, changed_at=old.changed_at)
    if new.guide_digest == old.guide_digest:
        new = replace(new, guide_changed_at=old.guide_changed_at)
    as_old = replace(new, revision=old.revision, rendered_at=old.rendered_at)
    return old if as_old == old else new


def locked(session: Session, set_id: str) -> ChannelSet | None:
    """A set's row as it is now, held until the transaction ends."""
    return session.scalars(
        select(ChannelSet).where(ChannelSet.id == set_id).with_for_update()
    ).one_or_none()


def manifest_of(row: ChannelSet) -> SetManifest | None:
    """The manifest last written of a set."""
    stored: dict[str, Any] | None = row.manifest
    return None if stored is None else msgspec.convert(stored, SetManifest)


def _announce(work: Work, manifest: SetManifest) -> None:
    work.announce(
        ChannelSetRendered(
            id=UUID(hex=manifest.set_id),
            version=manifest.revision,
            set_id=manifest.set_id,
            partner_id=manifest.partner_id,
        )
    )
