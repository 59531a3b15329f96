"""Ways in to guide sources."""

from lineup.bus import Entrypoints, every
from playlists.guide import sources

SCHEDULE_SECONDS = 30


class GuideEntrypoints(Entrypoints):
    """Keeps guide sources, and has them fetched in time."""

    @every(seconds=SCHEDULE_SECONDS)
    def queue_due_guides(self) -> None:
        """Queue the fetches whose time has come."""
        with self.database.transaction() as work:
            sources.enqueue_due(work)
