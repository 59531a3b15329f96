"""Ways in to the copy of subscriptions."""

from accounts.subscriptions.operations import keep_subscription
from lineup.bus import Doors, on_event
from lineup.context import Event
from lineup.contracts.billing import SubscriptionChanged


class SubscriptionDoors(Doors):
    """Ways in to the copy of subscriptions."""

    @on_event
    def on_subscription_changed(self, event: Event[SubscriptionChanged]) -> None:
        """Keep what billing says of a user's subscription."""
        self.database.keep(event, keep_subscription)
