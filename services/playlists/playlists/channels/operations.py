"""What can be asked of channels."""

from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lineup.contracts.playlists import (
    ChannelDetails,
    ChannelView,
    CreateChannel,
    DeleteChannel,
    GetChannel,
    ImportChannels,
    JobView,
    UpdateChannel,
)
from lineup.database import Work
from lineup.errors import Conflict, Invalid, NotFound
from lineup.ids import new_id
from lineup.scope import in_scope
from playlists import owners, upstairs
from playlists.addresses import check_address
from playlists.channels.details import check_details
from playlists.channels.models import Channel, Package, PackageChannel
from playlists.channels.packages import demo_package, find_packages, get_own_package
from playlists.channels.views import view_of
from playlists.jobs.operations import enqueue, job_view
from playlists.uploads import check_upload

IMPORT_JOB = "import_channels"


class ChannelUnknown(NotFound):
    """There is no such channel."""

    code = "channel_unknown"


class NumberTaken(Conflict):
    """Another channel has this number."""

    code = "number_taken"


def create_channel(work: Work, request: CreateChannel) -> ChannelView:
    """Add a channel, with a stream id that stays for good (PE-18)."""
    owner = owners.owner_of(work, request.partner_id)
    check_details(request.details)
    demo_package(work, owner)
    packages = find_packages(work, owner.partner_id, request.package_ids)
    channel = new_channel(work, owner, request.details)
    work.session.add(channel)
    _flush(work.session)
    _put_into(work, channel, packages)
    upstairs.rooms().mark_changed(work, channel.partner_id)
    return view_of(work, channel)


def update_channel(work: Work, request: UpdateChannel) -> ChannelView:
    """Change a channel; its stream id stays."""
    check_details(request.details)
    channel = find_channel(work, request.channel_id, for_update=True)
    channel.describe(request.details, work.now)
    _flush(work.session)
    if request.package_ids is not None:
        packages = find_packages(work, channel.partner_id, request.package_ids)
        _put_into(work, channel, packages)
    upstairs.rooms().mark_changed(work, channel.partner_id)
    return view_of(work, channel)


def delete_channel(work: Work, request: DeleteChannel) -> None:
    """Remove a channel from everywhere."""
    channel = find_channel(work, request.channel_id, for_update=True)
    work.session.delete(channel)
    work.session.flush()
    upstairs.rooms().mark_changed(work, channel.partner_id)


def get_channel(work: Work, request: GetChannel) -> ChannelView:
    """One channel."""
    return view_of(work, find_channel(work, request.channel_id))


def import_channels(work: Work, request: ImportChannels) -> JobView:
    """Have the worker import a playlist; the job shows how it goes."""
    owner = owners.owner_of(work, request.partner_id)
    if bool(request.upload) == bool(request.address):
        raise Invalid(fields={"address": ["Give an address or an upload, not both."]})
    if request.package_id is not None:
        get_own_package(work, owner.partner_id, request.package_id)
    demo_package(work, owner)
    payload = {
        "upload": check_upload(request.upload),
        "address": check_address(request.address),
        "package_id": request.package_id and str(request.package_id),
        "subject": urlsplit(request.address).hostname or "A file",
    }
    return job_view(enqueue(work, IMPORT_JOB, owner=owner, payload=payload))


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
