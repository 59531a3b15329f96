"""Many channels at once: named one by one, or all that a filter leaves."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    delete,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from lineup.contracts.playlists.channels import (
    ChannelsTouched,
    ChosenChannels,
    DeleteChannels,
    FollowList,
    GroupChannels,
    SwitchChannels,
)
from lineup.contracts.playlists.refusals import ChannelNotFound
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.scope import in_scope
from lineup.verbs import handles
from playlists.channels.finding import lock_channel_order
from playlists.channels.models import Channel
from playlists.editing.lists import visible
from playlists.pending import operations as pending

MOST_CHOSEN = 10_000
LONGEST_GROUP = 200


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Channels by id, and the partners they belong to."""

    ids: list[UUID]
    partner_ids: list[UUID]


def chosen(work: UnitOfWork, request: ChosenChannels) -> Chosen:
    """The channels a request names; ChannelNotFound when one is not the actor's."""
    if bool(request.channel_ids) == (request.matching is not None):
        raise Invalid(
            fields={"channel_ids": ["Select channels or use a filter, not both."]}
        )
    rows = work.session.execute(_select_chosen(work, request)).all()
    if request.matching is None and len(rows) != len(set(request.channel_ids)):
        raise ChannelNotFound
    if len(rows) > MOST_CHOSEN:
        raise Invalid(f"Select at most {MOST_CHOSEN} channels.")
    return Chosen(
        ids=[id_ for id_, _ in rows],
        partner_ids=sorted({partner_id for _, partner_id in rows}),
    )


@handles(SwitchChannels)
def switch_channels(work: UnitOfWork, request: SwitchChannels) -> ChannelsTouched:
    """Switch many channels on or off; one without an address stays off."""
    where: ColumnElement[bool] = Channel.is_on.is_(not request.is_on)
    if request.is_on:
        where = and_(where, Channel.address != "")
    return _change(work, request, where, {"is_on": request.is_on}, "is_on")


@handles(GroupChannels)
def group_channels(work: UnitOfWork, request: GroupChannels) -> ChannelsTouched:
    """Put many channels into a group."""
    group = request.group.strip()
    if len(group) > LONGEST_GROUP:
        raise Invalid(fields={"group": [f"At most {LONGEST_GROUP} characters."]})
    where = Channel.group_title != group
    return _change(work, request, where, {"group_title": group}, "group")


@handles(DeleteChannels)
def delete_channels(work: UnitOfWork, request: DeleteChannels) -> ChannelsTouched:
    """Remove many channels from everywhere."""
    choice = chosen(work, request)
    for partner_id in choice.partner_ids:
        lock_channel_order(work, partner_id)
    removed = (
        delete(Channel)
        .where(Channel.id.in_(choice.ids))
        .returning(Channel.id)
        .execution_options(synchronize_session=False)
    )
    count = len(work.session.scalars(removed).all())
    for partner_id in choice.partner_ids:
        pending.mark_changed(work, partner_id)
    return ChannelsTouched(count=count)


@handles(FollowList)
def follow_list(work: UnitOfWork, request: FollowList) -> ChannelsTouched:
    """Let imports change again what staff said; those that vanished may stay so."""
    where = Channel.said_by_staff != literal([], JSONB)
    return _change(work, request, where, {"said_by_staff": []}, "")


def _select_chosen(work: UnitOfWork, request: ChosenChannels) -> "Select[UUID, UUID]":
    statement = select(Channel).where(Channel.id.in_(set(request.channel_ids)))
    statement = in_scope(statement, Channel, work.actor)
    if request.matching is not None:
        statement = visible(work, request.matching)
    return statement.with_only_columns(Channel.id, Channel.partner_id).limit(
        MOST_CHOSEN + 1
    )


def _change(
    work: UnitOfWork,
    request: ChosenChannels,
    where: ColumnElement[bool],
    new: dict[str, Any],
    detail: str,
) -> ChannelsTouched:
    """Change those of the chosen that are otherwise; their partners are rendered."""
    choice = chosen(work, request)
    for partner_id in choice.partner_ids:
        lock_channel_order(work, partner_id)
    changed = work.session.execute(
        update(Channel)
        .where(Channel.id.in_(choice.ids), where)
        .values(**_with(detail), **new, updated_at=work.now)
        .returning(Channel.partner_id)
        .execution_options(synchronize_session=False)
    )
    touched = changed.scalars().all()
    for partner_id in sorted(set(touched)):
        pending.mark_changed(work, partner_id)
    return ChannelsTouched(count=len(touched))


def _with(name: str) -> dict[str, Any]:
    """What staff said of a channel, and this beside it."""
    if not name:
        return {}
    said = Channel.said_by_staff
    longer = said.op("||")(literal([name], JSONB))
    return {"said_by_staff": case((said.op("?")(name), said), else_=longer)}
