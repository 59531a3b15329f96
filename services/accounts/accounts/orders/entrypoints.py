"""Ways in to shop orders."""

from functools import partial

from accounts.dependencies import Dependencies
from accounts.orders.operations import fill_seats, hold_back
from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.billing.orders import OrderAccepted, UsersHeldBack


class OrderEntrypoints(Entrypoints):
    """Ways in to shop orders."""

    @on_event
    def on_order_accepted(self, event: Event[OrderAccepted]) -> None:
        """Make the buyer a customer, and each seat a user."""
        self.database.handle_event_once(
            event, partial(fill_seats, dependencies=self.provide(Dependencies))
        )

    @on_event
    def on_users_held_back(self, event: Event[UsersHeldBack]) -> None:
        """Switch off the users of a disputed order, or on again."""
        self.database.handle_event_once(
            event, partial(hold_back, dependencies=self.provide(Dependencies))
        )
