"""Ways in to entitlements: what accounts and billing announce."""

from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from playlists.entitlements import operations


class EntitlementEntrypoints(Entrypoints):
    """Keeps copies of customers, users and subscriptions."""

    @on_event
    def on_customer_changed(self, event: Event[CustomerChanged]) -> None:
        """A customer changed."""
        self.database.apply_copy(event, operations.upsert_customer)

    @on_event
    def on_user_changed(self, event: Event[UserChanged]) -> None:
        """A user changed."""
        self.database.apply_copy(event, operations.upsert_user)

    @on_event
    def on_subscription_changed(self, event: Event[SubscriptionChanged]) -> None:
        """A subscription changed."""
        self.database.apply_copy(event, operations.upsert_subscription)
