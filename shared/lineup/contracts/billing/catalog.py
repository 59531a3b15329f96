"""Products, plans, prices."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, PARTNERS
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.money import Money
from lineup.values.types import Days, Months, Name, Packages, Places, Price, Search, Sku
from lineup.verbs import Kind, Request, Route, verb


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


@verb("billing", Kind.WRITE, allowed=PARTNERS, rest="POST /products")
class CreateProduct(Request[ProductView]):
    """A product: what is watched (packages) and on how many devices."""

    name: Name
    package_ids: Packages
    devices: Places = 2
    addresses: Places = 1
    is_trial: bool = False
    partner_id: UUID | None = None
    """Needed from the operator only."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest="PATCH|PUT /products/<uuid:product_id>",
)
class UpdateProduct(Request[ProductView]):
    """Change a product. Running subscriptions follow."""

    product_id: UUID
    name: Given[Name] = UNSET
    package_ids: Given[Packages] = UNSET
    devices: Given[Places] = resets_to(2)
    addresses: Given[Places] = resets_to(1)


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest="POST /products/<uuid:product_id>/plans",
)
class CreatePlan(Request[PlanView]):
    """A length and price of a product; exactly one length is given."""

    product_id: UUID
    name: Name
    price: Price
    months: Months = 0
    days: Days = 0
    sku: Sku = ""
    """What shops call it; unique per partner."""


@verb("billing", Kind.WRITE, allowed=PARTNERS, rest="PATCH|PUT /plans/<uuid:plan_id>")
class ChangePlan(Request[PlanView]):
    """Give a plan another name, price or SKU; what was sold stays as it was sold."""

    plan_id: UUID
    name: Given[Name] = UNSET
    price: Given[Price] = UNSET
    sku: Given[Sku] = resets_to("")
    """What shops call it from the next order on; empty: not sold in shops."""


@verb("billing", Kind.READ, allowed=EVERYBODY, rest="GET /products/<uuid:product_id>")
class GetProduct(Request[ProductView]):
    """One product by id."""

    product_id: UUID


@verb("billing", Kind.READ, allowed=PARTNERS, rest="GET /plans/<uuid:plan_id>")
class GetPlan(Request[PlanView]):
    """One plan by id."""

    plan_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /plans/<uuid:plan_id>/retire", status=200),
)
class RetirePlan(Request[PlanView]):
    """Sell and renew a plan no longer; running periods stay."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlanUse:
    """A plan and what hangs on it: these run on, and do not renew by it any longer."""

    plan: PlanView
    product_name: str
    running: int
    renewing: int
    """Running ones whose switch is on."""


@verb("billing", Kind.READ, allowed=PARTNERS, rest="GET /plans/<uuid:plan_id>/use")
class GetPlanUse(Request[PlanUse]):
    """Who would be touched by retiring a plan."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class CurrencyUse:
    """A partner's currency cannot change under the prices that are in it."""

    currency: str
    plans: int
    """Plans on sale."""


@verb("billing", Kind.READ, allowed=PARTNERS)
class GetCurrencyUse(Request[CurrencyUse]):
    """What has prices in a partner's currency."""

    partner_id: UUID


@verb("billing", Kind.READ, allowed=EVERYBODY, rest="GET /products")
class ListProducts(Request[Page[ProductView]]):
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
