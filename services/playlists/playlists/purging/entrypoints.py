"""Ways in to deleting everything of a partner."""

from lineup.bus import Entrypoints, every, forget_purged, on_event
from lineup.context import Event
from lineup.contracts.accounts.partner_events import PartnerPurgeRequested
from playlists.erasure.models import Erasure
from playlists.purging.models import Purge
from playlists.purging.operations import request_purge


class PurgeEntrypoints(Entrypoints):
    """Hears that everything of a partner is to be deleted; the worker does it."""

    @on_event
    def on_partner_purge_requested(self, event: Event[PartnerPurgeRequested]) -> None:
        """Everything of a partner is to be deleted."""
        self.database.handle_event_once(event, request_purge)

    @every(seconds=60, alone=True)
    def forget_dead_letters(self) -> None:
        """Drop messages of partners that are deleted, and of customers erased."""
        forget_purged(self, Purge, Erasure)
