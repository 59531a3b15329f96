"""Ways in to deleting everything of a partner."""

from billing.erasure.models import Erasure
from billing.purging.models import Purge
from billing.purging.operations import PURGING
from lineup.bus import Entrypoints, every, forget_purged, on_event
from lineup.context import Event
from lineup.contracts.accounts.partner_events import PartnerPurgeRequested


class PurgeEntrypoints(Entrypoints):
    """Deletes everything of a partner, and confirms it."""

    @on_event
    def on_partner_purge_requested(self, event: Event[PartnerPurgeRequested]) -> None:
        """Everything of a partner is to be deleted."""
        self.database.handle_event_once(event, PURGING.receive)

    @every(seconds=1)
    def purge_partners(self) -> None:
        """Go on deleting, wherever it was left."""
        PURGING.go_on(self.database)

    @every(seconds=60, alone=True)
    def forget_dead_letters(self) -> None:
        """Drop messages of partners that are deleted, and of customers erased."""
        forget_purged(self, Purge, Erasure)
