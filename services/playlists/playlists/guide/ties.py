"""Which guide channel a channel shows: of the same id, else of the same name.

Ties are found when they are asked for, so they are never out of date. A guide id that
staff gave is the only one that counts; an id from a playlist that leads nowhere gives
way to the name.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Interval,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from lineup.contracts.playlists import ChannelGuide, GuideReach, TiedBy
from playlists.channels.models import Channel
from playlists.guide.models import GuideChannel, GuideSource
from playlists.upstairs import Shown

SHORT = func.make_interval(0, 0, 0, 1, type_=Interval)
"""A day: a guide that reaches less far is flagged (PE-13)."""
LONG_AGO = func.to_timestamp(0, type_=DateTime(timezone=True))
SHIFT = func.make_interval(
    0, 0, 0, 0, 0, 0, Channel.guide_shift_minutes * 60, type_=Interval
)
"""By how much a channel shows its guide later."""


def tie() -> LateralFromClause:
    """What to join `channels` with: its `source_id`, `import_id` and `channel_no`.

    `select(Channel, tie.c.import_id).outerjoin(tie, true())` gives NULLs to channels
    without a guide. The first source made wins; one that is off does not count. Ids
    and names are looked up apart, since one condition for both would use no index.
    """
    by_id = _candidates(TiedBy.ID).where(
        Channel.guide_key != "", GuideChannel.xmltv_key == Channel.guide_key
    )
    by_name = _candidates(TiedBy.NAME).where(
        not_(Channel.guide_id_is_manual),
        Channel.name_key != "",
        GuideChannel.name_key == Channel.name_key,
    )
    found = union_all(by_id, by_name).subquery("candidates").c
    rank = case((found.tied_by == TiedBy.ID.value, 0), else_=1)
    return (
        select(*found)
        .order_by(rank, found.source_id, found.channel_no)
        .limit(1)
        .lateral("tie")
    )


Candidates = Select[UUID, str, int, int, str, str, int, datetime | None, str]
"""What tells a guide channel, and how it was found."""


def _candidates(tied_by: TiedBy) -> Candidates:
    """Guide channels of the channel's partner that have programmes."""
    return (
        select(
            GuideSource.id.label("source_id"),
            GuideSource.name.label("source_name"),
            GuideChannel.import_id,
            GuideChannel.channel_no,
            GuideChannel.xmltv_id,
            GuideChannel.name,
            GuideChannel.programmes,
            GuideChannel.reaches_until,
            literal(tied_by.value).label("tied_by"),
        )
        .join(GuideSource, GuideSource.import_id == GuideChannel.import_id)
        .where(
            GuideSource.partner_id == Channel.partner_id,
            GuideSource.is_on,
            GuideChannel.programmes > 0,
        )
        .correlate(Channel)
    )


def reach_of(tied: LateralFromClause) -> ColumnElement[datetime]:
    """When the guide of a channel ends, its shift counted; long ago without one."""
    until = type_coerce(tied.c.reaches_until + SHIFT, DateTime(timezone=True))
    return func.coalesce(until, LONG_AGO)


def with_reach(statement: "Select[Any]") -> "tuple[Select[Any], ColumnElement[Any]]":
    """A select of channels, joined with how far the guide of each reaches."""
    tied = tie()
    return statement.outerjoin(tied, true()), reach_of(tied)


def reaches(
    until: ColumnElement[Any], wanted: GuideReach, now: datetime
) -> ColumnElement[bool]:
    """Whether a guide that ends then reaches as far as `wanted` says."""
    has_some, is_long = until > now, until >= now + SHORT
    return {
        GuideReach.NONE: not_(has_some),
        GuideReach.SHORT: and_(has_some, not_(is_long)),
        GuideReach.LACKING: not_(is_long),
        GuideReach.ENOUGH: is_long,
    }[wanted]


def guides_of(session: Session, channel_ids: Collection[UUID]) -> dict[UUID, Shown]:
    """What each channel shows, and how far that reaches; without a guide: absent."""
    tied = tie()
    rows = session.execute(
        select(
            Channel.id,
            reach_of(tied).label("until"),
            tied.c.source_id,
            tied.c.source_name,
            tied.c.xmltv_id,
            tied.c.name,
            tied.c.programmes,
            tied.c.tied_by,
            Channel.guide_id_is_manual,
        )
        .join(tied, true())
        .where(Channel.id.in_(channel_ids))
    )
    return {row.id: Shown(until=row.until, guide=_guide(row)) for row in rows}


def _guide(row: Any) -> ChannelGuide:
    return ChannelGuide(
        source_id=row.source_id,
        source_name=row.source_name,
        guide_id=row.xmltv_id,
        name=row.name,
        programmes=row.programmes,
        tied_by=TiedBy.MANUAL if row.guide_id_is_manual else TiedBy(row.tied_by),
    )


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
