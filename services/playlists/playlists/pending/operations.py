"""Marking what must be rendered again: something visible changed.

All of it only marks rows in the caller's transaction; the worker does the work right
after the commit (`rendering.access.write_due`, `rendering.renderer.render_due`).
"""

from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    literal,
    null,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from lineup.database import UnitOfWork, wake
from playlists.jobs.operations import WAKE
from playlists.pending.models import AccessFile, ChannelSet


def refresh_access(work: UnitOfWork, user_id: UUID) -> None:
    """Have a user's access fact written anew: its copy, or what it has, changed."""
    statement = insert(AccessFile).values(
        user_id=user_id, version=0, due_at=work.now, names=[], fact=null()
    )
    work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[AccessFile.user_id],
            set_={"due_at": statement.excluded.due_at},
        )
    )
    _wake(work)


def refresh_users(work: UnitOfWork, users: "Select[UUID]") -> None:
    """Have the facts of all users that a select of ids finds written anew."""
    found = users.subquery().c[0]
    values = literal(0), literal(work.now), func.jsonb_build_array()
    names = ["user_id", "version", "due_at", "names"]
    statement = insert(AccessFile).from_select(
        names, select(found, *values).order_by(found)
    )
    work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[AccessFile.user_id],
            set_={"due_at": statement.excluded.due_at},
        )
    )
    _wake(work)


def refresh_all_written(work: UnitOfWork) -> None:
    """Have every fact that was ever written made anew, even of users long gone."""
    work.session.execute(
        update(AccessFile)
        .values(due_at=work.now)
        .execution_options(synchronize_session=False)
    )
    _wake(work)


def render_everything(work: UnitOfWork) -> None:
    """Have every channel set rendered anew."""
    _mark_where(work, true())


def mark_changed(work: UnitOfWork, partner_id: UUID) -> None:
    """Have all channel sets of a partner rendered anew: channels or guide changed."""
    _mark_where(work, ChannelSet.partner_id == partner_id)


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
    _wake(work)


def _wake(work: UnitOfWork) -> None:
    wake(work.session, WAKE)
