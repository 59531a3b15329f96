"""Pages about the guide: what is on, how far it reaches, who has none."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin import choices
from gateway.admin.content.channels import REACHES
from gateway.admin.content.grid import Window, cells_of
from gateway.app_context import app_context
from gateway.panel.display import counted, zone
from gateway.panel.filters import Choice, TextFilter
from gateway.panel.forms import act_and_tell, address_query, id_of
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.panel.tables import COUNT_UP_TO, Column, Table
from gateway.request_context import ask, ask_later
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.paging import Page, Paging
from lineup.contracts.playlists.channels import ChannelView, GuideReach, ListChannels
from lineup.contracts.playlists.guide import (
    ChannelTie,
    ListGuideProposals,
    ListProgrammes,
    TieChannels,
)
from lineup.errors import Invalid
from lineup.rpc import Answer as Reply

pages = Blueprint("guide_pages", __name__)

HOURS = 4
MAPPING_PREFIX = "tie-"
NO_GUIDE = "-"
LIKELY = 95
"""In percent: what is chosen beforehand on the page of proposals."""

GRID = Table(
    "programmes",
    Column("number", "Number"),
    filters=(TextFilter("Channel"), Choice("group", "Group")),
)
COVERAGE = Table(
    "reach",
    Column("number", "Number", path="details.number", order="number"),
    Column("name", "Name", path="details.name", order="name"),
    Column("group", "Group", path="details.group", order="group"),
    Column("shows", "Guide channel"),
    Column("tied_by", "Matched by"),
    Column("programmes", "Programmes", path="guide.programmes", is_numeric=True),
    Column("until", "Available until", order="guide_until"),
    Column("acts", ""),
    filters=(
        TextFilter("Name, group or number"),
        Choice("group", "Group"),
        Choice("guide", "Coverage", REACHES, GuideReach),
    ),
    order="guide_until",
)
PROPOSALS = Table(
    "proposals",
    Column("number", "Number"),
    Column("name", "Name"),
    Column("group", "Group"),
    Column("choice", "Suggested guide"),
    Column("acts", ""),
    filters=(TextFilter("Name, group or number"),),
)


@pages.get("/guide")
@page_for(PARTNERS_AND_SUPPORT)
def show_guide() -> str:
    """What is on, channel by channel, in the actor's zone."""
    groups = choices.channel_groups()
    window = _window_from_query()
    pending = GRID.listing().later(
        ListProgrammes,
        from_at=window.from_at,
        until_at=window.until_at,
        is_on=True,
    )
    listing = pending.with_options(group=groups())
    return render_template(
        "admin/content/guide.html",
        listing=listing,
        rows=[(row, cells_of(row.programmes, window)) for row in listing.rows],
        window=window,
        start=window.from_at.astimezone(zone()),
        at_now=app_context().clock.now(),
        now=window.percent_of(app_context().clock.now()),
        local=lambda at: at.astimezone(zone()),
        address_at=_address_at,
    )


@pages.get("/guide/reach")
@page_for(PARTNERS_AND_SUPPORT)
def list_guide_coverage() -> str:
    """How far the guide of each channel reaches; under 24 hours is flagged."""
    groups = choices.channel_groups()
    counts = {coverage: _count(coverage) for coverage in GuideReach}
    pending = COVERAGE.listing().later(ListChannels, is_on=True)
    return render_template(
        "admin/content/reach.html",
        listing=pending.with_options(group=groups()),
        counts={coverage.value: optional(count) for coverage, count in counts.items()},
    )


@pages.get("/guide/proposals")
@page_for(PARTNERS_AND_SUPPORT)
def list_proposals() -> str:
    """Channels without a guide that could show one."""
    listing = PROPOSALS.listing_of(ListGuideProposals)
    return render_template(
        "admin/content/proposals.html",
        listing=listing,
        likely=LIKELY,
        tie=MAPPING_PREFIX,
        no_guide=NO_GUIDE,
        query=address_query(),
    )


@pages.post("/guide/proposals")
@page_for(PARTNERS, asks=TieChannels)
def choose_guides() -> Answer:
    """Keep what staff chose on a page of proposals."""
    return act_and_tell(_save_guides, url_for("guide_pages.list_proposals"))


def _save_guides() -> str:
    mappings = list(_chosen_mappings())
    if not mappings:
        raise Invalid("Choose a guide for at least one channel.")
    done = ask(TieChannels(ties=mappings))
    return f"Guide saved for {counted(done.count, 'channel')}."


def _count(coverage: GuideReach) -> "Reply[Page[ChannelView]]":
    paging = Paging(limit=1, count_up_to=COUNT_UP_TO)
    return ask_later(ListChannels(guide=coverage, is_on=True, paging=paging))


def _window_from_query() -> Window:
    """Some hours from the day and hour of the address on, else from this hour."""
    local_now = app_context().clock.now().astimezone(zone())
    try:
        day = datetime.strptime(request.args.get("day", ""), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        day = local_now.date()
    value = request.args.get("hour", "")
    hour = int(value) if value.isdecimal() and len(value) <= 2 else local_now.hour
    start = datetime.combine(day, time(min(hour, 23)), zone())
    from_at = start.astimezone(app_context().clock.now().tzinfo)
    return Window(from_at, from_at + timedelta(hours=HOURS))


def _address_at(at: datetime) -> str:
    """This page from another hour on, otherwise as it is."""
    there = at.astimezone(zone())
    state: dict[str, Any] = {
        name: value
        for name, value in request.args.items()
        if value and name not in {"day", "hour"}
    }
    state |= {"day": f"{there:%Y-%m-%d}", "hour": str(there.hour)}
    return url_for("guide_pages.show_guide", **state)


def _chosen_mappings() -> Iterator[ChannelTie]:
    for name, value in request.form.items():
        if name.startswith(MAPPING_PREFIX) and value:
            channel_id = id_of(name.removeprefix(MAPPING_PREFIX))
            guide_id = "" if value == NO_GUIDE else value
            yield ChannelTie(channel_id=channel_id, guide_id=guide_id)
