"""Which guide channel a channel could show, and staff's choice of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rapidfuzz import fuzz, process
from sqlalchemy import or_, select

from lineup.contracts.paging import MAX_LIMIT, Page, Paging
from lineup.contracts.playlists.channels import (
    ChannelFilter,
    ChannelsTouched,
    GuideReach,
)
from lineup.contracts.playlists.guide import (
    ChannelProposals,
    FindGuideChannels,
    GuideChannelsFound,
    GuideChannelView,
    ListGuideProposals,
    TieChannels,
)
from lineup.contracts.playlists.refusals import ChannelNotFound
from lineup.database import UnitOfWork
from lineup.errors import Invalid, OrderUnknown, PageGone
from lineup.scope import in_scope
from lineup.verbs import handles
from playlists.channels.finding import find_channel
from playlists.channels.models import Channel
from playlists.editing.lists import visible
from playlists.guide.mapping import coverage_at
from playlists.guide.models import GuideChannel, GuideSource
from playlists.pending import operations as pending

MOST_FOUND = 30
PROPOSED = 3
LEAST_LOOKED_AT = 40
LEAST_LIKENESS = 75
"""In percent; what is less alike is another channel."""
MOST_CHANNELS_READ = 50_000
MOST_COMPARED = 3_000_000
"""Pairs of names a list of proposals is made of: well under a second."""
MOST_TIES = 500
LONGEST_ID = 500

Row = tuple[GuideChannel, str]
"""A guide channel and its source's name."""


@handles(ListGuideProposals)
def list_guide_proposals(
    work: UnitOfWork, request: ListGuideProposals
) -> Page[ChannelProposals]:
    """Channels without a guide that could show something, the likeliest first.

    Where staff said that there is none, nothing is proposed.
    """
    guides: dict[UUID, Candidates] = {}
    ranked: list[tuple[int, Channel]] = []
    left = MOST_COMPARED
    for channel in _without_guide(work, request):
        if channel.partner_id not in guides:
            guides[channel.partner_id] = Candidates.of(work, channel.partner_id)
        candidates = guides[channel.partner_id]
        left -= len(candidates.rows)
        if left < 0:
            break
        if best := candidates.likeness_of(channel):
            ranked.append((best, channel))
    ranked.sort(key=lambda one: (-one[0], one[1].number, one[1].id))
    page = _page([channel for _, channel in ranked], request.paging)
    return page.showing(
        [_proposals(channel, guides[channel.partner_id]) for channel in page.items]
    )


def _without_guide(work: UnitOfWork, request: ListGuideProposals) -> Sequence[Channel]:
    wanted = ChannelFilter(
        search=request.search,
        partner_id=request.partner_id,
        guide=GuideReach.NONE,
        is_on=True,
    )
    statement = visible(work, wanted).where(Channel.guide_id_is_manual.is_(False))
    in_order = statement.order_by(Channel.number, Channel.id)
    return work.session.scalars(in_order.limit(MOST_CHANNELS_READ)).all()


def _page(channels: list[Channel], paging: Paging) -> Page[Channel]:
    """One page of a list that is made anew each time; PageGone as in other lists."""
    if paging.order:
        raise OrderUnknown(fields={"order": ["This list cannot be sorted."]})
    limit = max(1, min(paging.limit, MAX_LIMIT))
    start = _index_of(channels, paging.after) + 1
    if paging.before is not None:
        start = max(0, _index_of(channels, paging.before) - limit)
    shown = channels[start : start + limit]
    return Page(
        items=shown,
        next_after=shown[-1].id if start + limit < len(channels) else None,
        previous_before=shown[0].id if shown and start else None,
        total=min(len(channels), paging.count_up_to) if paging.count_up_to else None,
    )


def _index_of(channels: list[Channel], channel_id: UUID | None) -> int:
    if channel_id is None:
        return -1
    indexes = (at for at, channel in enumerate(channels) if channel.id == channel_id)
    found = next(indexes, None)
    if found is None:
        raise PageGone
    return found


def _proposals(channel: Channel, candidates: "Candidates") -> ChannelProposals:
    return ChannelProposals(
        channel_id=channel.id,
        number=channel.number,
        name=channel.name,
        group=channel.group_title,
        proposals=list(candidates.like(channel, PROPOSED)),
    )


@handles(FindGuideChannels)
def find_guide_channels(
    work: UnitOfWork, request: FindGuideChannels
) -> GuideChannelsFound:
    """What a channel could show: the most alike, or those a text is part of."""
    channel = find_channel(work, request.channel_id)
    text = request.search.strip()
    candidates = Candidates.of(work, channel.partner_id, text)
    found = candidates.like(channel, MOST_FOUND, least=0 if text else LEAST_LOOKED_AT)
    return GuideChannelsFound(items=list(found))


@handles(TieChannels)
def tie_channels(work: UnitOfWork, request: TieChannels) -> ChannelsTouched:
    """Choose the guide of channels by hand; no import changes it."""
    chosen = {tie.channel_id: tie.guide_id for tie in request.ties}
    if not 1 <= len(chosen) <= MOST_TIES:
        raise Invalid(
            fields={
                "ties": [(f"Choose guides for 1 to {MOST_TIES} channels at a time.")]
            }
        )
    if any(len(guide_id or "") > LONGEST_ID for guide_id in chosen.values()):
        raise Invalid(fields={"ties": ["The guide ID is too long."]})
    channels = _locked_channels(work, chosen.keys())
    for channel in channels:
        channel.choose_guide(chosen[channel.id], work.now)
    work.session.flush()
    for partner_id in sorted({channel.partner_id for channel in channels}):
        pending.mark_changed(work, partner_id)
    return ChannelsTouched(count=len(channels))


def _locked_channels(work: UnitOfWork, channel_ids: Collection[UUID]) -> list[Channel]:
    statement = (
        select(Channel)
        .where(Channel.id.in_(channel_ids))
        .order_by(Channel.id)
        .with_for_update()
    )
    found = list(work.session.scalars(in_scope(statement, Channel, work.actor)))
    if len(found) != len(channel_ids):
        raise ChannelNotFound
    return found


@dataclass(frozen=True)
class Candidates:
    """The guide channels of a partner that have programmes, by their compared names."""

    rows: list[Row]
    names: list[str]
    now: datetime

    @classmethod
    def of(cls, work: UnitOfWork, partner_id: UUID, text: str = "") -> "Candidates":
        """Those of all sources that are on, or those of them a text is part of."""
        statement = (
            select(GuideChannel, GuideSource.name)
            .join(GuideSource, GuideSource.import_id == GuideChannel.import_id)
            .where(GuideSource.partner_id == partner_id, GuideSource.is_on)
            .where(GuideChannel.programmes > 0)
            .limit(MOST_CHANNELS_READ)
        )
        if text:
            in_name = GuideChannel.name.icontains(text, autoescape=True)
            in_id = GuideChannel.xmltv_id.icontains(text, autoescape=True)
            statement = statement.where(or_(in_name, in_id))
        rows: list[Row] = list(work.session.execute(statement))
        return cls(rows, [row.name_key for row, _ in rows], work.now)

    def likeness_of(self, channel: Channel) -> int:
        """How alike the likeliest is, in percent; 0: none is enough."""
        best = process.extractOne(
            channel.name_key,
            self.names,
            scorer=fuzz.ratio,
            score_cutoff=LEAST_LIKENESS,
        )
        return round(best[1]) if best else 0

    def like(
        self, channel: Channel, most: int, *, least: int = LEAST_LIKENESS
    ) -> Iterator[GuideChannelView]:
        """The most alike, the likeliest first."""
        found = process.extract(
            channel.name_key,
            self.names,
            scorer=fuzz.ratio,
            score_cutoff=least,
            limit=most,
        )
        for _, likeness, place in found:
            row, source_name = self.rows[place]
            yield _guide_channel_view(row, source_name, round(likeness), self.now)


def _guide_channel_view(
    row: GuideChannel, source_name: str, likeness: int, now: datetime
) -> GuideChannelView:
    return GuideChannelView(
        source_id=row.source_id,
        source_name=source_name,
        guide_id=row.xmltv_id,
        name=row.name,
        programmes=row.programmes,
        reaches_until=row.reaches_until,
        reach=coverage_at(row.reaches_until, now),
        likeness=likeness,
    )
