"""What customers of a seller may buy, and what it costs whom.

A seller without a price list sells every plan at its list price; with one, exactly what
is on it. The list of the account right above a customer counts. A postpaid seller pays
itself, in Credits, and sells every plan of the products on its list.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from billing.catalog.models import Plan, Product, SellerPrice
from billing.people.naming import seller_of
from billing.sellers.accounts import on_credits
from lineup.context import Role
from lineup.contracts.billing.refusals import (
    NoCreditPrice,
    PlanNotAllowed,
    SoldBySeller,
)
from lineup.database import UnitOfWork
from lineup.money import CREDIT, Money
from lineup.scope import above

Listed = Mapping[UUID, SellerPrice]


@dataclass(frozen=True)
class OfferedPlan:
    """A plan as a customer may get it: at its seller's price, if at all."""

    plan: Plan
    price: Money
    is_allowed: bool
    is_priced: bool = True
    """Whether it has a price in what pays for it."""

    @property
    def is_sold(self) -> bool:
        """Whether they may get it."""
        return self.is_allowed and self.is_priced

    @property
    def is_on_credits(self) -> bool:
        """Whether its seller pays, with Credits, and not the customer."""
        return self.price.asset == CREDIT

    def is_better_than(self, before: "OfferedPlan") -> bool:
        """Whether it costs less than before, or may be bought where it could not be."""
        if not before.is_sold or self.price.asset != before.price.asset:
            return self.is_sold
        return self.is_sold and self.price.amount_minor < before.price.amount_minor


class Offer:
    """What customers of one seller may get, and what it costs them or the seller."""

    def __init__(
        self, listed: Listed, *, is_on_credits: bool = False, has_hidden: bool = True
    ) -> None:
        self._listed = listed
        self._is_on_credits = is_on_credits
        self._product_ids = {one.plan.product_id for one in listed.values()}
        self._has_hidden = has_hidden

    @property
    def is_whole(self) -> bool:
        """Whether there is no list, so that every plan may be sold."""
        return not self._listed

    @property
    def products(self) -> ColumnElement[bool]:
        """The condition that anything of a product may be sold."""
        if self._listed and self._is_on_credits:
            return Product.id.in_(self._product_ids)
        if self._listed:
            return self.has_plan(Plan.id.in_(self._listed))
        if self._has_hidden:
            return true()
        return or_(~Product.plans.any(), self.has_plan())

    def has_plan(self, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        """The condition that a product has such a plan that is shown to who asks."""
        shown = () if self._has_hidden else (~Plan.is_hidden,)
        return Product.plans.any(and_(true(), *shown, *conditions))

    def of(self, plan: Plan) -> OfferedPlan:
        """A plan as they may get it; at its list price where the seller has none."""
        listed = self._listed.get(plan.id)
        price = plan.credits if self._is_on_credits else plan.price
        asset = CREDIT if self._is_on_credits else plan.asset
        if listed is not None:
            price = listed.price(price, asset)
        return OfferedPlan(
            plan,
            Money.zero(asset) if price is None else price,
            is_allowed=self._allows(plan),
            is_priced=price is not None,
        )

    def _allows(self, plan: Plan) -> bool:
        if self._is_on_credits:
            return not self._listed or plan.product_id in self._product_ids
        return not self._listed or plan.id in self._listed

    def shown(self, plan: Plan) -> OfferedPlan | None:
        """A plan as whoever may sell it sees it; None for what cannot be sold."""
        offered = self.of(plan)
        is_shown = self._has_hidden or not plan.is_hidden
        return offered if offered.is_sold and is_shown else None

    def sold(self, plan: Plan) -> OfferedPlan:
        """A plan that may be sold to them; PlanNotAllowed, NoCreditPrice otherwise."""
        offered = self.of(plan)
        if not offered.is_allowed:
            raise PlanNotAllowed
        if not offered.is_priced:
            raise NoCreditPrice
        return offered


class NoOffer(Offer):
    """What customers of a postpaid seller may buy themselves: it sells to them."""

    @property
    def products(self) -> ColumnElement[bool]:
        """No product."""
        return false()


EVERYTHING = Offer({})
EVERYTHING_ON_CREDITS = Offer({}, is_on_credits=True)
NOTHING = NoOffer({})


def offer_of(work: UnitOfWork, customer_scope: str) -> Offer:
    """What a customer may get, and what it costs whom."""
    return offers_of(work, [customer_scope])[customer_scope]


def offers_of(work: UnitOfWork, customer_scopes: Collection[str]) -> dict[str, Offer]:
    """What customers may get, by their scopes."""
    sellers = {scope: seller_of(scope) for scope in customer_scopes}
    lists = _lists(work, {seller for seller in sellers.values() if seller})
    paying = on_credits(work, {above(scope) for scope, one in sellers.items() if one})
    return {
        scope: Offer(
            lists.get(seller, {}) if seller else {},
            is_on_credits=above(scope) in paying,
        )
        for scope, seller in sellers.items()
    }


def offer_by(work: UnitOfWork, seller_id: UUID, seller_scope: str) -> Offer:
    """What a seller may sell, and for how much."""
    listed = _lists(work, {seller_id}).get(seller_id, {})
    return Offer(listed, is_on_credits=bool(on_credits(work, {seller_scope})))


def offer_to(work: UnitOfWork) -> Offer:
    """What whoever asks may sell or buy; for partners and the operator: everything."""
    actor = work.actor
    if actor.role is Role.CUSTOMER and actor.scopes:
        [scope] = actor.scopes[:1]
        seller_id = seller_of(scope)
        listed = _lists(work, {seller_id}).get(seller_id, {}) if seller_id else {}
        is_sold = is_sold_by_seller(work, scope)
        return NOTHING if is_sold else Offer(listed, has_hidden=False)
    if actor.role in {Role.RESELLER, Role.DEALER} and actor.account_id:
        return offer_by(work, actor.account_id, actor.scopes[0])
    return EVERYTHING


def is_sold_by_seller(work: UnitOfWork, customer_scope: str) -> bool:
    """Whether a customer's seller pays for what it gets, so that it buys nothing."""
    seller_id = seller_of(customer_scope)
    return seller_id is not None and bool(on_credits(work, {above(customer_scope)}))


def refuse_customer(work: UnitOfWork, customer_scope: str) -> None:
    """SoldBySeller for a customer who would spend its seller's Credits."""
    is_own = work.actor.role is Role.CUSTOMER
    if is_own and is_sold_by_seller(work, customer_scope):
        raise SoldBySeller


def refuse_own_purchase(work: UnitOfWork, offered: OfferedPlan) -> None:
    """SoldBySeller where a customer would spend its seller's Credits."""
    if offered.is_on_credits and work.actor.role is Role.CUSTOMER:
        raise SoldBySeller


def seen_by(work: UnitOfWork, price: Money, plan: Plan) -> Money:
    """A price as whoever asks may know it: what a seller pays is not its customers'."""
    if price.asset == CREDIT and work.actor.role is Role.CUSTOMER:
        return Money.zero(plan.asset)
    return price


def _lists(
    work: UnitOfWork, seller_ids: Collection[UUID]
) -> dict[UUID, dict[UUID, SellerPrice]]:
    lists: dict[UUID, dict[UUID, SellerPrice]] = {}
    if seller_ids:
        statement = select(SellerPrice).where(SellerPrice.seller_id.in_(seller_ids))
        for one in work.session.scalars(statement):
            lists.setdefault(one.seller_id, {})[one.plan_id] = one
    return lists
