"""The playlists service: its name and its doors."""

from lineup.bus import Service, rpc
from lineup.context import OPERATORS, Call
from lineup.contracts.resync import Resync, Resynced
from playlists import watching, wiring
from playlists.channels.entrypoints import ChannelDoors, PackageDoors
from playlists.entitlements.entrypoints import EntitlementDoors
from playlists.guide.entrypoints import GuideDoors, GuideTieDoors
from playlists.jobs.entrypoints import JobDoors
from playlists.resync import resync
from playlists.settings import PlaylistsSettings

wiring.connect_rooms()


class PlaylistsService(
    ChannelDoors,
    PackageDoors,
    GuideDoors,
    GuideTieDoors,
    JobDoors,
    EntitlementDoors,
    Service,
):
    """What is watched: channels, guide, entitlements, playlists."""

    name = "playlists"
    settings_type = PlaylistsSettings
    looks = watching.LOOKS

    @rpc(allowed=OPERATORS)
    def resync(self, _call: Call[Resync]) -> Resynced:
        """Announce every package again, and write all that is rendered anew."""
        return Resynced(announced=resync(self.database))
