"""Ways in to channels and packages."""

from lineup.bus import Doors, rpc
from lineup.context import PARTNERS, SELLERS, Call, Role
from lineup.contracts.paging import Page
from lineup.contracts.playlists import (
    ChannelView,
    CreateChannel,
    CreatePackage,
    DeleteChannel,
    GetChannel,
    GetPackage,
    ImportChannels,
    JobView,
    ListChannels,
    ListPackages,
    PackageView,
    SetPackageChannels,
    UpdateChannel,
)
from playlists.channels import operations, packages

READERS = SELLERS | {Role.SUPPORT}


class ChannelDoors(Doors):
    """Keeps channels, and the packages they are sold in."""

    @rpc(allowed=PARTNERS)
    def create_channel(self, call: Call[CreateChannel]) -> ChannelView:
        """Add a channel; its stream id stays for good."""
        return self.database.once(call, operations.create_channel)

    @rpc(allowed=PARTNERS)
    def update_channel(self, call: Call[UpdateChannel]) -> ChannelView:
        """Change a channel."""
        return self.database.once(call, operations.update_channel)

    @rpc(allowed=PARTNERS)
    def delete_channel(self, call: Call[DeleteChannel]) -> None:
        """Remove a channel from everywhere."""
        return self.database.once(call, operations.delete_channel)

    @rpc(allowed=READERS)
    def get_channel(self, call: Call[GetChannel]) -> ChannelView:
        """One channel."""
        return self.database.read(call, operations.get_channel)

    @rpc(allowed=READERS)
    def list_channels(self, call: Call[ListChannels]) -> Page[ChannelView]:
        """Channels by number."""
        return self.database.read(call, operations.list_channels)

    @rpc(allowed=PARTNERS)
    def import_channels(self, call: Call[ImportChannels]) -> JobView:
        """Have the worker import a playlist."""
        return self.database.once(call, operations.import_channels)

    @rpc(allowed=PARTNERS)
    def create_package(self, call: Call[CreatePackage]) -> PackageView:
        """Channels sold together."""
        return self.database.once(call, packages.create_package)

    @rpc(allowed=PARTNERS)
    def set_package_channels(self, call: Call[SetPackageChannels]) -> PackageView:
        """Say which channels are in a package."""
        return self.database.once(call, packages.set_package_channels)

    @rpc(allowed=READERS)
    def get_package(self, call: Call[GetPackage]) -> PackageView:
        """One package."""
        return self.database.read(call, packages.get_package)

    @rpc(allowed=READERS)
    def list_packages(self, call: Call[ListPackages]) -> Page[PackageView]:
        """Packages, the demo set among them."""
        return self.database.read(call, packages.list_packages)
