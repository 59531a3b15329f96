"""Ways in to the catalogue."""

from billing.catalog import operations
from billing.catalog.models import Plan, Product
from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.billing.catalog import (
    GetPlan,
    GetProduct,
)
from lineup.contracts.playlists.events import PackageChanged
from lineup.database import locked

CURRENT_PRODUCT = locked(Product, operations.get_product, GetProduct)
CURRENT_PLAN = locked(Plan, operations.show_plan, GetPlan)


class CatalogEntrypoints(Entrypoints):
    """Products and plans: the partner makes them, everybody below sees them."""

    @on_event
    def on_package_changed(self, event: Event[PackageChanged]) -> None:
        """Keep the newest of a package."""
        self.database.keep(event, operations.keep_package)
