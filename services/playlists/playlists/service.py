"""The playlists service: its name and its doors."""

from lineup.bus import Service, rpc
from lineup.context import OPERATORS, Call
from lineup.contracts.resync import Resync, Resynced
from playlists import wiring
from playlists.channels.entrypoints import ChannelDoors
from playlists.entitlements.entrypoints import EntitlementDoors
from playlists.guide.entrypoints import GuideDoors
from playlists.jobs.entrypoints import JobDoors
from playlists.resync import resync
from playlists.settings import PlaylistsSettings

wiring.connect_rooms()


class PlaylistsService(ChannelDoors, GuideDoors, JobDoors, EntitlementDoors, Service):
    """What is watched: channels, guide, entitlements, playlists."""

    name = "playlists"
    settings_type = PlaylistsSettings

    @rpc(allowed=OPERATORS)
    def resync(self, _call: Call[Resync]) -> Resynced:
        """Announce every package again, and write all that is rendered anew."""
        return Resynced(announced=resync(self.database))
