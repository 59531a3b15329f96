"""Ways in to people: what accounts announces."""

from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.tree import AccountChanged
from notifications.people import operations


class PeopleEntrypoints(Entrypoints):
    """Keeps copies of partners and sellers; `deliveries` takes what customers do."""

    @on_event
    def on_account_changed(self, event: Event[AccountChanged]) -> None:
        """A partner or seller changed."""
        self.database.apply_copy(event, operations.upsert_account)
