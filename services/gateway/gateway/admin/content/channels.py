"""Pages about all channels: the list, and what is done to many of them."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin import choices
from gateway.panel.display import counted
from gateway.panel.filters import Choice, TextFilter, YesNo
from gateway.panel.forms import act_and_tell, address_query, go_to, id_of
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Listing, Table, of_partners
from gateway.request_context import actor, ask
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Role
from lineup.contracts.playlists.channels import (
    ChannelFilter,
    ChosenChannels,
    DeleteChannels,
    FollowList,
    GroupChannels,
    GuideReach,
    ListChannels,
    MoveChannels,
    SwitchChannels,
)
from lineup.contracts.playlists.packages import (
    AddPackageChannels,
    PackageView,
    RemovePackageChannels,
)
from lineup.errors import Invalid
from lineup.verbs import Request

R = TypeVar("R")

pages = Blueprint("channels_pages", __name__)

BY_NUMBER = "number"
MANY_BYTES = 1 << 20
REACHES = (
    (GuideReach.NONE.value, "No guide"),
    (GuideReach.SHORT.value, "Under 24 hours"),
    (GuideReach.LACKING.value, "None or under 24 hours"),
    (GuideReach.ENOUGH.value, "24 hours or more"),
)
CHANNELS = of_partners(
    Table(
        "channels",
        Column("number", "Number", path="details.number", order=BY_NUMBER),
        Column("name", "Name", path="details.name", order="name"),
        Column("group", "Group", path="details.group", order="group"),
        Column("guide", "Guide", order="guide_until"),
        Column("packages", "Packages"),
        Column("guide_id", "Guide ID", path="details.guide_id", is_hidden=True),
        Column("catchup", "Catch-up days", path="details.catchup_days", is_hidden=True),
        Column("stream_id", "Stream ID", is_hidden=True),
        Column("address", "Stream URL", path="details.address", is_hidden=True),
        Column("state", "Enabled"),
        Column("acts", ""),
        filters=(
            TextFilter("Name, group or number"),
            Choice("group", "Group"),
            Choice("package_id", "Package", convert=UUID),
            Choice("guide", "Guide", REACHES, GuideReach),
            YesNo("is_on", "Status", "Enabled", "Disabled"),
            YesNo("is_adult", "Adult content", "Adult only", "Without adult"),
            YesNo("is_vanished", "Playlist", "Missing from playlist", "In playlist"),
        ),
        order=BY_NUMBER,
    ),
    Choice("partner_id", "Partner", convert=UUID),
    after=3,
)


@pages.get("/channels")
@page_for(PARTNERS_AND_SUPPORT)
def list_channels() -> str:
    """Channels with what can be done to them."""
    groups, partners = choices.channel_groups(), choices.partners()
    package_choices = choices.packages()
    pending = CHANNELS().listing().later(ListChannels)
    packages = package_choices()
    listing = pending.with_options(
        group=groups(), package_id=packages, partner_id=partners()
    )
    return render_template(
        "admin/content/channels.html",
        listing=listing,
        packages=dict(packages),
        query=address_query(),
        may_move=_may_move(listing),
    )


@pages.post("/channels/many")
@page_for(PARTNERS, limit=lambda: MANY_BYTES)
def change_many() -> Answer:
    """Do one thing to the channels that were ticked, or to all that match."""
    return act_and_tell(_act, _list_as_it_was())


@pages.post("/channels/move")
@page_for(PARTNERS, asks=MoveChannels)
def move_channel() -> Answer:
    """Put one channel right before or after another of the page."""
    moved, _, beside = request.form.get("move", "").partition(":")
    place, _, target = beside.partition(":")
    rpc_request = MoveChannels(
        channel_ids=[id_of(moved)],
        before_id=id_of(target) if place == "before" else None,
        after_id=id_of(target) if place == "after" else None,
    )
    ask(rpc_request)
    return go_to(_list_as_it_was())


@pages.post("/channels/switch")
@page_for(PARTNERS, asks=SwitchChannels)
def switch_channel() -> Answer:
    """Switch one channel on or off, at once."""
    channel, _, to = request.form.get("switch", "").partition(":")
    ask(SwitchChannels(channel_ids=[id_of(channel)], is_on=to == "on"))
    return go_to(_list_as_it_was())


def _list_as_it_was() -> str:
    """The address of the list: its state came along in that of the form."""
    return f"{url_for('channels_pages.list_channels')}?{address_query()}".rstrip("?")


def _act() -> str:
    act = ACTS.get(request.form.get("act", ""))
    if act is None:
        raise Invalid("Choose an action.")
    return act(_chosen())


def _may_move(listing: Listing) -> bool:
    """Whether rows stand in their one order: by number, of one partner."""
    is_one = actor().role is not Role.OPERATOR or "partner_id" in listing.filters
    is_ours = actor().role in PARTNERS
    return is_ours and is_one and listing.order == BY_NUMBER


def _chosen() -> ChosenChannels:
    """The ticked channels; all that match, where that was asked for."""
    if request.form.get("which") == "matching":
        return ChosenChannels(matching=ChannelFilter(**CHANNELS().listing().filters))
    ticked = [id_of(id_) for id_ in request.form.getlist("channel_ids")]
    if not ticked:
        raise Invalid("Select channels first, or choose all matching channels.")
    return ChosenChannels(channel_ids=ticked)


def _many(
    request_type: Callable[..., Request[R]], chosen: ChosenChannels, **fields: Any
) -> R:
    return ask(
        request_type(channel_ids=chosen.channel_ids, matching=chosen.matching, **fields)
    )


def _switch(chosen: ChosenChannels, *, is_on: bool) -> str:
    done = _many(SwitchChannels, chosen, is_on=is_on)
    return f"{'Enabled' if is_on else 'Disabled'}: {counted(done.count, 'channel')}."


def _group(chosen: ChosenChannels) -> str:
    group = request.form.get("group", "").strip()
    done = _many(GroupChannels, chosen, group=group)
    where = f"Moved to group {group}" if group else "Removed from their groups"
    return f"{where}: {counted(done.count, 'channel')}."


def _package(chosen: ChosenChannels, request_type: type[Request[PackageView]]) -> str:
    package_id = request.form.get("package_id", "")
    if not package_id:
        raise Invalid("Choose a package.")
    package = _many(request_type, chosen, package_id=id_of(package_id))
    return f"{package.name} now has {counted(package.channel_count, 'channel')}."


def _move(chosen: ChosenChannels) -> str:
    number = request.form.get("to_number", "")
    if not number.isdecimal() or chosen.matching is not None:
        raise Invalid("Select the channels to move and enter a number.")
    to_number = int(number[:10])
    done = ask(MoveChannels(channel_ids=chosen.channel_ids, to_number=to_number))
    return f"Moved. Renumbered: {counted(done.count, 'channel')}."


def _delete(chosen: ChosenChannels) -> str:
    if request.form.get("sure") != "yes":
        raise Invalid("Tick “Permanently” to delete channels.")
    done = _many(DeleteChannels, chosen)
    return f"Deleted: {counted(done.count, 'channel')}."


def _follow(chosen: ChosenChannels) -> str:
    done = _many(FollowList, chosen)
    return f"Import updates resumed: {counted(done.count, 'channel')}."


ACTS: dict[str, Callable[[ChosenChannels], str]] = {
    "on": lambda chosen: _switch(chosen, is_on=True),
    "off": lambda chosen: _switch(chosen, is_on=False),
    "group": _group,
    "put_in": lambda chosen: _package(chosen, AddPackageChannels),
    "take_out": lambda chosen: _package(chosen, RemovePackageChannels),
    "move": _move,
    "follow": _follow,
    "delete": _delete,
}
"""What can be done to many channels at once, by the button's value."""
