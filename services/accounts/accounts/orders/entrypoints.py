"""Ways in to shop orders."""

from functools import partial

from accounts.doors import MakingDoors
from accounts.orders.operations import fill_seats
from lineup.bus import on_event
from lineup.context import Event
from lineup.contracts.billing import OrderAccepted


class OrderDoors(MakingDoors):
    """Ways in to shop orders."""

    @on_event
    def on_order_accepted(self, event: Event[OrderAccepted]) -> None:
        """Make the buyer a customer, and each seat a user."""
        self.database.consume(event, partial(fill_seats, means=self.means))
