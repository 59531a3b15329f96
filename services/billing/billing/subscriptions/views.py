"""How subscriptions look from outside: the reply and the event."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.catalog import operations as catalog
from billing.catalog.models import Plan, Product
from billing.catalog.offers import OfferedPlan, offers_of, seen_by
from billing.people.models import AccountCopy
from billing.people.naming import Names, lines_of, seller_of
from billing.subscriptions.models import Subscription
from billing.subscriptions.obstacles import obstacle_of
from billing.subscriptions.waiting import partners_of
from lineup.contracts.billing.subscriptions import (
    SubscriptionChanged,
    SubscriptionView,
    SuspensionCause,
)
from lineup.database import UnitOfWork


def view_of(work: UnitOfWork, subscription: Subscription) -> SubscriptionView:
    """A subscription as its callers see it, at the work's instant."""
    return views_of(work, [subscription])[0]


def views_of(
    work: UnitOfWork, subscriptions: Sequence[Subscription]
) -> list[SubscriptionView]:
    """Subscriptions as their callers see them, with everybody's names."""
    plans = catalog.get_plans(work, plan_ids_of(subscriptions))
    scopes = {one.scope for one in subscriptions}
    offers = offers_of(work, scopes)
    names, inactive = lines_of(
        work,
        {one.user_id for one in subscriptions},
        scopes,
    )
    partners = partners_of(work, subscriptions)
    return [
        _subscription_view(
            work,
            one,
            offers[one.scope].of(plans[one.renewal_plan_id]),
            names,
            is_inactive=one.user_id in inactive,
            partner=partners.get(one.partner_id),
        )
        for one in subscriptions
    ]


def plan_ids_of(subscriptions: Iterable[Subscription]) -> set[UUID]:
    """The plans that subscriptions have, and those of their next renewals."""
    return {
        plan_id
        for one in subscriptions
        for plan_id in (one.plan_id, one.renewal_plan_id)
    }


def _subscription_view(
    work: UnitOfWork,
    subscription: Subscription,
    offered: OfferedPlan,
    names: Names,
    *,
    is_inactive: bool,
    partner: AccountCopy | None,
) -> SubscriptionView:
    now, plan = work.now, catalog.get_plan(work, subscription.plan_id)
    obstacle = obstacle_of(
        subscription, offered, now, is_inactive=is_inactive, partner=partner
    )
    return SubscriptionView(
        updated_at=subscription.last_change,
        id=subscription.id,
        user_id=subscription.user_id,
        customer_id=subscription.customer_id,
        product_id=subscription.product_id,
        product_name=plan.product.name,
        plan_id=plan.id,
        plan_name=plan.name,
        state=subscription.state_at(now),
        started_at=subscription.started_at,
        ends_at=subscription.ends_at,
        renews=subscription.renews,
        price=seen_by(work, offered.price, offered.plan),
        user_name=names.user(subscription.user_id),
        customer_name=names.customer(subscription.customer_id),
        seller_id=seller_of(subscription.scope),
        seller_name=names.seller(subscription.scope),
        is_trial=plan.product.is_trial,
        obstacle=obstacle if subscription.renews else "",
        **_suspension(subscription),
        **_next(subscription, offered.plan),
    )


def _suspension(subscription: Subscription) -> dict[str, Any]:
    cause = subscription.suspension_cause
    return {
        "suspended_at": subscription.suspended_at,
        "suspension_cause": SuspensionCause(cause) if cause else None,
        "suspension_reason": subscription.suspension_reason,
    }


def _next(subscription: Subscription, plan: Plan) -> dict[str, Any]:
    """What it changes to at its renewal, if to anything."""
    if subscription.next_plan_id is None:
        return {}
    return {
        "next_plan_id": plan.id,
        "next_product_name": plan.product.name,
        "next_plan_name": plan.name,
    }


def announce(work: UnitOfWork, subscription: Subscription) -> None:
    """Tell everybody the whole state of a subscription that has changed."""
    announce_all(work, [subscription])


def announce_all(work: UnitOfWork, subscriptions: Sequence[Subscription]) -> None:
    """Tell everybody the whole state of subscriptions, in the order given."""
    plans = catalog.get_plans(work, {one.plan_id for one in subscriptions})
    for one in subscriptions:
        one.product_version = plans[one.plan_id].product.version
    work.session.flush()
    work.announce_all(
        [_state_of(one, plans[one.plan_id].product, work.now) for one in subscriptions]
    )


def _state_of(
    subscription: Subscription, product: Product, now: datetime
) -> SubscriptionChanged:
    return SubscriptionChanged(
        id=subscription.id,
        version=subscription.version,
        user_id=subscription.user_id,
        customer_id=subscription.customer_id,
        partner_id=subscription.partner_id,
        scope=subscription.scope,
        product_id=product.id,
        product_name=product.name,
        package_ids=[UUID(package) for package in product.package_ids],
        devices=product.devices,
        addresses=product.addresses,
        is_trial=product.is_trial,
        state=subscription.state_at(now),
        started_at=subscription.started_at,
        ends_at=subscription.ends_at,
        renews=subscription.renews,
        is_suspended=subscription.is_suspended,
    )
