"""Ways in to the catalogue."""

from billing.catalog import operations
from billing.catalog.models import Plan, Product
from lineup.bus import Doors, on_event, rpc
from lineup.context import EVERYBODY, PARTNERS, Call, Event
from lineup.contracts.billing.catalog import (
    ChangePlan,
    CreatePlan,
    CreateProduct,
    CurrencyUse,
    GetCurrencyUse,
    GetPlan,
    GetProduct,
    ListProducts,
    PlanView,
    ProductView,
    RetirePlan,
    UpdateProduct,
)
from lineup.contracts.paging import Page
from lineup.contracts.playlists.events import PackageChanged
from lineup.database import locked

CURRENT_PRODUCT = locked(Product, operations.get_product, GetProduct)
CURRENT_PLAN = locked(Plan, operations.show_plan, GetPlan)


class CatalogDoors(Doors):
    """Products and plans: the partner makes them, everybody below sees them."""

    @rpc(allowed=PARTNERS)
    def create_product(self, call: Call[CreateProduct]) -> ProductView:
        """Make a product of the partner's packages."""
        return self.database.once(call, operations.create_product)

    @rpc(allowed=PARTNERS)
    def update_product(self, call: Call[UpdateProduct]) -> ProductView:
        """Change a product; running subscriptions follow."""
        return self.database.once(call, operations.update_product, CURRENT_PRODUCT)

    @rpc(allowed=EVERYBODY)
    def get_product(self, call: Call[GetProduct]) -> ProductView:
        """One product with its plans."""
        return self.database.read(call, operations.get_product)

    @rpc(allowed=EVERYBODY)
    def list_products(self, call: Call[ListProducts]) -> Page[ProductView]:
        """Products with their plans."""
        return self.database.read(call, operations.list_products)

    @rpc(allowed=PARTNERS)
    def create_plan(self, call: Call[CreatePlan]) -> PlanView:
        """Put a length of a product on sale."""
        return self.database.once(call, operations.create_plan)

    @rpc(allowed=PARTNERS)
    def get_plan(self, call: Call[GetPlan]) -> PlanView:
        """One plan."""
        return self.database.read(call, operations.show_plan)

    @rpc(allowed=PARTNERS)
    def change_plan(self, call: Call[ChangePlan]) -> PlanView:
        """Change a plan's name and price, from the next sale or renewal on."""
        return self.database.once(call, operations.change_plan, CURRENT_PLAN)

    @rpc(allowed=PARTNERS)
    def retire_plan(self, call: Call[RetirePlan]) -> PlanView:
        """Take a plan off sale."""
        return self.database.once(call, operations.retire_plan, CURRENT_PLAN)

    @rpc(allowed=PARTNERS)
    def get_currency_use(self, call: Call[GetCurrencyUse]) -> CurrencyUse:
        """What has prices in a partner's currency."""
        return self.database.read(call, operations.get_currency_use)

    @on_event
    def on_package_changed(self, event: Event[PackageChanged]) -> None:
        """Keep the newest of a package."""
        self.database.keep(event, operations.keep_package)
