"""Ways in to the figures."""

from billing.figures.plan_use import get_plan_use
from billing.figures.report import list_sales, sum_sales
from billing.figures.sales import get_sales
from billing.figures.standing import get_subscription_figures
from lineup.bus import Doors, rpc
from lineup.context import EVERYBODY, PARTNERS, SELLERS_AND_SUPPORT, Call
from lineup.contracts.billing.catalog import GetPlanUse, PlanUse
from lineup.contracts.billing.figures import (
    GetSales,
    GetSubscriptionFigures,
    ListSales,
    SalesSums,
    SalesView,
    SaleView,
    SubscriptionFigures,
    SumSales,
)
from lineup.contracts.paging import Page


class FigureDoors(Doors):
    """What dashboards and reports are made of."""

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def get_sales(self, call: Call[GetSales]) -> SalesView:
        """Sales by day."""
        return self.database.read(call, get_sales)

    @rpc(allowed=EVERYBODY)
    def list_sales(self, call: Call[ListSales]) -> Page[SaleView]:
        """Sold periods, line by line."""
        return self.database.read(call, list_sales)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def sum_sales(self, call: Call[SumSales]) -> SalesSums:
        """What the sold periods of a list add up to."""
        return self.database.read(call, sum_sales)

    @rpc(allowed=SELLERS_AND_SUPPORT)
    def get_subscription_figures(
        self, call: Call[GetSubscriptionFigures]
    ) -> SubscriptionFigures:
        """How many subscriptions run, end soon and lapsed."""
        return self.database.read(call, get_subscription_figures)

    @rpc(allowed=PARTNERS)
    def get_plan_use(self, call: Call[GetPlanUse]) -> PlanUse:
        """Who would be touched by retiring a plan."""
        return self.database.read(call, get_plan_use)
