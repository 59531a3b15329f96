"""Products, plans, prices."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Paging
from lineup.events import event
from lineup.money import Money
from lineup.values.types import Days, Months, Name, Packages, Places, Price, Search, Sku


@dataclass(frozen=True, kw_only=True)
class CreateProduct:
    """A product: what is watched (packages) and on how many devices."""

    name: Name
    package_ids: Packages
    devices: Places = 2
    addresses: Places = 1
    is_trial: bool = False
    partner_id: UUID | None = None
    """Needed from the operator only."""


@dataclass(frozen=True, kw_only=True)
class UpdateProduct:
    """Change a product. Running subscriptions follow."""

    product_id: UUID
    name: Given[Name] = UNSET
    package_ids: Given[Packages] = UNSET
    devices: Given[Places] = resets_to(2)
    addresses: Given[Places] = resets_to(1)


@dataclass(frozen=True, kw_only=True)
class CreatePlan:
    """A length and price of a product; exactly one length is given (SU-12)."""

    product_id: UUID
    name: Name
    price: Price
    months: Months = 0
    days: Days = 0
    sku: Sku = ""
    """What shops call it; unique per partner."""


@dataclass(frozen=True, kw_only=True)
class ChangePlan:
    """Give a plan another name, price or SKU; what was sold stays as it was sold."""

    plan_id: UUID
    name: Given[Name] = UNSET
    price: Given[Price] = UNSET
    sku: Given[Sku] = resets_to("")
    """What shops call it from the next order on; empty: not sold in shops."""


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """One plan."""

    id: UUID
    product_id: UUID
    name: str
    price: Money
    months: int
    days: int
    sku: str
    is_retired: bool
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@dataclass(frozen=True, kw_only=True)
class ProductView:
    """One product with its plans."""

    id: UUID
    partner_id: UUID
    name: str
    package_ids: list[UUID]
    devices: int
    addresses: int
    is_trial: bool
    plans: list[PlanView]
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@dataclass(frozen=True, kw_only=True)
class GetProduct:
    """One product by id."""

    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class GetPlan:
    """One plan by id."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class RetirePlan:
    """Sell and renew a plan no longer; running periods stay."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class GetPlanUse:
    """Who would be touched by retiring a plan."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlanUse:
    """A plan and what hangs on it: these run on, and do not renew by it any longer."""

    plan: PlanView
    product_name: str
    running: int
    renewing: int
    """Running ones whose switch is on."""


@dataclass(frozen=True, kw_only=True)
class GetCurrencyUse:
    """What has prices in a partner's currency."""

    partner_id: UUID


@dataclass(frozen=True, kw_only=True)
class CurrencyUse:
    """A partner's currency cannot change under the prices that are in it."""

    currency: str
    plans: int
    """Plans on sale."""


@dataclass(frozen=True, kw_only=True)
class ListProducts:
    """Products with their plans, newest first; sorted by `name` where asked."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    search: Search = ""
    """Part of a product's or a plan's name, or of a SKU."""
    sku: Sku = ""
    """Just this SKU of one of its plans, whatever its case."""
    on_sale: bool | None = None
    """Whether any of its plans is sold."""
    is_trial: bool | None = None
    paging: Paging = field(default_factory=Paging)


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class ProductChanged:
    """A product was changed: billing's own note to let its subscriptions follow."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
