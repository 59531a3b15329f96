"""Ways in to channels: what accounts announces of who has them."""

from collections.abc import Sequence

from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.tree import AccountChanged
from playlists.channels.packages import follow_accounts


class ChannelEntrypoints(Entrypoints):
    """Keeps copies of partners, with a demo set for each, and of sellers."""

    @on_event
    def on_account_changed(self, events: Sequence[Event[AccountChanged]]) -> None:
        """Partners or sellers changed."""
        self.database.apply_copies(events, follow_accounts)
