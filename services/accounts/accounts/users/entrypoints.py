"""Ways in to users."""

from collections.abc import Sequence

from accounts.users.service_times import follow_subscriptions
from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.billing.subscriptions import SubscriptionChanged


class UserEntrypoints(Entrypoints):
    """Ways in to users."""

    @on_event
    def on_subscription_changed(
        self, events: Sequence[Event[SubscriptionChanged]]
    ) -> None:
        """Keep what billing says of users' subscriptions."""
        self.database.apply_copies(events, follow_subscriptions)
