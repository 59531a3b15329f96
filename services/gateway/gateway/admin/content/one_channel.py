"""Pages about one channel: made, changed, removed, and which guide it shows."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway import logos
from gateway.admin import choices
from gateway.admin.content.forms import ChannelForm, NewChannelForm
from gateway.panel.forms import Confirmation, status_of, submit
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.request_context import ask, ask_later
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.paging import Paging
from lineup.contracts.playlists.channels import (
    ChannelView,
    DeleteChannel,
    DetailsChange,
    GetChannel,
    ListChannels,
    UpdateChannel,
)
from lineup.contracts.playlists.guide import ChannelTie, FindGuideChannels, TieChannels
from lineup.values import tidy_line
from lineup.verbs import Done

pages = Blueprint("channel_pages", __name__)


@pages.route("/channels/new", methods=["GET", "POST"])
@page_for(PARTNERS, limit=lambda: logos.FORM_BYTES)
def new_channel() -> ResponseReturnValue:
    """Add a channel; the next free number is proposed."""
    form, partners = NewChannelForm(), choices.partners()
    form.choose_from(choices.packages_to_tick(), dict(partners()))
    if request.method == "GET":
        form.number.data = _next_number()
    made = submit(form, lambda: _create(form))
    if made is not None:
        flash(f"{made.details.name} was created with number {made.details.number}.")
        return redirect(url_for("channels_pages.list_channels"))
    return _form_page(form, None)


@pages.route("/channels/<uuid:channel_id>", methods=["GET", "POST"])
@page_for(PARTNERS, limit=lambda: logos.FORM_BYTES)
def edit_channel(channel_id: UUID) -> ResponseReturnValue:
    """Change a channel; it keeps its stream id."""
    channel = _channel(channel_id)
    form = ChannelForm()
    form.choose_from(choices.packages_to_tick(channel.partner_id))
    if request.method == "GET":
        form.show(channel)
    changed = submit(form, lambda: _update(channel_id, form))
    if changed is not None:
        flash(f"{changed.details.name} was saved.")
        return redirect(url_for("channels_pages.list_channels"))
    return _form_page(form, channel)


@pages.route("/channels/<uuid:channel_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS)
def delete_channel(channel_id: UUID) -> ResponseReturnValue:
    """Ask, and remove a channel from everywhere."""
    channel = _channel(channel_id)
    form = Confirmation()
    if submit(form, lambda: _delete(channel_id)) is not None:
        flash(f"{channel.details.name} was deleted.")
        return redirect(url_for("channels_pages.list_channels"))
    page = render_template(
        "admin/content/channel_delete.html", form=form, channel=channel
    )
    return page, status_of(form)


@pages.get("/channels/<uuid:channel_id>/guide")
@page_for(PARTNERS_AND_SUPPORT)
def show_guide(channel_id: UUID) -> str:
    """Which guide a channel shows and why, and what else it could show."""
    channel = _channel(channel_id)
    search = tidy_line(request.args.get("search", ""), 200)
    rpc_request = FindGuideChannels(channel_id=channel_id, search=search)
    found = ask_later(rpc_request)
    return render_template(
        "admin/content/channel_guide.html",
        channel=channel,
        found=optional(found),
        search=search,
    )


@pages.post("/channels/<uuid:channel_id>/guide")
@page_for(PARTNERS)
def choose_guide(channel_id: UUID) -> Answer:
    """Show the guide staff says, none, or what is found by itself again."""
    act = request.form.get("act", "")
    guide_id = {"none": "", "find": None}.get(act, request.form.get("guide_id", ""))
    mappings = [ChannelTie(channel_id=channel_id, guide_id=guide_id)]
    ask(TieChannels(ties=mappings))
    is_kept = guide_id is not None
    flash(
        "Guide saved. Imports will not change your choice."
        if is_kept
        else "The guide is matched automatically by ID and name."
    )
    return redirect(url_for("channel_pages.show_guide", channel_id=channel_id), 303)


def _channel(channel_id: UUID) -> ChannelView:
    rpc_request = GetChannel(channel_id=channel_id)
    return ask(rpc_request)


def _next_number() -> int:
    """One above the last."""
    rpc_request = ListChannels(paging=Paging(limit=1, order="-number"))
    last = optional(ask_later(rpc_request))
    channels = last.value.items if last.value else []
    return channels[0].details.number + 1 if channels else 1


def _create(form: NewChannelForm) -> ChannelView:
    logo = logos.keep(form.logo_file.data)
    return ask(form.to_request(logo))


def _update(channel_id: UUID, form: ChannelForm) -> ChannelView:
    rpc_request = UpdateChannel(
        channel_id=channel_id,
        details=DetailsChange(**vars(form.details(logos.keep(form.logo_file.data)))),
        package_ids=form.packages(),
    )
    return ask(rpc_request)


def _delete(channel_id: UUID) -> Done:
    rpc_request = DeleteChannel(channel_id=channel_id)
    ask(rpc_request)
    return Done()


def _form_page(form: Any, channel: ChannelView | None) -> tuple[str, int]:
    groups = choices.channel_groups()
    page = render_template(
        "admin/content/channel_form.html",
        form=form,
        channel=channel,
        groups=groups(),
    )
    return page, status_of(form)
