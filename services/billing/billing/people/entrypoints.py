"""Ways in for what accounts announces of partners and sellers."""

from billing.people import operations
from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.tree import AccountChanged


class PeopleEntrypoints(Entrypoints):
    """Keeps the copies; customers and users come in by the subscriptions' endpoints."""

    @on_event
    def on_account_changed(self, event: Event[AccountChanged]) -> None:
        """Keep the newest of a partner or seller."""
        self.database.apply_copy(event, operations.upsert_account)
