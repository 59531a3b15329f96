"""Which channels are in a package."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from lineup.contracts.playlists.packages import (
    AddPackageChannels,
    CreatePackage,
    GetPackage,
    PackageView,
    RemovePackageChannels,
    SetPackageChannels,
)
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.verbs import handles
from playlists.channels.models import Channel, Package
from playlists.channels.packages import (
    announce,
    find_package,
    new_package,
    package_view,
    put_into,
    take_out,
)
from playlists.editing.many import chosen
from playlists.owners import owner_of
from playlists.pending import operations as pending


@handles(CreatePackage)
def create_package(work: UnitOfWork, request: CreatePackage) -> PackageView:
    """Channels sold together."""
    owner = owner_of(work, request.partner_id)
    package = new_package(work, owner, request.name)
    _must_be_own(work, package, request.channel_ids)
    put_into(work, package.id, request.channel_ids)
    return package_view(work, package)


@handles(SetPackageChannels, changes=GetPackage)
def set_package_channels(work: UnitOfWork, request: SetPackageChannels) -> PackageView:
    """Say which channels are in a package; none is allowed."""
    package = find_package(work, request.package_id, for_update=True)
    _must_be_own(work, package, request.channel_ids)
    take_out(work, package.id, None)
    put_into(work, package.id, request.channel_ids)
    return _changed(work, package)


@handles(AddPackageChannels)
def add_package_channels(work: UnitOfWork, request: AddPackageChannels) -> PackageView:
    """Put channels into a package, beside those in it."""
    package = find_package(work, request.package_id, for_update=True)
    choice = chosen(work, request)
    _must_be_own(work, package, choice.ids)
    put_into(work, package.id, choice.ids)
    return _changed(work, package)


@handles(RemovePackageChannels)
def remove_package_channels(
    work: UnitOfWork, request: RemovePackageChannels
) -> PackageView:
    """Take channels out of a package; those not in it do not matter."""
    package = find_package(work, request.package_id, for_update=True)
    take_out(work, package.id, chosen(work, request).ids)
    return _changed(work, package)


def _must_be_own(
    work: UnitOfWork, package: Package, channel_ids: Collection[UUID]
) -> None:
    wanted = set(channel_ids)
    own = select(func.count()).where(
        Channel.id.in_(wanted), Channel.partner_id == package.partner_id
    )
    if work.session.scalars(own).one() != len(wanted):
        raise Invalid(fields={"channel_ids": ["Not all of these are your channels."]})


def _changed(work: UnitOfWork, package: Package) -> PackageView:
    """Say it, in a version of its own, and have the sets rendered."""
    package.version += 1
    work.session.flush()
    announce(work, package)
    pending.mark_changed(work, package.partner_id)
    return package_view(work, package)
