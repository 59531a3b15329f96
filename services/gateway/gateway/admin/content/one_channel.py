"""Pages about one channel: made, changed, removed, and which guide it shows."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway import logos
from gateway.admin import choices
from gateway.admin.content.forms import ChannelForm, NewChannelForm
from gateway.panel.filters import Options
from gateway.panel.forms import confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.request_context import ask, ask_later
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.paging import Paging
from lineup.contracts.playlists.channels import (
    CreateChannel,
    DeleteChannel,
    GetChannel,
    ListChannels,
    UpdateChannel,
)
from lineup.contracts.playlists.guide import ChannelTie, FindGuideChannels, TieChannels
from lineup.values import tidy_line

pages = Blueprint("channel_pages", __name__)


@pages.route("/channels/new", methods=["GET", "POST"])
@page_for(PARTNERS, limit=lambda: logos.FORM_BYTES, asks=CreateChannel)
def new_channel() -> ResponseReturnValue:
    """Add a channel; the next free number is proposed."""
    form, partners = NewChannelForm(), choices.partners()
    form.choose_from(choices.packages_to_tick(), dict(partners()))
    if request.method == "GET":
        form.number.data = _next_number()
    return form_page(
        "admin/content/channel_form.html",
        form,
        lambda: ask(form.with_logo(CreateChannel)),
        lambda made: go_to(
            url_for("channels_pages.list_channels"),
            f"{made.details.name} was created with number {made.details.number}.",
        ),
        channel=None,
        groups=_groups,
    )


@pages.route("/channels/<uuid:channel_id>", methods=["GET", "POST"])
@page_for(PARTNERS, limit=lambda: logos.FORM_BYTES, asks=UpdateChannel)
def edit_channel(channel_id: UUID) -> ResponseReturnValue:
    """Change a channel; it keeps its stream id."""
    channel = ask(GetChannel(channel_id=channel_id))
    form = ChannelForm(obj=channel, data=vars(channel.details))
    form.choose_from(choices.packages_to_tick(channel.partner_id))
    return form_page(
        "admin/content/channel_form.html",
        form,
        lambda: ask(form.with_logo(UpdateChannel, channel_id=channel_id)),
        lambda changed: go_to(
            url_for("channels_pages.list_channels"),
            f"{changed.details.name} was saved.",
        ),
        channel=channel,
        groups=_groups,
    )


@pages.route("/channels/<uuid:channel_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS, asks=DeleteChannel)
def delete_channel(channel_id: UUID) -> ResponseReturnValue:
    """Ask, and remove a channel from everywhere."""
    channel = ask(GetChannel(channel_id=channel_id))
    return confirm_page(
        "admin/content/channel_delete.html",
        DeleteChannel(channel_id=channel_id),
        url_for("channels_pages.list_channels"),
        f"{channel.details.name} was deleted.",
        channel=channel,
    )


@pages.get("/channels/<uuid:channel_id>/guide")
@page_for(PARTNERS_AND_SUPPORT)
def show_guide(channel_id: UUID) -> str:
    """Which guide a channel shows and why, and what else it could show."""
    channel = ask(GetChannel(channel_id=channel_id))
    search = tidy_line(request.args.get("search", ""), 200)
    found = ask_later(FindGuideChannels(channel_id=channel_id, search=search))
    return render_template(
        "admin/content/channel_guide.html",
        channel=channel,
        found=optional(found),
        search=search,
    )


@pages.post("/channels/<uuid:channel_id>/guide")
@page_for(PARTNERS, asks=TieChannels)
def choose_guide(channel_id: UUID) -> Answer:
    """Show the guide staff says, none, or what is found by itself again."""
    act = request.form.get("act", "")
    guide_id = {"none": "", "find": None}.get(act, request.form.get("guide_id", ""))
    mappings = [ChannelTie(channel_id=channel_id, guide_id=guide_id)]
    ask(TieChannels(ties=mappings))
    return go_to(
        url_for("channel_pages.show_guide", channel_id=channel_id),
        "The guide is matched automatically by ID and name."
        if guide_id is None
        else "Guide saved. Imports will not change your choice.",
    )


def _next_number() -> int:
    """One above the last."""
    newest = ListChannels(paging=Paging(limit=1, order="-number"))
    last = optional(ask_later(newest))
    channels = last.value.items if last.value else []
    return channels[0].details.number + 1 if channels else 1


def _groups() -> Options:
    return choices.channel_groups()()
