"""Ways in to users."""

from accounts.users.service_times import follow_subscription
from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.billing.subscriptions import SubscriptionChanged


class UserEntrypoints(Entrypoints):
    """Ways in to users."""

    @on_event
    def on_subscription_changed(self, event: Event[SubscriptionChanged]) -> None:
        """Keep what billing says of a user's subscription."""
        self.database.apply_copy(event, follow_subscription)
