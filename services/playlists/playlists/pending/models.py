"""Channel sets and access facts: what was made of each, and when it is due again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, text, true
from sqlalchemy.orm import Mapped, mapped_column

from playlists.records import Record


class ChannelSet(Record):
    """The channels of one choice of packages, shared by all users who have it.

    `mark` rises with every change; a rendering that began at an older mark leaves the
    set due again.
    """

    __tablename__ = "channel_sets"
    __audited__ = False
    __table_args__ = (
        Index("ix_channel_sets_render_at", "render_at"),
        Index("ix_channel_sets_partner_id", "partner_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """The set id of `lineup.delivery`."""
    partner_id: Mapped[UUID]
    is_demo: Mapped[bool] = mapped_column(default=False)
    shows_adult: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether adult channels are in it."""
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
    """A user's access fact, and whether it is stale.

    A change of it, whoever makes it, is noted in `stale_shards` by a trigger.
    """

    __tablename__ = "access_files"
    __audited__ = False
    __table_args__ = (
        Index("ix_access_files_due_at", "due_at"),
        Index("ix_access_files_shard", text('"right"(user_id::text, 3)')),
        Index("ix_access_files_by_token", text("substr(names ->> 0, 17, 3)")),
        Index("ix_access_files_by_username", text("substr(names ->> 1, 20, 3)")),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    """Rises with every fact that differs from the one before."""
    due_at: Mapped[datetime | None]
    """When it must be made anew; None: what it says is right."""
    names: Mapped[list[str]]
    """The keys that lead to the fact: its token's, its user name's."""
    fact: Mapped[dict[str, Any] | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Tries to make it, in a row, that failed."""


class StaleShard(Record):
    """One reason why the file of a shard is older than its rows."""

    __tablename__ = "stale_shards"
    __audited__ = False
    __table_args__ = (Index("ix_stale_shards_shard", "shard"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shard: Mapped[str]
    """The shard's blob name."""
    keys: Mapped[list[str]]
    """The keys of what changed: whoever remembers what they lead to must forget it."""
    since: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
