"""Ways in to the delivery log, and the timer that sends."""

from lineup.bus import Doors, every, on_event, rpc
from lineup.context import EVERYBODY, SELLERS, SELLERS_AND_SUPPORT, Call, Event
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.notifications import (
    CountDeliveries,
    DeliveryCounts,
    DeliveryView,
    GetDelivery,
    ListDeliveries,
    SendAgain,
)
from lineup.contracts.paging import Page
from notifications.deliveries import operations, queues
from notifications.deliveries.connections import MOST
from notifications.deliveries.routing import sender_for


class DeliveryDoors(Doors):
    """The delivery log."""

    @rpc(allowed=EVERYBODY)
    def list_deliveries(self, call: Call[ListDeliveries]) -> Page[DeliveryView]:
        """The log; a customer reads what was sent to it."""
        return self.database.read(call, operations.list_deliveries)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def count_deliveries(self, call: Call[CountDeliveries]) -> DeliveryCounts:
        """The log by state."""
        return self.database.read(call, operations.count_deliveries)

    @rpc(allowed=EVERYBODY)
    def get_delivery(self, call: Call[GetDelivery]) -> DeliveryView:
        """One line of the log."""
        return self.database.read(call, operations.get_delivery)

    @rpc(allowed=SELLERS)
    def send_again(self, call: Call[SendAgain]) -> DeliveryView:
        """Queue a failed message once more."""
        return self.database.once(call, operations.send_again)

    @on_event
    def on_customer_changed(self, event: Event[CustomerChanged]) -> None:
        """A customer changed: its copy and its messages follow."""
        self.database.keep(event, operations.follow_customer)

    @every(seconds=1, side_by_side=MOST)
    def send_due(self) -> None:
        """Send what is due; copies of the service share the queues."""
        sender_for(self.settings, self.database, self.keyring).run()

    @every(seconds=60)
    def give_up_forsaken(self) -> None:
        """Fail what waits for a mail server that has failed for days."""
        with self.database.transaction() as work:
            queues.give_up_forsaken(work)
