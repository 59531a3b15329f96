"""What is on: the programmes of channels between two instants."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, true

from lineup.contracts.paging import Page
from lineup.contracts.playlists.guide import (
    ChannelProgrammes,
    ListProgrammes,
    ProgrammeView,
)
from lineup.database import UnitOfWork, page_of
from lineup.errors import Invalid
from lineup.verbs import handles
from playlists.channels.models import Channel
from playlists.editing.lists import visible
from playlists.guide.mapping import SHIFT, guide_mapping, guides_of
from playlists.guide.models import Programme

LONGEST = timedelta(hours=24)
MOST_CHANNELS = 50
MOST_PROGRAMMES = 10_000
DESCRIBED = 300
TITLE = func.nullif(Programme.title, "")
ORDERS = {"": Channel.number, "number": Channel.number}


@handles(ListProgrammes)
def list_programmes(
    work: UnitOfWork, request: ListProgrammes
) -> Page[ChannelProgrammes]:
    """Channels by number, at most 50, with what each shows in at most 24 hours."""
    _must_be_bounded(request)
    paging = replace(request.paging, limit=min(request.paging.limit, MOST_CHANNELS))
    page = page_of(
        work.session,
        visible(work, request),
        Channel,
        paging,
        lambda channel: channel,
        ORDERS,
    )
    ids = [channel.id for channel in page.items]
    shown = guides_of(work, ids)
    programmes = _programmes(work, ids, request)
    return page.showing(
        [
            ChannelProgrammes(
                channel_id=channel.id,
                number=channel.number,
                name=channel.name,
                logo=channel.logo,
                is_on=channel.is_on,
                guide_until=shown[channel.id].until if channel.id in shown else None,
                programmes=programmes[channel.id],
            )
            for channel in page.items
        ]
    )


def _must_be_bounded(request: ListProgrammes) -> None:
    if not timedelta(0) < request.until_at - request.from_at <= LONGEST:
        raise Invalid(
            fields={"until_at": ["Must be after the start, by at most 24 hours."]}
        )


def _programmes(
    work: UnitOfWork, channel_ids: list[UUID], request: ListProgrammes
) -> dict[UUID, list[ProgrammeView]]:
    """What runs at any moment between the two, each channel's shift counted."""
    mapping = guide_mapping(work.now)
    is_of_channel = (Programme.import_id == mapping.c.import_id) & (
        Programme.channel_no == mapping.c.channel_no
    )
    rows = work.session.execute(
        select(
            Channel.id,
            (Programme.start_at + SHIFT).label("start_at"),
            (Programme.stop_at + SHIFT).label("stop_at"),
            func.coalesce(TITLE, Channel.name).label("title"),
            Programme.sub_title,
            func.left(Programme.description, DESCRIBED).label("description"),
        )
        .select_from(Channel)
        .join(mapping, true())
        .join(Programme, is_of_channel)
        .where(Channel.id.in_(channel_ids))
        .where(Programme.start_at < request.until_at - SHIFT)
        .where(Programme.stop_at > request.from_at - SHIFT)
        .order_by(Channel.id, Programme.start_at)
        .limit(MOST_PROGRAMMES)
    )
    found: dict[UUID, list[ProgrammeView]] = defaultdict(list)
    for row in rows:
        found[row.id].append(_programme_view(row))
    return found


def _programme_view(row: "Row[Any]") -> ProgrammeView:
    return ProgrammeView(
        start_at=row.start_at,
        stop_at=row.stop_at,
        title=row.title,
        sub_title=row.sub_title,
        description=row.description,
    )
