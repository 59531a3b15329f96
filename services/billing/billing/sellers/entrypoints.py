"""Ways in for what accounts announces of partners and sellers."""

from collections.abc import Sequence

from billing.sellers import deletion
from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.tree import AccountChanged


class SellerEntrypoints(Entrypoints):
    """Keeps the copies; customers and users come in by the subscriptions' endpoints."""

    @on_event
    def on_account_changed(self, events: Sequence[Event[AccountChanged]]) -> None:
        """Keep the newest of partners and sellers; deleted ones have no Credits."""
        self.database.apply_copies(events, deletion.follow_accounts)
