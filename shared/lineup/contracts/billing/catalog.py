"""Products, plans, prices."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, PARTNERS, Permission
from lineup.contracts.changes import UNSET, Given, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.money import Money
from lineup.values.types import (
    Days,
    ExternalId,
    Months,
    Name,
    Packages,
    Places,
    Price,
    Search,
    Sku,
)
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
    renewable_until: datetime | None = None
    """Until when a retired plan is renewed by who has it; null: it is not."""
    is_hidden: bool = False
    """Whether staff and sellers sell it, but customers are not offered it."""
    credits: Money | None = None
    """What postpaid sellers pay; null: they cannot sell it."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


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
    external_id: str = ""
    """What another system calls it."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.PRODUCTS,
    rest="POST /products",
)
class CreateProduct(Request[ProductView]):
    """Create a product of packages, for a number of devices."""

    name: Name
    package_ids: Packages
    devices: Places = 2
    addresses: Places = 1
    is_trial: bool = False
    external_id: ExternalId = ""
    """What another system calls it; unique per partner. See `ext:` ids."""
    partner_id: UUID | None = None
    """Required for the operator only."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.PRODUCTS,
    rest="PATCH|PUT /products/<uuid:product_id>",
)
class UpdateProduct(Request[ProductView]):
    """Update a product; existing subscriptions are updated too."""

    product_id: UUID
    name: Given[Name] = UNSET
    package_ids: Given[Packages] = UNSET
    devices: Given[Places] = resets_to(2)
    addresses: Given[Places] = resets_to(1)
    external_id: Given[ExternalId] = resets_to("")
    """What another system calls it; unique per partner."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.PRODUCTS,
    rest="POST /products/<uuid:product_id>/plans",
)
class CreatePlan(Request[PlanView]):
    """Create a plan with a price and a duration in months or days."""

    product_id: UUID
    name: Name
    price: Price
    months: Months = 0
    days: Days = 0
    sku: Sku = ""
    """Unique per partner."""
    is_hidden: bool = False
    """Sold by staff and sellers, but not offered to customers."""
    credits: Price | None = None
    """In Credits: what postpaid sellers pay; null: they cannot sell it."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.PRODUCTS,
    rest="PATCH|PUT /plans/<uuid:plan_id>",
)
class ChangePlan(Request[PlanView]):
    """Update a plan; past sales are not affected."""

    plan_id: UUID
    name: Given[Name] = UNSET
    price: Given[Price] = UNSET
    sku: Given[Sku] = resets_to("")
    """Used for new orders; empty: not sold in shops."""
    is_hidden: Given[bool] = resets_to(False)
    """Sold by staff and sellers, but not offered to customers."""
    credits: Given[Price | None] = resets_to(None)
    """In Credits: what postpaid sellers pay; null: they cannot sell it."""


@verb("billing", Kind.READ, allowed=EVERYBODY, rest="GET /products/<uuid:product_id>")
class GetProduct(Request[ProductView]):
    """Get a product."""

    product_id: UUID


@verb("billing", Kind.READ, allowed=PARTNERS, rest="GET /plans/<uuid:plan_id>")
class GetPlan(Request[PlanView]):
    """Get a plan."""

    plan_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.PRODUCTS,
    rest=Route("POST /plans/<uuid:plan_id>/retire", status=200),
)
class RetirePlan(Request[PlanView]):
    """Retire a plan; active subscriptions continue until they end.

    Retired again, it is renewed until the other instant that is given then.
    """

    plan_id: UUID
    renewable_until: datetime | None = None
    """Until when whoever has it may renew it; null: no longer."""


@dataclass(frozen=True, kw_only=True)
class PlanUse:
    """A plan and the active subscriptions that use it."""

    plan: PlanView
    product_name: str
    running: int
    renewing: int
    """Active subscriptions with auto-renewal."""


@verb("billing", Kind.READ, allowed=PARTNERS, rest="GET /plans/<uuid:plan_id>/use")
class GetPlanUse(Request[PlanUse]):
    """Get the number of active subscriptions that use a plan."""

    plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class CurrencyUse:
    """A partner's currency cannot change under the prices that are in it."""

    currency: str
    plans: int
    """Plans on sale."""


@verb("billing", Kind.READ, allowed=PARTNERS)
class GetCurrencyUse(Request[CurrencyUse]):
    """Get what uses the currency of a partner."""

    partner_id: UUID


@verb("billing", Kind.READ, allowed=EVERYBODY, rest="GET /products")
class ListProducts(Request[Page[ProductView]]):
    """List products with their plans, newest first by default."""

    SORTS: ClassVar[tuple[str, ...]] = ("name",)

    search: Search = ""
    """Part of the name of a product or plan, or of a SKU."""
    sku: Sku = ""
    """Exact SKU of one of its plans, ignoring case."""
    external_id: ExternalId = ""
    """Exact ID in another system."""
    on_sale: bool | None = None
    """Whether any of its plans is on sale."""
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


@event(source="billing")
@dataclass(frozen=True, kw_only=True)
class OfferImproved:
    """A plan costs less, or may be sold again: billing's own note to try renewals again
    that wait.
    """

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """Of this improvement."""
    version: int = 1
    partner_id: UUID
    plan_id: UUID | None
    """None: all plans."""
    seller_id: UUID | None
    """To whose customers; None: to all of the partner's."""
