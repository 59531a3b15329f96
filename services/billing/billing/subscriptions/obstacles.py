"""Why a user does not renew by itself though its switch is on.

Asked when a renewal is due, and when somebody looks at what will renew: what is shown
is what happens. `renewal_set.sql` asks it of many at once; a test holds both together.
"""

from datetime import datetime

from billing.catalog.offers import OfferedPlan
from billing.people.models import AccountCopy
from billing.subscriptions.models import Subscription
from billing.subscriptions.waiting import is_over

PUT_OFF = "put_off"
"""It failed, and is tried again in a moment."""


def obstacle_of(
    subscription: Subscription,
    offered: OfferedPlan,
    now: datetime,
    *,
    is_inactive: bool,
    is_switched_on: bool = True,
    partner: AccountCopy | None = None,
) -> str:
    """Why a user's newest subscription is not renewed; empty when nothing forbids it.

    Whether there is money is another question. `partner`: whose absence may have kept
    it from being renewed in time.
    """
    obstacles = (
        ("over", is_over(subscription, now, partner)),
        *_bars(subscription, offered, now, is_inactive=is_inactive),
        ("replaced", is_switched_on and not subscription.renews),
        (PUT_OFF, _is_put_off(subscription, now)),
    )
    return next((name for name, holds in obstacles if holds), "")


def bar_of(
    subscription: Subscription,
    offered: OfferedPlan,
    now: datetime,
    *,
    is_inactive: bool,
) -> str:
    """Why it is renewed by nobody, not by hand either; empty when it may be."""
    bars = _bars(subscription, offered, now, is_inactive=is_inactive)
    return next((name for name, holds in bars if holds), "")


def _bars(
    subscription: Subscription,
    offered: OfferedPlan,
    now: datetime,
    *,
    is_inactive: bool,
) -> tuple[tuple[str, bool], ...]:
    return (
        ("trial", offered.plan.product.is_trial),
        ("plan_retired", not offered.plan.is_renewed(now)),
        ("plan_not_allowed", not offered.is_allowed),
        ("no_credit_price", not offered.is_priced),
        ("inactive", is_inactive),
        ("suspended", subscription.is_suspended),
    )


def _is_put_off(subscription: Subscription, now: datetime) -> bool:
    until = subscription.put_off_until
    return until is not None and until > now
