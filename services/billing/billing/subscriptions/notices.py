"""Telling a customer, once for each period, why the next one did not follow."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from billing.catalog import operations as catalog
from billing.subscriptions.models import Period, Subscription
from lineup.contracts.billing.subscriptions import RenewalBlocked, RenewalFellShort
from lineup.database import UnitOfWork
from lineup.money import Money

TOLD_OBSTACLES = frozenset({"plan_retired", "plan_not_allowed"})
"""What a customer can do something about and may not know: it buys another plan."""


def announce_shortfall(
    work: UnitOfWork,
    subscription: Subscription,
    *,
    price: Money,
    balance: Money,
    missing: Money,
    seller_id: UUID | None,
) -> None:
    """Announce that the period after the last one could not be paid."""
    period = _untold(work, subscription)
    if period is None:
        return
    plan = catalog.get_plan(work, subscription.renewal_plan_id)
    work.announce(
        RenewalFellShort(
            **_about(subscription, period),
            product_name=plan.product.name,
            price=price,
            balance=balance,
            missing=missing,
            seller_id=seller_id,
        )
    )


def announce_blocked(work: UnitOfWork, subscription: Subscription, reason: str) -> None:
    """Announce that a switched-on user does not renew, though not for want of money."""
    if reason not in TOLD_OBSTACLES:
        return
    period = _untold(work, subscription)
    if period is None:
        return
    plan = catalog.get_plan(work, subscription.renewal_plan_id)
    work.announce(
        RenewalBlocked(
            **_about(subscription, period),
            product_name=plan.product.name,
            plan_name=plan.name,
            reason=reason,
        )
    )


def _about(subscription: Subscription, period: Period) -> dict[str, Any]:
    """Whose renewal, of which period."""
    return {
        "id": period.id,
        "version": 1,
        "partner_id": subscription.partner_id,
        "scope": subscription.scope,
        "customer_id": subscription.customer_id,
        "user_id": subscription.user_id,
        "subscription_id": subscription.id,
        "ends_at": subscription.ends_at,
    }


def _untold(work: UnitOfWork, subscription: Subscription) -> Period | None:
    """The last period, now marked as told of; None where it was told of before."""
    period = work.session.scalar(
        select(Period)
        .where(Period.subscription_id == subscription.id, Period.closed_at.is_(None))
        .order_by(Period.ends_at.desc())
        .limit(1)
    )
    if period is None or period.fell_short_at is not None:
        return None
    period.fell_short_at = work.now
    return period
