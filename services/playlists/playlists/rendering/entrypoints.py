"""Ways in to how a partner's players are let in to its streaming servers."""

from functools import partial

from lineup.bus import Doors, rpc
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Call
from lineup.contracts.playlists.streams import (
    GetStreamSettings,
    StreamSettings,
    UpdateStreamSettings,
)
from playlists.rendering import outputs


class StreamDoors(Doors):
    """Keeps what partners say of grants to watch."""

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def get_stream_settings(self, call: Call[GetStreamSettings]) -> StreamSettings:
        """Show how a partner's players are let in."""
        return self.database.read(call, outputs.get_stream_settings)

    @rpc(allowed=PARTNERS)
    def update_stream_settings(
        self, call: Call[UpdateStreamSettings]
    ) -> StreamSettings:
        """Change how a partner's players are let in."""
        update = partial(outputs.update_stream_settings, keyring=self.keyring)
        return self.database.once(call, update, outputs.current_stream_settings)
