"""Which guide channel a channel shows: of the same id, else of the same name.

Mappings are looked up with each query, so they are never out of date. A guide id that
staff gave is the only one that counts; an id from a playlist that leads nowhere gives
way to the name, or to the name a playlist has for the guide. What is not sure is not
mapped; it is proposed to staff (`proposals`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.selectable import LateralFromClause

from lineup.contracts.playlists.channels import ChannelGuide, GuideReach, TiedBy
from lineup.database import UnitOfWork
from playlists.channels.models import Channel
from playlists.guide.models import GuideChannel, GuideName, GuideSource

SHORT = timedelta(hours=24)
"""A guide that reaches less far is flagged."""
LONG_AGO = func.to_timestamp(0, type_=DateTime(timezone=True))
MOST_SHIFT_MINUTES = 24 * 60
SHIFT = func.make_interval(
    0,
    0,
    0,
    0,
    0,
    0,
    func.greatest(
        -MOST_SHIFT_MINUTES, func.least(MOST_SHIFT_MINUTES, Channel.guide_shift_minutes)
    )
    * 60,
    type_=Interval,
)
"""By how much a channel shows its guide later."""


@dataclass(frozen=True, kw_only=True)
class MappedGuide:
    """The guide a channel shows, when it ends with the channel's own shift, and how
    far that is from now.
    """

    guide: ChannelGuide
    until: datetime
    reach: GuideReach


ID, EXACT, STRICT, LISTED, LOOSE = range(5)
"""How sure a mapping is, the surest first; LISTED is by a playlist's tvg-name."""
BY_NAME = (
    (EXACT, Channel.exact_key, GuideName.exact_key),
    (STRICT, Channel.strict_key, GuideName.strict_key),
    (LISTED, Channel.guide_name_key, GuideName.strict_key),
    (LOOSE, Channel.name_key, GuideName.loose_key),
)


def guide_mapping(now: datetime) -> LateralFromClause:
    """What to join `channels` with: its `source_id`, `import_id` and `channel_no`.

    `select(Channel, mapping.c.import_id).outerjoin(mapping, true())` gives NULLs to
    channels without a guide. A guide that goes on wins over one that is over, an id
    over a name, a name over what is left of it (`BY_NAME`), then the first source
    made; one that is off does not count.
    """
    chosen = _chosen(now).subquery("chosen").c
    return (
        select(
            chosen.source_id,
            GuideSource.name.label("source_name"),
            chosen.import_id,
            chosen.channel_no,
            GuideChannel.xmltv_id,
            GuideChannel.name,
            GuideChannel.icon,
            GuideChannel.programmes,
            GuideChannel.reaches_until,
            case((chosen.level == ID, TiedBy.ID.value), else_=TiedBy.NAME.value).label(
                "tied_by"
            ),
        )
        .join(GuideSource, GuideSource.id == chosen.source_id)
        .join(
            GuideChannel,
            and_(
                GuideChannel.import_id == chosen.import_id,
                GuideChannel.channel_no == chosen.channel_no,
            ),
        )
        .lateral("mapping")
    )


def _chosen(now: datetime) -> "Select[Any]":
    """The best guide channel of one channel.

    Within a source several that are equally good are none, unless only the quality in
    their names tells them apart. Each way is looked up apart, since one condition for
    all would use no index.
    """
    ways = [_by_id(now), *(_by_name(now, *way) for way in BY_NAME)]
    found = union_all(*ways).subquery("candidates").c
    channels = func.count(found.channel_no.distinct())
    is_one = and_(
        channels <= func.count(found.exact_key.distinct()),
        func.count(found.strict_key.distinct()) == 1,
        func.count(func.nullif(found.country, "").distinct()) <= 1,
    )
    where = found.source_id, found.import_id, found.level, found.is_over
    return (
        select(*where, func.min(found.channel_no).label("channel_no"))
        .group_by(*where)
        .having(or_(found.level == ID, is_one))
        .order_by(found.is_over, found.level, found.source_id)
        .limit(1)
    )


def _by_id(now: datetime) -> "Select[Any]":
    return _candidates(now, ID, literal(""), literal("")).where(
        Channel.guide_key != "", GuideChannel.xmltv_key == Channel.guide_key
    )


def _by_name(now: datetime, level: int, key: Any, guide_key: Any) -> "Select[Any]":
    """By name: not across countries, and not where brackets say different things."""
    found = _candidates(now, level, GuideName.exact_key, GuideName.strict_key).join(
        GuideName,
        and_(
            GuideName.import_id == GuideChannel.import_id,
            GuideName.channel_no == GuideChannel.channel_no,
        ),
    )
    found = found.where(
        not_(Channel.guide_id_is_manual),
        key != "",
        guide_key == key,
        or_(
            Channel.country == "",
            GuideChannel.country == "",
            GuideChannel.country == Channel.country,
        ),
    )
    if level != LOOSE:
        return found
    is_bare = GuideName.strict_key == GuideName.loose_key
    return found.where(or_(Channel.strict_key == Channel.name_key, is_bare))


def _candidates(
    now: datetime,
    level: int,
    exact_key: Any,
    strict_key: Any,
) -> "Select[Any]":
    """Guide channels of the channel's partner that have programmes."""
    found: Select[Any] = (
        select(
            GuideSource.id.label("source_id"),
            GuideChannel.import_id,
            GuideChannel.channel_no,
            GuideChannel.country,
            (GuideChannel.reaches_until + SHIFT <= now).label("is_over"),
            exact_key.label("exact_key"),
            strict_key.label("strict_key"),
            literal(level).label("level"),
        )
        .select_from(GuideSource)
        .join(GuideChannel, GuideSource.import_id == GuideChannel.import_id)
        .where(
            GuideSource.partner_id == Channel.partner_id,
            GuideSource.is_on,
            GuideChannel.programmes > 0,
        )
        .correlate(Channel)
    )
    return found


def coverage_end(mapping: LateralFromClause) -> ColumnElement[datetime]:
    """When the guide of a channel ends, its shift counted; long ago without one."""
    until = type_coerce(mapping.c.reaches_until + SHIFT, DateTime(timezone=True))
    return func.coalesce(until, LONG_AGO)


def with_coverage(
    statement: "Select[Any]", now: datetime
) -> "tuple[Select[Any], ColumnElement[Any]]":
    """A select of channels, joined with how far the guide of each reaches."""
    mapping = guide_mapping(now)
    return statement.outerjoin(mapping, true()), coverage_end(mapping)


def has_coverage(
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


def coverage_at(until: datetime | None, now: datetime) -> GuideReach:
    """How far a guide that ends then reaches, as `reaches` says it of a table."""
    if until is None or until <= now:
        return GuideReach.NONE
    return GuideReach.ENOUGH if until >= now + SHORT else GuideReach.SHORT


def guides_of(
    work: UnitOfWork, channel_ids: Collection[UUID]
) -> dict[UUID, MappedGuide]:
    """What each channel shows, and how far that reaches; without a guide: absent."""
    mapping = guide_mapping(work.now)
    rows = work.session.execute(
        select(
            Channel.id,
            coverage_end(mapping).label("until"),
            mapping.c.source_id,
            mapping.c.source_name,
            mapping.c.xmltv_id,
            mapping.c.name,
            mapping.c.programmes,
            mapping.c.tied_by,
            Channel.guide_id_is_manual,
        )
        .join(mapping, true())
        .where(Channel.id.in_(channel_ids))
    )
    return {
        row.id: MappedGuide(
            until=row.until, reach=coverage_at(row.until, work.now), guide=_guide(row)
        )
        for row in rows
    }


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
    work: UnitOfWork, partner_ids: Collection[UUID]
) -> dict[UUID, int]:
    """How many channels show each source of these partners."""
    mapping = guide_mapping(work.now)
    rows = work.session.execute(
        select(mapping.c.source_id, func.count().label("shown_by"))
        .select_from(Channel)
        .join(mapping, true())
        .where(Channel.partner_id.in_(partner_ids))
        .group_by(mapping.c.source_id)
    )
    return {row.source_id: row.shown_by for row in rows}
