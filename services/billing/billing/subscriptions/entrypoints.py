"""Ways in to subscriptions."""

from collections.abc import Sequence

from billing.subscriptions import operations, renewals, upkeep, waking
from lineup.bus import Entrypoints, every, on_event
from lineup.context import (
    Event,
)
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.catalog import OfferImproved, ProductChanged

FEW = 100
"""Whoever was deleted is paid back in the batch, whose locks all others of it share."""


class SubscriptionEntrypoints(Entrypoints):
    """What a customer or its seller may do with a user's subscription."""

    @on_event(at_once=FEW)
    def on_customer_changed(self, events: Sequence[Event[CustomerChanged]]) -> None:
        """Keep the newest of customers; what they have follows them."""
        self.database.apply_copies(events, operations.follow_customers)

    @on_event(at_once=FEW)
    def on_user_changed(self, events: Sequence[Event[UserChanged]]) -> None:
        """Keep the newest of users; deleted ones stop."""
        self.database.apply_copies(events, operations.follow_users)


class RenewalEntrypoints(Entrypoints):
    """Money in, renewals out, and the timers that keep ends told."""

    @every(seconds=5)
    def renew_due_subscriptions(self) -> None:
        """Renew what is due, before its end where possible."""
        renewals.renew_all(self.database)

    @every(seconds=10)
    def announce_ends(self) -> None:
        """Mark and announce subscriptions whose end has passed."""
        upkeep.expire_all(self.database)

    @on_event
    def on_product_changed(self, event: Event[ProductChanged]) -> None:
        """Announce the running subscriptions of a changed product anew."""
        upkeep.follow_product(self.database, event.state)

    @on_event
    def on_offer_improved(self, event: Event[OfferImproved]) -> None:
        """Try renewals again that wait for a plan that costs less, or was not sold."""
        waking.wake_offered(self.database, event.state)
