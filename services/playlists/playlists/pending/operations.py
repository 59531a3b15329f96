"""Marking what must be rendered again: something visible changed.

All of it only marks rows in the caller's transaction; the worker does the work right
after the commit (`rendering.access.write_due`, `rendering.renderer.render_due`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    and_,
    case,
    func,
    literal,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from lineup.database import UnitOfWork, wake
from playlists.pending.models import AccessFile, ChannelSet

FACTS_WAKE = "playlists_facts"
"""The PostgreSQL channel that is notified when access facts are to be made anew."""
SETS_WAKE = "playlists_sets"
"""The same for channel sets to be rendered."""
FIRST_PAUSE = timedelta(seconds=1)
"""How long a user who is new waits for what was bought with it, which comes right after
it: one fact is made of both."""
EVERY_SHARD = text("""
INSERT INTO stale_shards (shard, keys)
SELECT shard, '[]' FROM (
    SELECT 'access/facts/' || right(user_id::text, 3) AS shard FROM access_files
    UNION SELECT 'access/by-token/' || substr(names ->> 0, 17, 3) FROM access_files
    UNION SELECT 'access/by-username/' || substr(names ->> 1, 20, 3) FROM access_files
) AS all_shards WHERE shard IS NOT NULL ORDER BY shard
""")
"""Notes all shards that rows lie in."""


def refresh_access(work: UnitOfWork, *user_ids: UUID) -> None:
    """Have users' access facts made anew: their copies, or what they have, changed."""
    _refresh(work, _each_of(user_ids))


def expect_access(work: UnitOfWork, *user_ids: UUID) -> None:
    """As `refresh_access`, but what was bought with who has none yet is waited for."""
    is_awaited = and_(
        AccessFile.version == 0, AccessFile.failures == 0, AccessFile.due_at > work.now
    )
    marked = _marked(
        _each_of(user_ids),
        first_at=work.now + FIRST_PAUSE,
        again_at=case((is_awaited, AccessFile.due_at), else_=work.now),
    )
    due = work.session.scalars(marked.returning(AccessFile.due_at)).all()
    if work.now in due:
        wake(work.session, FACTS_WAKE)


def refresh_users(work: UnitOfWork, users: "Select[UUID]") -> None:
    """Have the facts of all users that a select of ids finds made anew."""
    _refresh(work, users.subquery().c[0])


def _refresh(work: UnitOfWork, found: ColumnElement[UUID]) -> None:
    work.session.execute(_marked(found, first_at=work.now, again_at=work.now))
    wake(work.session, FACTS_WAKE)


def _each_of(user_ids: Collection[UUID]) -> ColumnElement[UUID]:
    wanted = literal(list(set(user_ids)), ARRAY(Uuid()))
    return func.unnest(wanted).column_valued("id")


def _marked(found: ColumnElement[UUID], *, first_at: datetime, again_at: Any) -> Insert:
    """Facts are due `again_at`; of users nobody has heard of yet, at `first_at`."""
    values = literal(0), literal(first_at), func.jsonb_build_array()
    names = ["user_id", "version", "due_at", "names"]
    statement = insert(AccessFile).from_select(
        names, select(found, *values).order_by(found)
    )
    return statement.on_conflict_do_update(
        index_elements=[AccessFile.user_id], set_={"due_at": again_at}
    )


def refresh_all_written(work: UnitOfWork) -> None:
    """Have every fact that was ever written made anew, even of users long gone."""
    work.session.execute(
        update(AccessFile)
        .values(due_at=work.now)
        .execution_options(synchronize_session=False)
    )
    wake(work.session, FACTS_WAKE)


def write_all_shards(work: UnitOfWork) -> None:
    """Have every file of access facts written again, whether or not a fact changes."""
    work.session.execute(EVERY_SHARD)
    wake(work.session, FACTS_WAKE)


def render_everything(work: UnitOfWork) -> None:
    """Have every channel set rendered anew."""
    _mark_where(work, true())


def mark_changed(work: UnitOfWork, *partner_ids: UUID) -> None:
    """Have all channel sets of partners rendered anew: channels or guide changed."""
    _mark_where(work, ChannelSet.partner_id.in_(partner_ids))


def _mark_where(work: UnitOfWork, condition: ColumnElement[bool]) -> None:
    in_order = (
        select(ChannelSet.id).where(condition).order_by(ChannelSet.id).with_for_update()
    )
    work.session.execute(
        update(ChannelSet)
        .where(ChannelSet.id.in_(in_order.scalar_subquery()))
        .values(mark=ChannelSet.mark + 1, render_at=work.now)
        .execution_options(synchronize_session=False)
    )
    wake(work.session, SETS_WAKE)
