"""Who would be touched by retiring a plan."""

from sqlalchemy import func, select

from billing.catalog import operations as catalog
from billing.catalog.views import plan_view
from billing.subscriptions.lists import has_state
from billing.subscriptions.models import Subscription
from lineup.contracts.billing.catalog import GetPlanUse, PlanUse
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.database import UnitOfWork
from lineup.verbs import handles


@handles(GetPlanUse)
def get_plan_use(work: UnitOfWork, request: GetPlanUse) -> PlanUse:
    """How many run by a plan, and of those how many would have renewed by it."""
    plan = catalog.get_own_plan(work, request.plan_id)
    statement = select(func.count(), func.count().filter(Subscription.renews)).where(
        Subscription.product_id == plan.product_id,
        Subscription.plan_id == plan.id,
        has_state(SubscriptionState.RUNNING, work.now),
    )
    running, renewing = work.session.execute(statement).one()
    return PlanUse(
        plan=plan_view(plan),
        product_name=plan.product.name,
        running=running,
        renewing=renewing,
    )
