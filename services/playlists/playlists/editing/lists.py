"""Lists of channels: what they are narrowed by and what they stand in order of."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, func, or_, select
from sqlalchemy.types import Text

from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import (
    ChannelFilter,
    ChannelView,
    Groups,
    GroupView,
    ListChannels,
    ListGroups,
)
from lineup.database import UnitOfWork, page_of
from lineup.scope import in_scope
from lineup.verbs import handles
from playlists.channels.models import Channel, PackageChannel
from playlists.channels.naming import name_key
from playlists.editing.views import views_of
from playlists.guide.mapping import has_coverage, with_coverage

BY_GUIDE = "guide_until"
MOST_GROUPS = 1000
ORDERS: dict[str, Any] = {
    "": Channel.number,
    "number": Channel.number,
    "name": func.lower(Channel.name),
    "group": func.lower(Channel.group_title),
}


@handles(ListChannels)
def list_channels(work: UnitOfWork, request: ListChannels) -> Page[ChannelView]:
    """Channels by number, name, group, or how far the guide reaches."""
    statement, orders = visible(work, request), {**ORDERS, BY_GUIDE: Channel.number}
    if request.paging.order.removeprefix("-") == BY_GUIDE:
        statement, orders[BY_GUIDE] = _with_reach(
            _narrowed(work, request), request, work
        )
    page = page_of(
        work.session,
        statement,
        Channel,
        request.paging,
        lambda channel: channel,
        orders,
    )
    return page.showing(views_of(work, page.items))


@handles(ListGroups)
def list_groups(work: UnitOfWork, request: ListGroups) -> Groups:
    """Groups with their channels counted, in the order players show them."""
    narrowed = visible(work, ChannelFilter(partner_id=request.partner_id))
    rows = work.session.execute(
        narrowed.with_only_columns(Channel.group_title, func.count())
        .group_by(Channel.group_title)
        .order_by(func.min(Channel.number), Channel.group_title)
        .limit(MOST_GROUPS)
    )
    return Groups(
        items=[GroupView(name=name, channel_count=count) for name, count in rows]
    )


def visible(work: UnitOfWork, wanted: ChannelFilter) -> "Select[Any]":
    """The channels in the actor's scope that a filter leaves."""
    statement = _narrowed(work, wanted)
    if wanted.guide is None:
        return statement
    return _with_reach(statement, wanted, work)[0]


def _narrowed(work: UnitOfWork, wanted: ChannelFilter) -> "Select[Any]":
    statement = in_scope(select(Channel), Channel, work.actor)
    return statement.where(*_conditions(wanted))


def _with_reach(
    statement: "Select[Any]", wanted: ChannelFilter, work: UnitOfWork
) -> "tuple[Select[Any], ColumnElement[Any]]":
    joined, until = with_coverage(statement, work.now)
    if wanted.guide is not None:
        joined = joined.where(has_coverage(until, wanted.guide, work.now))
    return joined, until


def _conditions(wanted: ChannelFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.search.strip():
        yield _matches(wanted.search.strip())
    if wanted.package_id is not None:
        yield Channel.id.in_(_held_by(wanted.package_id))
    if wanted.outside_package_id is not None:
        yield Channel.id.not_in(_held_by(wanted.outside_package_id))
    if wanted.group:
        yield Channel.group_title == wanted.group
    yield from (column == value for column, value in _exact(wanted))


def _exact(wanted: ChannelFilter) -> Iterator[tuple[Any, Any]]:
    """Columns that must be as wanted; what was not said does not count."""
    said = (
        (Channel.is_on, wanted.is_on),
        (Channel.is_adult, wanted.is_adult),
        (Channel.partner_id, wanted.partner_id),
        (Channel.group_title != "", wanted.is_grouped),
        (Channel.vanished_at.is_not(None), wanted.is_vanished),
    )
    return ((column, value) for column, value in said if value is not None)


def _held_by(package_id: Any) -> "Select[Any]":
    return select(PackageChannel.channel_id).where(
        PackageChannel.package_id == package_id
    )


def _matches(text: str) -> ColumnElement[bool]:
    return or_(
        Channel.name.icontains(text, autoescape=True),
        Channel.group_title.icontains(text, autoescape=True),
        Channel.name_key == name_key(text),
        cast(Channel.number, Text) == text,
    )
