"""How subscriptions look from outside: the reply and the event."""

from uuid import UUID

from billing.catalog import operations as catalog
from billing.subscriptions.models import Subscription
from lineup.contracts.billing import SubscriptionChanged, SubscriptionView
from lineup.database import Work


def view_of(work: Work, subscription: Subscription) -> SubscriptionView:
    """A subscription as its callers see it, at the work's instant."""
    plan = catalog.get_plan(work, subscription.plan_id)
    return SubscriptionView(
        id=subscription.id,
        user_id=subscription.user_id,
        customer_id=subscription.customer_id,
        product_id=subscription.product_id,
        product_name=plan.product.name,
        plan_id=plan.id,
        plan_name=plan.name,
        state=subscription.state_at(work.now),
        started_at=subscription.started_at,
        ends_at=subscription.ends_at,
        renews=subscription.renews,
        price=plan.price,
    )


def announce(work: Work, subscription: Subscription) -> None:
    """Tell everybody the whole state of a subscription that has changed."""
    product = catalog.get_plan(work, subscription.plan_id).product
    subscription.product_version = product.version
    work.session.flush()
    work.announce(state_of(work, subscription))


def state_of(work: Work, subscription: Subscription) -> SubscriptionChanged:
    """What is announced of a subscription: the entitlement others obey."""
    product = catalog.get_plan(work, subscription.plan_id).product
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
        state=subscription.state_at(work.now),
        started_at=subscription.started_at,
        ends_at=subscription.ends_at,
        renews=subscription.renews,
    )
