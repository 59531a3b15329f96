"""What can be asked of channels."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lineup.contracts.changes import merged, set_fields
from lineup.contracts.playlists.channels import (
    ChannelView,
    CreateChannel,
    DeleteChannel,
    GetChannel,
    UpdateChannel,
)
from lineup.contracts.playlists.refusals import NumberTaken
from lineup.database import UnitOfWork
from lineup.verbs import Done, handles
from playlists import owners
from playlists.channels.details import changed_between, check_details, details_set_in
from playlists.channels.finding import find_channel, new_channel
from playlists.channels.models import Channel, Package, PackageChannel
from playlists.channels.packages import demo_package, find_packages
from playlists.editing.views import view_of
from playlists.pending import operations as pending


@handles(CreateChannel)
def create_channel(work: UnitOfWork, request: CreateChannel) -> ChannelView:
    """Add a channel, with a stream id that stays for good."""
    owner = owners.owner_of(work, request.partner_id)
    check_details(request.details)
    demo_package(work, owner)
    packages = find_packages(work, owner.partner_id, request.package_ids)
    channel = new_channel(work, owner, request.details)
    channel.mark_set_by_staff(details_set_in(request.details))
    work.session.add(channel)
    _flush(work.session)
    _put_into(work, channel, packages)
    pending.mark_changed(work, channel.partner_id)
    return view_of(work, channel)


@handles(UpdateChannel, changes=GetChannel)
def update_channel(work: UnitOfWork, request: UpdateChannel) -> ChannelView:
    """Change what is given of a channel; its stream id stays."""
    channel = find_channel(work, request.channel_id, for_update=True)
    if request.details:
        before = channel.details()
        details = merged(before, request.details)
        check_details(details, set(set_fields(request.details)))
        channel.describe(details, work.now)
        channel.mark_set_by_staff(changed_between(before, details))
        _flush(work.session)
    if isinstance(request.package_ids, list):
        packages = find_packages(work, channel.partner_id, request.package_ids)
        _put_into(work, channel, packages)
    pending.mark_changed(work, channel.partner_id)
    return view_of(work, channel)


@handles(DeleteChannel, changes=GetChannel)
def delete_channel(work: UnitOfWork, request: DeleteChannel) -> Done:
    """Remove a channel from everywhere."""
    channel = find_channel(work, request.channel_id, for_update=True)
    work.session.delete(channel)
    work.session.flush()
    pending.mark_changed(work, channel.partner_id)
    return Done()


@handles(GetChannel, row=Channel)
def get_channel(work: UnitOfWork, request: GetChannel) -> ChannelView:
    """One channel."""
    return view_of(work, find_channel(work, request.channel_id))


def _put_into(work: UnitOfWork, channel: Channel, packages: list[Package]) -> None:
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
