"""How products and plans look from outside."""

from uuid import UUID

from billing.catalog.models import Plan, Product
from billing.catalog.offers import EVERYTHING, Offer
from lineup.contracts.billing.catalog import PlanView, ProductView
from lineup.money import Money


def view_of(product: Product, offer: Offer = EVERYTHING) -> ProductView:
    """A product as its callers see it: with the plans on offer, at their prices."""
    is_whole = offer is EVERYTHING
    return ProductView(
        updated_at=product.last_change,
        id=product.id,
        partner_id=product.partner_id,
        name=product.name,
        package_ids=[UUID(package) for package in product.package_ids],
        devices=product.devices,
        addresses=product.addresses,
        is_trial=product.is_trial,
        external_id=product.external_id,
        plans=[
            plan_view(plan) if is_whole else plan_view(plan, offered.price)
            for plan in product.plans
            if (offered := offer.shown(plan))
        ],
    )


def plan_view(plan: Plan, price: Money | None = None) -> PlanView:
    """A plan as its callers see it: at the price given, or with its list prices."""
    return PlanView(
        updated_at=plan.last_change,
        id=plan.id,
        product_id=plan.product_id,
        name=plan.name,
        price=plan.price if price is None else price,
        months=plan.months,
        days=plan.days,
        sku=plan.sku,
        credits=plan.credits if price is None else None,
        is_retired=plan.is_retired,
        renewable_until=plan.renewable_until,
        is_hidden=plan.is_hidden,
    )
