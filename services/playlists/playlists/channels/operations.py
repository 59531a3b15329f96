"""What can be asked of channels."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lineup.contracts.changes import given, merged
from lineup.contracts.playlists.channels import (
    ChannelDetails,
    ChannelView,
    CreateChannel,
    DeleteChannel,
    GetChannel,
    UpdateChannel,
)
from lineup.database import Work
from lineup.errors import Conflict, NotFound
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.verbs import Done, handles
from playlists import owners, upstairs
from playlists.channels.details import changed_between, check_details, said_in
from playlists.channels.models import Channel, Package, PackageChannel
from playlists.channels.packages import demo_package, find_packages
from playlists.channels.views import view_of


class ChannelUnknown(NotFound):
    """There is no such channel."""

    code = "channel_not_found"


class NumberTaken(Conflict):
    """Another channel has this number."""

    code = "number_taken"


@handles(CreateChannel)
def create_channel(work: Work, request: CreateChannel) -> ChannelView:
    """Add a channel, with a stream id that stays for good."""
    owner = owners.owner_of(work, request.partner_id)
    check_details(request.details)
    demo_package(work, owner)
    packages = find_packages(work, owner.partner_id, request.package_ids)
    channel = new_channel(work, owner, request.details)
    channel.is_said(said_in(request.details))
    work.session.add(channel)
    _flush(work.session)
    _put_into(work, channel, packages)
    upstairs.rooms().mark_changed(work, channel.partner_id)
    return view_of(work, channel)


@handles(UpdateChannel, changes=GetChannel)
def update_channel(work: Work, request: UpdateChannel) -> ChannelView:
    """Change what is given of a channel; its stream id stays."""
    channel = find_channel(work, request.channel_id, for_update=True)
    if request.details:
        before = channel.details()
        details = merged(before, request.details)
        check_details(details, set(given(request.details)))
        channel.describe(details, work.now)
        channel.is_said(changed_between(before, details))
        _flush(work.session)
    if isinstance(request.package_ids, list):
        packages = find_packages(work, channel.partner_id, request.package_ids)
        _put_into(work, channel, packages)
    upstairs.rooms().mark_changed(work, channel.partner_id)
    return view_of(work, channel)


@handles(DeleteChannel, changes=GetChannel)
def delete_channel(work: Work, request: DeleteChannel) -> Done:
    """Remove a channel from everywhere."""
    channel = find_channel(work, request.channel_id, for_update=True)
    work.session.delete(channel)
    work.session.flush()
    upstairs.rooms().mark_changed(work, channel.partner_id)
    return Done()


@handles(GetChannel, row=Channel)
def get_channel(work: Work, request: GetChannel) -> ChannelView:
    """One channel."""
    return view_of(work, find_channel(work, request.channel_id))


def new_channel(work: Work, owner: owners.Owner, details: ChannelDetails) -> Channel:
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


def find_channel(work: Work, channel_id: UUID, *, for_update: bool = False) -> Channel:
    """A channel in the actor's scope; ChannelUnknown outside it."""
    statement = select(Channel).where(Channel.id == channel_id)
    if for_update:
        statement = statement.with_for_update()
    found = work.session.scalars(in_scope(statement, Channel, work.actor)).one_or_none()
    if found is None:
        raise ChannelUnknown
    return found


def _put_into(work: Work, channel: Channel, packages: list[Package]) -> None:
    """Let a channel be in these packages, and in no others."""
    held = delete(PackageChannel).where(PackageChannel.channel_id == channel.id)
    work.session.execute(held.execution_options(synchronize_session=False))
    work.session.add_all(
        PackageChannel(package_id=package.id, channel_id=channel.id)
        for package in packages
    )
    work.session.flush()


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_channels_partner_id" in str(error.orig):
            raise NumberTaken(fields={"number": [NumberTaken.__doc__ or ""]}) from None
        raise
