"""Ways in to the delivery log, and the timer that sends."""

from collections.abc import Sequence

from lineup.bus import Entrypoints, every, on_event
from lineup.context import Event
from lineup.contracts.accounts.customers import CustomerChanged
from notifications.deliveries import operations, queues
from notifications.deliveries.connections import MOST
from notifications.deliveries.routing import sender_for


class DeliveryEntrypoints(Entrypoints):
    """The delivery log."""

    @on_event
    def on_customer_changed(self, events: Sequence[Event[CustomerChanged]]) -> None:
        """Customers changed: their copies and their messages follow."""
        self.database.apply_copies(events, operations.follow_customers)

    @every(seconds=1, side_by_side=MOST)
    def send_due(self) -> None:
        """Send what is due; copies of the service share the queues."""
        sender_for(self.settings, self.database, self.keyring).run()

    @every(seconds=60)
    def give_up_forsaken(self) -> None:
        """Fail what waits for a mail server that has failed for days."""
        with self.database.transaction() as work:
            queues.give_up_forsaken(work)
