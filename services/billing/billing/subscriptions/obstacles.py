"""Why a user does not renew by itself though its switch is on.

Asked when a renewal is due, and when somebody looks at what will renew: what is shown
is what happens. `renewal_set.sql` asks it of many at once; a test holds both together.
"""

from datetime import datetime

from billing.catalog.models import Plan
from billing.subscriptions.models import Subscription
from billing.subscriptions.waiting import WINDOW
from lineup.contracts.billing.subscriptions import SubscriptionState

PUT_OFF = "put_off"
"""It failed, and is tried again in a moment."""


def obstacle_of(
    subscription: Subscription,
    plan: Plan,
    now: datetime,
    *,
    is_inactive: bool,
    is_switched_on: bool = True,
    served_since: datetime | None = None,
) -> str:
    """Why a user's newest subscription is not renewed; empty when nothing forbids it.

    Whether there is money is another question. `served_since`: when its partner came
    back, before which nothing could be renewed.
    """
    obstacles = (
        ("over", _is_over(subscription, now, served_since)),
        ("trial", plan.product.is_trial),
        ("plan_retired", plan.is_retired),
        ("inactive", is_inactive),
        ("replaced", is_switched_on and not subscription.renews),
        (PUT_OFF, _is_put_off(subscription, now)),
    )
    return next((name for name, holds in obstacles if holds), "")


def _is_over(
    subscription: Subscription, now: datetime, served_since: datetime | None
) -> bool:
    """Stopped, or ended so long ago that nobody expects to be charged for it."""
    is_stopped = subscription.state == SubscriptionState.STOPPED
    missed_at = max(subscription.ends_at, served_since or subscription.ends_at)
    return is_stopped or now >= missed_at + WINDOW


def _is_put_off(subscription: Subscription, now: datetime) -> bool:
    until = subscription.put_off_until
    return until is not None and until > now
