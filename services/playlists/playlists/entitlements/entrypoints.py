"""Ways in to entitlements: what accounts and billing announce."""

from collections.abc import Sequence

from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from playlists.entitlements import operations


class EntitlementEntrypoints(Entrypoints):
    """Keeps copies of customers, users and subscriptions."""

    @on_event
    def on_customer_changed(self, events: Sequence[Event[CustomerChanged]]) -> None:
        """Customers changed."""
        self.database.apply_copies(events, operations.upsert_customers)

    @on_event
    def on_user_changed(self, events: Sequence[Event[UserChanged]]) -> None:
        """Users changed."""
        self.database.apply_copies(events, operations.upsert_users)

    @on_event
    def on_subscription_changed(
        self, events: Sequence[Event[SubscriptionChanged]]
    ) -> None:
        """Subscriptions changed."""
        self.database.apply_copies(events, operations.upsert_subscriptions)
