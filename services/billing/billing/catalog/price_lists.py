"""Price lists of resellers and dealers: what `offers` goes by."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from billing.catalog import operations as catalog
from billing.catalog.models import Plan, Product, SellerPrice
from billing.catalog.offers import offer_by
from billing.people import operations as people
from billing.people.models import AccountCopy
from billing.sellers.accounts import on_credits
from lineup.contracts.billing.catalog import OfferImproved
from lineup.contracts.billing.price_lists import (
    GetPriceList,
    PlanPrice,
    PriceList,
    RemovePlanPrice,
    SetPlanPrice,
)
from lineup.contracts.billing.refusals import PlanNotFound
from lineup.database import UnitOfWork
from lineup.ids import new_id
from lineup.money import CREDIT
from lineup.verbs import handles


@handles(GetPriceList, row=AccountCopy)
def get_price_list(work: UnitOfWork, request: GetPriceList) -> PriceList:
    """The plans that a seller may sell, by name."""
    return _view(work, people.get_seller(work, request.account_id))


@handles(SetPlanPrice, changes=GetPriceList)
def set_plan_price(work: UnitOfWork, request: SetPlanPrice) -> PriceList:
    """Put a plan on a seller's list; PlanRetired and CurrencyMismatch as for a plan."""
    seller = people.get_seller(work, request.account_id, for_update=True)
    plan = catalog.get_plan_on_sale(work, request.plan_id, seller.partner_id)
    is_on_credits = bool(on_credits(work, {seller.scope}))
    if request.price is not None and is_on_credits:
        catalog.check_credits(request.price)
    elif request.price is not None:
        catalog.check_price(work, request.price, plan.product)
    before = offer_by(work, seller.id, seller.scope).of(plan)
    listed = work.session.get(SellerPrice, (seller.id, plan.id))
    if listed is None:
        listed = SellerPrice(
            seller_id=seller.id, plan_id=plan.id, partner_id=seller.partner_id
        )
        work.session.add(listed)
    price = request.price
    listed.price_minor = None if price is None else price.amount_minor
    listed.asset = CREDIT if is_on_credits else plan.asset
    listed.discount_percent = request.discount_percent
    work.session.flush()
    if offer_by(work, seller.id, seller.scope).of(plan).is_better_than(before):
        _tell_of_better(work, listed, plan.id)
    return _view(work, seller)


@handles(RemovePlanPrice, changes=GetPriceList)
def remove_plan_price(work: UnitOfWork, request: RemovePlanPrice) -> PriceList:
    """Take a plan off a seller's list; PlanNotFound where it is not on it."""
    seller = people.get_seller(work, request.account_id, for_update=True)
    listed = work.session.get(SellerPrice, (seller.id, request.plan_id))
    if listed is None:
        raise PlanNotFound
    work.session.delete(listed)
    work.session.flush()
    if offer_by(work, seller.id, seller.scope).is_whole:
        _tell_of_better(work, listed, None)
    return _view(work, seller)


def _tell_of_better(
    work: UnitOfWork, listed: SellerPrice, plan_id: UUID | None
) -> None:
    """Let renewals that wait for a plan, or for any, be tried again."""
    work.announce(
        OfferImproved(
            id=new_id(),
            partner_id=listed.partner_id,
            plan_id=plan_id,
            seller_id=listed.seller_id,
        )
    )


def _view(work: UnitOfWork, seller: AccountCopy) -> PriceList:
    statement = (
        select(SellerPrice, Plan)
        .join(Plan, Plan.id == SellerPrice.plan_id)
        .join(Plan.product)
        .where(SellerPrice.seller_id == seller.id)
        .options(joinedload(Plan.product))
        .order_by(Product.name, Plan.name, Plan.id)
    )
    is_on_credits = bool(on_credits(work, {seller.scope}))
    rows = work.session.execute(statement)
    plans = [_plan_price(listed, plan, is_on_credits) for listed, plan in rows]
    return PriceList(account_id=seller.id, plans=plans)


def _plan_price(
    listed: SellerPrice,
    plan: Plan,
    is_on_credits: bool,  # noqa: FBT001
) -> PlanPrice:
    asset = CREDIT if is_on_credits else plan.asset
    list_price = plan.credits if is_on_credits else plan.price
    return PlanPrice(
        plan_id=plan.id,
        product_name=plan.product.name,
        plan_name=plan.name,
        price=listed.price(list_price, asset),
        own_price=listed.own_price(asset),
        list_price=list_price,
        discount_percent=listed.discount_percent,
        is_retired=plan.is_retired,
    )
