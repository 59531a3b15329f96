"""Price lists: which plans a reseller or dealer may sell, and for how much."""

from dataclasses import dataclass
from uuid import UUID

from lineup.context import PARTNERS, SELLERS_AND_SUPPORT, Permission
from lineup.money import Money
from lineup.values.types import Percent, Price
from lineup.verbs import Kind, Request, verb


@dataclass(frozen=True, kw_only=True)
class PlanPrice:
    """A plan on a price list."""

    plan_id: UUID
    product_name: str
    plan_name: str
    price: Money | None
    """What customers of the seller pay, or a postpaid seller itself; null: it has no
    price in Credits.
    """
    own_price: Money | None
    """The price set for the seller; null: the list price, also when that changes."""
    list_price: Money | None
    """What the plan costs elsewhere; null: it has no price in Credits."""
    is_retired: bool
    discount_percent: int = 0
    """Discount on the list price, where no price is set for the seller."""


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """The plans that a seller may sell; an empty list means all, at list price."""

    account_id: UUID
    plans: list[PlanPrice]
    """By name."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /accounts/<uuid:account_id>/price-list",
)
class GetPriceList(Request[PriceList]):
    """Get the plans a reseller or dealer may sell, with its prices."""

    account_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.PRODUCTS,
    rest="PUT /accounts/<uuid:account_id>/price-list/<uuid:plan_id>",
)
class SetPlanPrice(Request[PriceList]):
    """Put a plan on the price list of a reseller or dealer, or change its price.

    From the first plan on, the seller may sell only what is on its list. Applies to new
    sales and renewals; what was sold keeps its price.
    """

    account_id: UUID
    plan_id: UUID
    price: Price | None
    """Null: the list price, also when that changes, less the discount. For a postpaid
    seller in Credits.
    """
    discount_percent: Percent
    """Discount on the list price, rounded up; only where there is no price."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.PRODUCTS,
    rest="DELETE /accounts/<uuid:account_id>/price-list/<uuid:plan_id>",
)
class RemovePlanPrice(Request[PriceList]):
    """Take a plan off the price list of a reseller or dealer.

    Active subscriptions continue until they end. Without any plan left, the seller may
    sell all plans at list price again.
    """

    account_id: UUID
    plan_id: UUID
