"""What is to be rendered and what has been: channel sets and access facts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from lineup.contracts.playlists.streams import StreamSettings
from lineup.database import Kept
from lineup.secrets import Sealed
from playlists.records import Record


class ChannelSet(Record):
    """The channels of one choice of packages, shared by all users who have it.

    `mark` rises with every change; a rendering that began at an older mark leaves the
    set due again.
    """

    __tablename__ = "channel_sets"
    __table_args__ = (
        Index("ix_channel_sets_render_at", "render_at"),
        Index("ix_channel_sets_partner_id", "partner_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """The set id of `lineup.delivery`."""
    partner_id: Mapped[UUID]
    is_demo: Mapped[bool] = mapped_column(default=False)
    package_ids: Mapped[list[str]]
    """Which packages, as hex; the demo set's are looked up at every rendering."""
    mark: Mapped[int] = mapped_column(default=1)
    render_at: Mapped[datetime]
    """When it is due; a claim moves it on, so that a dead worker's claim lapses."""
    revision: Mapped[int] = mapped_column(default=0)
    manifest: Mapped[dict[str, Any] | None]
    """The last manifest written; its digests must not be collected."""
    used_at: Mapped[datetime]
    """When a user last got it; unused sets are dropped after a grace time."""
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Renderings in a row that failed."""


class AccessFile(Record):
    """What was written of one user into the blob store, and whether it is stale."""

    __tablename__ = "access_files"
    __table_args__ = (Index("ix_access_files_due_at", "due_at"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    """Rises with every fact that differs from the one before."""
    due_at: Mapped[datetime | None]
    """When it must be written; None: what is written is right."""
    names: Mapped[list[str]]
    """The blobs that hold the fact."""
    fact: Mapped[dict[str, Any] | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Tries to write it, in a row, that failed."""


class PartnerOutput(Kept, Record):
    """How a partner's guide is cut and its stream addresses are signed."""

    __tablename__ = "partner_outputs"

    partner_id: Mapped[UUID] = mapped_column(primary_key=True)
    guide_days_back: Mapped[int | None]
    """Days of the past in the guide; None: as far as catch-up reaches, at least 1."""
    guide_days_ahead: Mapped[int] = mapped_column(default=7)
    stream_secret: Mapped[Sealed]
    """What the partner's streaming servers check signatures with."""
    session_minutes: Mapped[int | None]
    """How long a grant to watch is good for; None: as the gateway is told."""
    session_is_bound: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )
    """Whether it serves only the network address that asked for it."""
    session_is_renewed: Mapped[bool] = mapped_column(
        default=True, server_default=true()
    )
    """Whether it goes on after its time for as long as its user may watch."""
    stream_hosts: Mapped[list[str]] = mapped_column(
        default=list, server_default=text("'[]'")
    )
    """The only hosts whose addresses are signed; empty: all."""

    def stream_settings(self) -> StreamSettings:
        """What the partner says of grants to watch."""
        return StreamSettings(
            partner_id=self.partner_id,
            session_minutes=self.session_minutes,
            session_is_renewed=self.session_is_renewed,
            session_is_bound=self.session_is_bound,
            stream_hosts=list(self.stream_hosts),
            updated_at=self.last_change,
        )
