"""Products, plans, prices."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from lineup.contracts.paging import Paging
from lineup.events import event
from lineup.money import Money


@dataclass(frozen=True, kw_only=True)
class CreateProduct:
    """A product: what is watched (packages) and on how many devices."""

    name: str
    package_ids: list[UUID]
    devices: int = 2
    addresses: int = 1
    is_trial: bool = False
    partner_id: UUID | None = None
    """Needed from the operator only."""


@dataclass(frozen=True, kw_only=True)
class UpdateProduct:
    """Change a product; every field is given. Running subscriptions follow."""

    product_id: UUID
    name: str
    package_ids: list[UUID]
    devices: int
    addresses: int


@dataclass(frozen=True, kw_only=True)
class CreatePlan:
    """A length and price of a product; exactly one length is given (SU-12)."""

    product_id: UUID
    name: str
    price: Money
    months: int = 0
    days: int = 0
    sku: str = ""
    """What shops call it; unique per partner."""


@dataclass(frozen=True, kw_only=True)
class ChangePlan:
    """Give a plan another name or price; what was sold keeps what it was sold for."""

    plan_id: UUID
    name: str
    price: Money


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


@dataclass(frozen=True, kw_only=True)
class GetProduct:
    """One product by id."""

    product_id: UUID


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
class ListProducts:
    """Products with their plans, newest first; sorted by `name` where asked."""

    search: str = ""
    """Part of a product's or a plan's name, or of a SKU."""
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
