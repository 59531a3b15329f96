"""Channels made and found, one by one, and their line held."""

from uuid import UUID

from sqlalchemy import func, select

from lineup.contracts.playlists.channels import ChannelDetails
from lineup.contracts.playlists.refusals import ChannelNotFound
from lineup.database import UnitOfWork
from lineup.ids import new_id
from lineup.scope import in_scope
from playlists.channels.models import Channel
from playlists.owners import Owner


def new_channel(work: UnitOfWork, owner: Owner, details: ChannelDetails) -> Channel:
    """A channel of a partner, not stored yet."""
    channel = Channel(
        id=new_id(),
        partner_id=owner.partner_id,
        scope=owner.scope,
        guide_id="",
        guide_key="",
        guide_id_is_manual=False,
        created_at=work.now,
    )
    channel.describe(details, work.now)
    return channel


def find_channel(
    work: UnitOfWork, channel_id: UUID, *, for_update: bool = False
) -> Channel:
    """A channel in the actor's scope; ChannelNotFound outside it."""
    statement = select(Channel).where(Channel.id == channel_id)
    if for_update:
        statement = statement.with_for_update()
    found = work.session.scalars(in_scope(statement, Channel, work.actor)).one_or_none()
    if found is None:
        raise ChannelNotFound
    return found


def lock_channel_order(work: UnitOfWork, partner_id: UUID) -> None:
    """Wait for whoever changes many of a partner's channels; then be the only one."""
    scope = Owner(partner_id).scope
    lock = func.pg_advisory_xact_lock(func.hashtextextended(scope, 0))
    work.session.execute(select(lock))
