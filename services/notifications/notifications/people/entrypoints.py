"""Ways in to people: what accounts announces."""

from collections.abc import Sequence

from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.tree import AccountChanged
from notifications.people import operations


class PeopleEntrypoints(Entrypoints):
    """Keeps copies of partners and sellers; `deliveries` takes what customers do."""

    @on_event
    def on_account_changed(self, events: Sequence[Event[AccountChanged]]) -> None:
        """Partners or sellers changed."""
        self.database.apply_copies(events, operations.upsert_accounts)
