"""Which guide channel a channel shows: of the same id, else of the same name.

Ties are found when they are asked for, so they are never out of date. A guide id that
staff gave is the only one that counts; an id from a playlist that leads nowhere gives
way to the name.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from playlists.channels.models import Channel
from playlists.guide.models import GuideChannel, GuideSource


def tie() -> LateralFromClause:
    """What to join `channels` with: its `source_id`, `import_id` and `channel_no`.

    `select(Channel, tie.c.import_id).outerjoin(tie, true())` gives NULLs to channels
    without a guide. The first source made wins; one that is off does not count.
    """
    return (
        select(
            GuideSource.id.label("source_id"),
            GuideChannel.import_id,
            GuideChannel.channel_no,
            GuideChannel.reaches_until,
        )
        .join(GuideSource, GuideSource.import_id == GuideChannel.import_id)
        .where(
            GuideSource.partner_id == Channel.partner_id,
            GuideSource.is_on,
            GuideChannel.programmes > 0,
            or_(_is_same_id(), _is_same_name()),
        )
        .order_by(_is_same_id().desc(), GuideSource.id, GuideChannel.channel_no)
        .limit(1)
        .correlate(Channel)
        .lateral("tie")
    )


def _is_same_id() -> ColumnElement[bool]:
    return and_(Channel.guide_key != "", GuideChannel.xmltv_key == Channel.guide_key)


def _is_same_name() -> ColumnElement[bool]:
    return and_(
        not_(Channel.guide_id_is_manual),
        Channel.name_key != "",
        GuideChannel.name_key == Channel.name_key,
    )


def guide_until(
    session: Session, channel_ids: Collection[UUID]
) -> dict[UUID, datetime]:
    """How far the guide of each channel reaches; without a guide it is absent."""
    tied = tie()
    rows = session.execute(
        select(Channel.id, Channel.guide_shift_minutes, tied.c.reaches_until)
        .join(tied, true())
        .where(Channel.id.in_(channel_ids))
    )
    return {id_: until + timedelta(minutes=shift) for id_, shift, until in rows}


def matched_channels(
    session: Session, partner_ids: Collection[UUID]
) -> dict[UUID, int]:
    """How many channels show each source of these partners."""
    tied = tie()
    rows = session.execute(
        select(tied.c.source_id, func.count().label("shown_by"))
        .select_from(Channel)
        .join(tied, true())
        .where(Channel.partner_id.in_(partner_ids))
        .group_by(tied.c.source_id)
    )
    return {row.source_id: row.shown_by for row in rows}
