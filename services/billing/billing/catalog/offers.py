"""What customers of a seller may buy, and what it costs them.

A seller without a price list sells every plan at its list price; with one, exactly what
is on it. The list of the account right above a customer counts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from billing.catalog.models import Plan, SellerPrice
from billing.people.naming import seller_of
from lineup.context import Role
from lineup.contracts.billing.refusals import PlanNotAllowed
from lineup.database import UnitOfWork
from lineup.money import Money


@dataclass(frozen=True)
class OfferedPlan:
    """A plan as a customer may buy it: at its seller's price, if at all."""

    plan: Plan
    price: Money
    is_allowed: bool

    def is_better_than(self, before: "OfferedPlan") -> bool:
        """Whether it costs less than before, or may be bought where it could not be."""
        if not before.is_allowed or self.price.asset != before.price.asset:
            return self.is_allowed
        return self.is_allowed and self.price.amount_minor < before.price.amount_minor


class Offer:
    """What customers of one seller may buy, and what it costs them."""

    def __init__(
        self, listed: Mapping[UUID, SellerPrice], *, has_hidden: bool = True
    ) -> None:
        self._listed = listed
        self.has_hidden = has_hidden

    def shows(self, plan: Plan) -> bool:
        """Whether a plan is among what is shown to whoever asks."""
        return self.of(plan).is_allowed and (self.has_hidden or not plan.is_hidden)

    @property
    def plan_ids(self) -> Collection[UUID]:
        """The plans that may be sold to them; none where there is no list."""
        return self._listed.keys()

    def of(self, plan: Plan) -> OfferedPlan:
        """A plan as they may buy it; at its list price where the seller has none."""
        listed = self._listed.get(plan.id)
        price = listed.price(plan) if listed else plan.price
        return OfferedPlan(plan, price, is_allowed=not self._listed or bool(listed))

    def sold(self, plan: Plan) -> OfferedPlan:
        """A plan that may be sold to them; PlanNotAllowed otherwise."""
        offered = self.of(plan)
        if not offered.is_allowed:
            raise PlanNotAllowed
        return offered


EVERYTHING = Offer({})


def offer_of(work: UnitOfWork, customer_scope: str) -> Offer:
    """What a customer may buy, and what it costs."""
    return offers_of(work, [customer_scope])[customer_scope]


def offers_of(work: UnitOfWork, customer_scopes: Collection[str]) -> dict[str, Offer]:
    """What customers may buy, by their scopes."""
    sellers = {scope: seller_of(scope) for scope in customer_scopes}
    lists = _lists(work, {seller for seller in sellers.values() if seller})
    return {
        scope: Offer(lists.get(seller, {}) if seller else {})
        for scope, seller in sellers.items()
    }


def offer_by(work: UnitOfWork, seller_id: UUID) -> Offer:
    """What a seller may sell, and for how much."""
    return Offer(_lists(work, {seller_id}).get(seller_id, {}))


def offer_to(work: UnitOfWork) -> Offer:
    """What whoever asks may sell or buy; for partners and the operator: everything."""
    actor, seller_id = work.actor, None
    if actor.role in {Role.RESELLER, Role.DEALER}:
        seller_id = actor.account_id
    elif actor.role is Role.CUSTOMER and actor.scopes:
        seller_id = seller_of(actor.scopes[0])
        listed = _lists(work, {seller_id}).get(seller_id, {}) if seller_id else {}
        return Offer(listed, has_hidden=False)
    return offer_by(work, seller_id) if seller_id else EVERYTHING


def _lists(
    work: UnitOfWork, seller_ids: Collection[UUID]
) -> dict[UUID, dict[UUID, SellerPrice]]:
    lists: dict[UUID, dict[UUID, SellerPrice]] = {}
    if seller_ids:
        statement = select(SellerPrice).where(SellerPrice.seller_id.in_(seller_ids))
        for one in work.session.scalars(statement):
            lists.setdefault(one.seller_id, {})[one.plan_id] = one
    return lists
