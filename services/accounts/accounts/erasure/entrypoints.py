"""Ways in to erasing customers: what others confirm, and time."""

from accounts.erasure.operations import ERASING, ask_again, confirm
from lineup.bus import Entrypoints, every, on_event
from lineup.context import Event
from lineup.contracts.accounts.erasure import (
    BillingErased,
    NotificationsErased,
    PlaylistsErased,
)


class ErasureEntrypoints(Entrypoints):
    """Erases customers, and hears that others have."""

    @on_event
    def on_billing_erased(self, event: Event[BillingErased]) -> None:
        """Billing has erased a customer."""
        self.database.handle_event_once(event, confirm)

    @on_event
    def on_notifications_erased(self, event: Event[NotificationsErased]) -> None:
        """Notifications has erased a customer."""
        self.database.handle_event_once(event, confirm)

    @on_event
    def on_playlists_erased(self, event: Event[PlaylistsErased]) -> None:
        """Playlists has erased a customer."""
        self.database.handle_event_once(event, confirm)

    @every(seconds=1)
    def erase_customers(self) -> None:
        """Go on erasing what is here of customers."""
        ERASING.go_on(self.database)

    @every(seconds=60)
    def ask_for_erasures_again(self) -> None:
        """Ask services again that have not confirmed for an hour."""
        ask_again(self.database)
