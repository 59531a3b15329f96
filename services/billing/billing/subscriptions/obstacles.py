"""Why a user would not renew though its switch is on; told, decided and shown alike."""

from datetime import datetime

from billing.catalog.models import Plan
from billing.subscriptions.models import Subscription
from billing.subscriptions.waiting import WINDOW
from lineup.contracts.billing.subscriptions import SubscriptionState


def plan_obstacle(plan: Plan, *, is_inactive: bool) -> str:
    """What of a plan, or of the user, is in the way; empty: nothing."""
    obstacles = {
        "trial": plan.product.is_trial,
        "plan_retired": plan.is_retired,
        "inactive": is_inactive,
    }
    return next((name for name, holds in obstacles.items() if holds), "")


def obstacle_of(
    last: Subscription, plan: Plan, now: datetime, *, is_inactive: bool
) -> str:
    """Why a user's newest subscription would not be renewed; empty when it would."""
    if now >= last.ends_at + WINDOW or last.state == SubscriptionState.STOPPED:
        return "over"
    if found := plan_obstacle(plan, is_inactive=is_inactive):
        return found
    is_put_off = last.put_off_until is not None and last.put_off_until > now
    return "put_off" if is_put_off else ""
