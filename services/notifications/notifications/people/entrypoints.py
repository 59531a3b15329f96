"""Ways in to people: what accounts announces."""

from lineup.bus import Doors, on_event
from lineup.context import Event
from lineup.contracts.accounts import AccountChanged, CustomerChanged
from notifications.people import operations


class PeopleDoors(Doors):
    """Keeps copies of accounts' facts."""

    @on_event
    def on_account_changed(self, event: Event[AccountChanged]) -> None:
        """A partner or seller changed."""
        self.database.keep(event, operations.keep_account)

    @on_event
    def on_customer_changed(self, event: Event[CustomerChanged]) -> None:
        """A customer changed."""
        self.database.keep(event, operations.keep_customer)
