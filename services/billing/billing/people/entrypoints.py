"""Ways in for what accounts announces of partners, sellers and customers."""

from billing.people import operations
from lineup.bus import Doors, on_event
from lineup.context import Event
from lineup.contracts.accounts import AccountChanged, CustomerChanged


class PeopleDoors(Doors):
    """Keeps the copies; users come in by the subscriptions' door."""

    @on_event
    def on_account_changed(self, event: Event[AccountChanged]) -> None:
        """Keep the newest of a partner or seller."""
        self.database.keep(event, operations.keep_account)

    @on_event
    def on_customer_changed(self, event: Event[CustomerChanged]) -> None:
        """Keep the newest of a customer."""
        self.database.keep(event, operations.keep_customer)
