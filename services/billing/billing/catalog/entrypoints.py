"""Ways in to the catalogue."""

from collections.abc import Sequence

from billing.catalog import packages
from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.playlists.events import PackageChanged


class CatalogEntrypoints(Entrypoints):
    """Products and plans: the partner makes them, everybody below sees them."""

    @on_event
    def on_package_changed(self, events: Sequence[Event[PackageChanged]]) -> None:
        """Keep the newest of packages."""
        self.database.apply_copies(events, packages.upsert_packages)
