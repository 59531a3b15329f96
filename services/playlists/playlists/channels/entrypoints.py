"""Ways in to channels: what accounts announces of who has them."""

from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.tree import AccountChanged
from playlists.channels.packages import follow_account


class ChannelEntrypoints(Entrypoints):
    """Keeps copies of partners, with a demo set for each, and of sellers."""

    @on_event
    def on_account_changed(self, event: Event[AccountChanged]) -> None:
        """A partner or seller changed."""
        self.database.apply_copy(event, follow_account)
