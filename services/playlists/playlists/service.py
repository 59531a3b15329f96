"""The playlists service: its name and its doors."""

from typing import ClassVar

from lineup.contracts.resync import Resync, Resynced

from lineup.bus import Service, rpc
from lineup.context import OPERATORS, Call
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from playlists import watching, wiring
from playlists.channels.entrypoints import ChannelDoors, ImportDoors, PackageDoors
from playlists.entitlements.entrypoints import EntitlementDoors
from playlists.entitlements.models import (
    Customer,
    Partner,
    Seller,
    Subscription,
    User,
)
from playlists.guide.entrypoints import GuideDoors, GuideTieDoors
from playlists.jobs.entrypoints import JobDoors
from playlists.rendering.entrypoints import StreamDoors
from playlists.resync import resync
from playlists.settings import PlaylistsSettings

wiring.connect_rooms()


class PlaylistsService(
    ChannelDoors,
    PackageDoors,
    GuideDoors,
    GuideTieDoors,
    ImportDoors,
    JobDoors,
    StreamDoors,
    EntitlementDoors,
    Service,
):
    """What is watched: channels, guide, entitlements, playlists."""

    name = "playlists"
    settings_type = PlaylistsSettings
    copies: ClassVar = {
        AccountChanged: (Partner, Seller),
        CustomerChanged: (Customer,),
        UserChanged: (User,),
        SubscriptionChanged: (Subscription,),
    }
    looks = watching.LOOKS

    @rpc(allowed=OPERATORS)
    def resync(self, _call: Call[Resync]) -> Resynced:
        """Announce every package again, and write all that is rendered anew."""
        return Resynced(announced=resync(self.database))
