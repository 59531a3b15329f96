"""What other rooms tell rendering: something visible changed.

All of it only marks rows in the caller's transaction; the worker does the work right
after the commit (`access.write_due`, `renderer.render_due`).
"""

from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, null, select, true, update
from sqlalchemy.dialects.postgresql import insert

from lineup.database import Work, wake
from playlists.entitlements.models import User
from playlists.jobs.operations import WAKE
from playlists.rendering.models import AccessFile, ChannelSet


def refresh_access(work: Work, user_id: UUID) -> None:
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


def refresh_partner(work: Work, partner_id: UUID) -> None:
    """Have the facts of all users of a partner written anew, and its sets rendered."""
    _refresh_where(work, User.partner_id == partner_id)
    mark_changed(work, partner_id)


def refresh_below(work: Work, scope: str) -> None:
    """Have the facts of all users below a seller written anew."""
    _refresh_where(work, User.scope.startswith(scope, autoescape=True))


def refresh_everybody(work: Work) -> None:
    """Have every access fact written anew: heals a store that was lost or restored."""
    _refresh_where(work, true())
    work.session.execute(
        update(AccessFile)
        .values(due_at=work.now)
        .execution_options(synchronize_session=False)
    )


def render_everything(work: Work) -> None:
    """Have every channel set rendered anew."""
    _mark_where(work, true())


def mark_changed(work: Work, partner_id: UUID) -> None:
    """Have all channel sets of a partner rendered anew: channels or guide changed."""
    _mark_where(work, ChannelSet.partner_id == partner_id)


def _refresh_where(work: Work, condition: ColumnElement[bool]) -> None:
    values = literal(0), literal(work.now), func.jsonb_build_array()
    users = select(User.id, *values).where(condition)
    names = ["user_id", "version", "due_at", "names"]
    statement = insert(AccessFile).from_select(names, users.order_by(User.id))
    work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[AccessFile.user_id],
            set_={"due_at": statement.excluded.due_at},
        )
    )
    _wake(work)


def _mark_where(work: Work, condition: ColumnElement[bool]) -> None:
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


def _wake(work: Work) -> None:
    wake(work.session, WAKE)
