"""Ways in to erasing customers."""

from lineup.bus import Entrypoints, every, on_event
from lineup.context import Event
from lineup.contracts.accounts.erasure import CustomerErasureRequested
from playlists.erasure.operations import ERASING


class ErasureEntrypoints(Entrypoints):
    """Erases what names a customer, and confirms it."""

    @on_event
    def on_customer_erasure_requested(
        self, event: Event[CustomerErasureRequested]
    ) -> None:
        """Everything that names a customer is to be erased."""
        self.database.handle_event_once(event, ERASING.receive)

    @every(seconds=1)
    def erase_customers(self) -> None:
        """Go on erasing, wherever it was left."""
        ERASING.go_on(self.database)
