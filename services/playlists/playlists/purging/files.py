"""The files of a partner: uploads, logos, and what was rendered for it.

Content is shared by all who have the same: it stays while somebody else names it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from lineup.blobs import BlobStore
from lineup.database import UnitOfWork
from lineup.delivery import SetManifest, content_name
from playlists.channels.models import Channel
from playlists.guide.models import GuideSource
from playlists.jobs.models import Job
from playlists.rendering.garbage import named_digests

LOGOS = "logos"
MANIFESTS = "sets"
READ_AT_ONCE = 200
log = structlog.get_logger(__name__)
Others = aliased(Channel)


@dataclass(frozen=True)
class PartnerFiles:
    """Steps of a purge that remove files; each may be taken again."""

    blobs: BlobStore

    def remove_uploads(self, work: UnitOfWork, purge: Any) -> int:
        """Remove what staff uploaded and nobody has read yet."""
        said = Job.payload["upload"].astext
        for statement in (
            select(GuideSource.upload).where(GuideSource.partner_id == purge.id),
            select(said).where(Job.partner_id == purge.id, said.is_not(None)),
        ):
            for name in filter(None, work.session.scalars(statement)):
                self.blobs.remove(name)
        return 0

    def remove_logos(self, work: UnitOfWork, purge: Any) -> int:
        """Remove logos that staff uploaded, unless another partner shows the same."""
        is_shared = exists().where(
            Others.logo == Channel.logo, Others.partner_id != purge.id
        )
        own = select(Channel.logo).where(
            Channel.partner_id == purge.id,
            Channel.logo.contains(f"/{LOGOS}/"),
            ~is_shared,
        )
        for address in work.session.scalars(own.distinct()):
            self.blobs.remove(f"{LOGOS}/{PurePosixPath(address).name}")
        return 0

    def remove_manifests(self, work: UnitOfWork, purge: Any) -> int:
        """Remove what was rendered, also for sets of which no row tells any more."""
        found = dict(self._manifests_of(purge.id))
        if not found:
            return 0
        named = named_digests(work.session)
        for name, manifest in found.items():
            for digest in manifest.digests() - named:
                self.blobs.remove(content_name(digest))
            self.blobs.remove(name)
        return len(found)

    def _manifests_of(self, partner_id: UUID) -> Iterator[tuple[str, SetManifest]]:
        names = (name for name, _ in self.blobs.names(MANIFESTS))
        while some := list(islice(names, READ_AT_ONCE)):
            for name, content in self.blobs.read_many(some).items():
                manifest = _read(name, content)
                if manifest is not None and manifest.partner_id == partner_id:
                    yield name, manifest


def _read(name: str, content: bytes) -> SetManifest | None:
    """A manifest; None for a file that is none."""
    try:
        return msgspec.json.decode(content, type=SetManifest)
    except msgspec.DecodeError:
        log.warning("manifest_unreadable", name=name)
        return None
