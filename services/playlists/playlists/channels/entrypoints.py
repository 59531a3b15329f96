"""Ways in to channels and packages."""

from lineup.bus import Doors, rpc
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, SELLERS, Call, Role
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import (
    AddPackageChannels,
    ChannelsTouched,
    ChannelView,
    CreateChannel,
    CreatePackage,
    DeleteChannel,
    DeleteChannels,
    DeletePackage,
    FollowList,
    GetChannel,
    GetPackage,
    GroupChannels,
    Groups,
    ListChannels,
    ListGroups,
    ListPackages,
    MoveChannels,
    PackageView,
    RemovePackageChannels,
    RenamePackage,
    SetPackageChannels,
    SwitchChannels,
    UpdateChannel,
)
from lineup.contracts.playlists.jobs import (
    GetJob,
    ImportChannels,
    JobView,
    PreviewChannels,
    UndoImport,
)
from lineup.database import locked
from playlists.channels import (
    contents,
    imports,
    job_views,
    lists,
    many,
    operations,
    order,
    packages,
)
from playlists.channels.models import Channel, Package

READERS = SELLERS | {Role.SUPPORT}

CURRENT_CHANNEL = locked(Channel, operations.get_channel, GetChannel)
CURRENT_PACKAGE = locked(Package, packages.get_package, GetPackage)


class ChannelDoors(Doors):
    """Keeps channels, their order and their groups."""

    @rpc(allowed=PARTNERS)
    def create_channel(self, call: Call[CreateChannel]) -> ChannelView:
        """Add a channel; its stream id stays for good."""
        return self.database.once(call, operations.create_channel)

    @rpc(allowed=PARTNERS)
    def update_channel(self, call: Call[UpdateChannel]) -> ChannelView:
        """Change a channel."""
        return self.database.once(call, operations.update_channel, CURRENT_CHANNEL)

    @rpc(allowed=PARTNERS)
    def delete_channel(self, call: Call[DeleteChannel]) -> None:
        """Remove a channel from everywhere."""
        return self.database.once(call, operations.delete_channel, CURRENT_CHANNEL)

    @rpc(allowed=READERS)
    def get_channel(self, call: Call[GetChannel]) -> ChannelView:
        """One channel."""
        return self.database.read(call, operations.get_channel)

    @rpc(allowed=READERS)
    def list_channels(self, call: Call[ListChannels]) -> Page[ChannelView]:
        """Channels in the order asked for."""
        return self.database.read(call, lists.list_channels)

    @rpc(allowed=READERS)
    def list_groups(self, call: Call[ListGroups]) -> Groups:
        """Groups with their channels counted."""
        return self.database.read(call, lists.list_groups)

    @rpc(allowed=PARTNERS)
    def move_channels(self, call: Call[MoveChannels]) -> ChannelsTouched:
        """Put channels right before or behind another."""
        return self.database.once(call, order.move_channels)

    @rpc(allowed=PARTNERS)
    def switch_channels(self, call: Call[SwitchChannels]) -> ChannelsTouched:
        """Switch many channels on or off."""
        return self.database.once(call, many.switch_channels)

    @rpc(allowed=PARTNERS)
    def group_channels(self, call: Call[GroupChannels]) -> ChannelsTouched:
        """Put many channels into a group."""
        return self.database.once(call, many.group_channels)

    @rpc(allowed=PARTNERS)
    def delete_channels(self, call: Call[DeleteChannels]) -> ChannelsTouched:
        """Remove many channels from everywhere."""
        return self.database.once(call, many.delete_channels)

    @rpc(allowed=PARTNERS)
    def follow_list(self, call: Call[FollowList]) -> ChannelsTouched:
        """Let imports change again what staff said."""
        return self.database.once(call, many.follow_list)


class ImportDoors(Doors):
    """Has channel lists read, and shows how that goes."""

    @rpc(allowed=PARTNERS)
    def preview_channels(self, call: Call[PreviewChannels]) -> JobView:
        """Have the worker read a playlist."""
        return self.database.once(call, imports.preview_channels)

    @rpc(allowed=PARTNERS)
    def import_channels(self, call: Call[ImportChannels]) -> JobView:
        """Have the worker import a playlist."""
        return self.database.once(call, imports.import_channels)

    @rpc(allowed=PARTNERS)
    def undo_import(self, call: Call[UndoImport]) -> JobView:
        """Have the worker undo the last import."""
        return self.database.once(call, imports.undo_import)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def get_job(self, call: Call[GetJob]) -> JobView:
        """One job, with all that came of it."""
        return self.database.read(call, job_views.get_job)


class PackageDoors(Doors):
    """Keeps packages: channels that are sold together."""

    @rpc(allowed=PARTNERS)
    def create_package(self, call: Call[CreatePackage]) -> PackageView:
        """Channels sold together."""
        return self.database.once(call, contents.create_package)

    @rpc(allowed=PARTNERS)
    def rename_package(self, call: Call[RenamePackage]) -> PackageView:
        """Call a package otherwise."""
        return self.database.once(call, packages.rename_package, CURRENT_PACKAGE)

    @rpc(allowed=PARTNERS)
    def delete_package(self, call: Call[DeletePackage]) -> None:
        """Remove a package on which no subscription runs."""
        return self.database.once(call, packages.delete_package, CURRENT_PACKAGE)

    @rpc(allowed=PARTNERS)
    def set_package_channels(self, call: Call[SetPackageChannels]) -> PackageView:
        """Say which channels are in a package."""
        return self.database.once(call, contents.set_package_channels, CURRENT_PACKAGE)

    @rpc(allowed=PARTNERS)
    def add_package_channels(self, call: Call[AddPackageChannels]) -> PackageView:
        """Put channels into a package, beside those in it."""
        return self.database.once(call, contents.add_package_channels)

    @rpc(allowed=PARTNERS)
    def remove_package_channels(self, call: Call[RemovePackageChannels]) -> PackageView:
        """Take channels out of a package."""
        return self.database.once(call, contents.remove_package_channels)

    @rpc(allowed=READERS)
    def get_package(self, call: Call[GetPackage]) -> PackageView:
        """One package."""
        return self.database.read(call, packages.get_package)

    @rpc(allowed=READERS)
    def list_packages(self, call: Call[ListPackages]) -> Page[PackageView]:
        """Packages, the demo set among them."""
        return self.database.read(call, packages.list_packages)
