"""What other rooms tell rendering: something visible changed.

Both only mark rows in the caller's transaction; the worker does the work right after
the commit (`playlists.rendering.access`, `playlists.rendering.rendering`).
"""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from lineup.database import Work
from playlists.rendering.models import AccessFile, ChannelSet

WAKE = "playlists_work"
"""The PostgreSQL channel that is notified when the worker has something to do."""


def refresh_access(work: Work, user_id: UUID) -> None:
    """Have a user's access fact written anew: its copy, or what it has, changed."""
    statement = insert(AccessFile).values(user_id=user_id, due_at=work.now, names=[])
    work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[AccessFile.user_id],
            set_={"due_at": statement.excluded.due_at},
        )
    )
    _wake(work)


def mark_changed(work: Work, partner_id: UUID) -> None:
    """Have all channel sets of a partner rendered anew: channels or guide changed."""
    rows = (
        select(ChannelSet.id)
        .where(ChannelSet.partner_id == partner_id)
        .order_by(ChannelSet.id)
        .with_for_update()
    )
    work.session.execute(
        update(ChannelSet)
        .where(ChannelSet.id.in_(rows.scalar_subquery()))
        .values(mark=ChannelSet.mark + 1, render_at=work.now)
        .execution_options(synchronize_session=False)
    )
    _wake(work)


def _wake(work: Work) -> None:
    work.session.execute(select(func.pg_notify(WAKE, "")))
