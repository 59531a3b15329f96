"""The worker's rendering: claims sets that are due, writes their content, announces.

Content first, the manifest last: whoever reads the new manifest finds all it names.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lineup.blobs import BlobStore
from lineup.contracts.playlists.events import ChannelSetRendered
from lineup.contracts.playlists.refusals import JobCode
from lineup.database import Database, UnitOfWork
from lineup.delivery import SetManifest, manifest_name
from lineup.metrics import PUT_OFF
from lineup.secrets import Keyring
from playlists.jobs.operations import note_failed
from playlists.owners import Owner
from playlists.pending.models import ChannelSet
from playlists.rendering import guide, m3u, xtream
from playlists.rendering.backoff import FIRST_PAUSE, is_outage, pause_after
from playlists.rendering.lineups import Entry, entries_of
from playlists.rendering.models import PartnerOutput
from playlists.rendering.outputs import days_back, output_of
from playlists.rendering.round_robin import RoundRobin
from playlists.rendering.stems import stems_of

LEASE = timedelta(minutes=2)
"""How long a claim holds: a set whose worker died is rendered again after it. One that
takes longer may be rendered twice; the first to finish counts."""
AGAIN_AFTER = timedelta(hours=3)
"""A guide's window moves with time, so every set is looked at this often."""
RENDER_JOB = "render_channels"
FAILED = (
    "Playlist and guide could not be updated; players see the previous version."
    " This will be retried within an hour."
)
AT_ONCE = timedelta(0)
LONGEST_QUERY = "300s"
"""A long archive is sorted before its first row arrives."""
ONE_LOOK = "REPEATABLE READ"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class RenderClaim:
    """A set this worker renders, as it was when claimed."""

    set_id: str
    partner_id: UUID
    mark: int
    revision: int


def render_due(
    database: Database,
    blobs: BlobStore,
    keyring: Keyring,
    limit: int = 1,
    turns: RoundRobin | None = None,
) -> int:
    """Render channel sets that are due; how many were claimed.

    Partners take turns; within one the oldest is first. A set that fails is put off
    alone, for longer each time; the others go on.
    """
    turns = turns or RoundRobin()
    count = 0
    while count < limit and (claim := _claim(database, turns)) is not None:
        try:
            _ensure_output(database, keyring, claim.partner_id)
            _render(database, blobs, claim)
        except Exception as error:
            log.exception("channel_set_failed", set_id=claim.set_id)
            _put_off(database, claim, error)
        finally:
            turns.give_back(claim.partner_id)
        count += 1
    return count


def _claim(database: Database, turns: RoundRobin) -> RenderClaim | None:
    """The oldest due set of the partner whose turn it is."""
    with database.transaction() as work:
        is_due = ChannelSet.render_at <= work.now
        partner_ids = work.session.scalars(
            select(ChannelSet.partner_id)
            .where(is_due)
            .group_by(ChannelSet.partner_id)
            .order_by(func.min(ChannelSet.render_at))
        ).all()
    for partner_id in turns.least_recent(partner_ids):
        if not turns.take(partner_id):
            continue
        claim = None
        try:
            claim = _claim_of(database, partner_id)
        finally:
            if claim is None:
                turns.give_back(partner_id)
        if claim is not None:
            return claim
    return None


def _claim_of(database: Database, partner_id: UUID) -> RenderClaim | None:
    with database.transaction() as work:
        row = work.session.scalars(
            select(ChannelSet)
            .where(ChannelSet.render_at <= work.now)
            .where(ChannelSet.partner_id == partner_id)
            .order_by(ChannelSet.render_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None:
            return None
        row.render_at = work.now + LEASE
        return RenderClaim(
            set_id=row.id, partner_id=partner_id, mark=row.mark, revision=row.revision
        )


def _ensure_output(database: Database, keyring: Keyring, partner_id: UUID) -> None:
    with database.transaction() as work:
        output_of(work, keyring, partner_id)


def _put_off(database: Database, claim: RenderClaim, error: Exception) -> None:
    """Try a set again later; its partner is told once when it is at fault."""
    with database.transaction() as work:
        row = locked(work.session, claim.set_id)
        if row is None or row.revision != claim.revision:
            return
        if is_outage(error):
            row.render_at = work.now + FIRST_PAUSE
            return
        row.failures += 1
        PUT_OFF.labels("playlists-worker", "sets").inc()
        row.render_at = work.now + pause_after(row.failures)
        if row.failures == 1:
            note_failed(
                work,
                RENDER_JOB,
                owner=Owner(row.partner_id),
                subject="Demo channels" if row.is_demo else "Channels and guide",
                message=FAILED,
                code=JobCode.RENDER_FAILED,
            )


def _render(database: Database, blobs: BlobStore, claim: RenderClaim) -> None:
    with database.transaction() as work:
        # All of a set's content shows one moment.
        work.session.connection(execution_options={"isolation_level": ONE_LOOK})
        work.session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_QUERY}'"))
        rendered = _content(work, blobs, claim)
    if rendered is not None:
        with database.transaction() as work:
            _finish(work, blobs, claim, rendered)


def _content(
    work: UnitOfWork, blobs: BlobStore, claim: RenderClaim
) -> SetManifest | None:
    channel_set = work.session.get(ChannelSet, claim.set_id)
    if channel_set is None:
        return None
    entries = entries_of(work.session, channel_set, work.now)
    output = work.session.get_one(PartnerOutput, channel_set.partner_id)
    window = guide.window_of(
        work.now,
        days_back=days_back(output, [entry.catchup_days for entry in entries]),
        days_ahead=output.guide_days_ahead,
    )
    rendered_guide = guide.render(work.session, blobs, entries, window)
    return _manifest(work, blobs, channel_set, entries, rendered_guide, output)


def _manifest(
    work: UnitOfWork,
    blobs: BlobStore,
    channel_set: ChannelSet,
    entries: list[Entry],
    rendered_guide: guide.Rendered,
    output: PartnerOutput,
) -> SetManifest:
    return SetManifest(
        set_id=channel_set.id,
        partner_id=channel_set.partner_id,
        revision=channel_set.revision + 1,
        rendered_at=work.now,
        changed_at=work.now,
        m3u_digest=blobs.write_content(m3u.bare(entries)),
        m3u_plus_digest=blobs.write_content(m3u.full(entries)),
        streams_digest=blobs.write_content(
            xtream.sources(
                entries,
                stems_of(work.session, channel_set.partner_id),
                output.stream_hosts,
            )
        ),
        live_streams_digest=blobs.write_content(xtream.live_streams(entries)),
        categories_digest=blobs.write_content(xtream.categories(entries)),
        guide_digest=rendered_guide.guide_digest,
        guide_plain_bytes=rendered_guide.guide_plain_bytes,
        guide_changed_at=work.now,
        listings_digest=rendered_guide.listings_digest,
        stream_secret=output.stream_secret,
        session_minutes=output.session_minutes,
        session_is_bound=output.session_is_bound,
        session_is_renewed=output.session_is_renewed,
    )


def _finish(
    work: UnitOfWork, blobs: BlobStore, claim: RenderClaim, new: SetManifest
) -> None:
    """Put the manifest in place, unless somebody rendered the set meanwhile."""
    row = locked(work.session, claim.set_id)
    if row is None or row.revision != claim.revision:
        return
    row.failures = 0
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


def _announce(work: UnitOfWork, manifest: SetManifest) -> None:
    work.announce(
        ChannelSetRendered(
            id=UUID(hex=manifest.set_id),
            version=manifest.revision,
            set_id=manifest.set_id,
            partner_id=manifest.partner_id,
        )
    )
