"""What can be asked of the catalogue."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from billing.catalog.models import Plan, Product
from billing.catalog.offers import EVERYTHING, EVERYTHING_ON_CREDITS, Offer, offer_to
from billing.catalog.packages import known_packages
from billing.catalog.views import plan_view, view_of
from billing.people import operations as people
from lineup.context import Actor
from lineup.contracts.billing.catalog import (
    ChangePlan,
    CreatePlan,
    CreateProduct,
    CurrencyUse,
    GetCurrencyUse,
    GetPlan,
    GetProduct,
    ListProducts,
    OfferImproved,
    PlanView,
    ProductChanged,
    ProductView,
    RetirePlan,
    UpdateProduct,
)
from lineup.contracts.billing.refusals import (
    BadLength,
    PlanNotFound,
    PlanRetired,
    ProductNotFound,
    SkuTaken,
    TrialCosts,
)
from lineup.contracts.changes import UNSET, either
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, get_held, page_of
from lineup.ids import new_id
from lineup.money import CREDIT, CurrencyMismatch, Money
from lineup.scope import in_scope, partner_of, within
from lineup.validation import TakenCode, ValidationErrors, all_valid
from lineup.verbs import handles

S = TypeVar("S", bound="Select[Any]")

ORDERS = {"name": Product.name}
OFFERS = (EVERYTHING, EVERYTHING_ON_CREDITS)


@handles(CreateProduct)
def create_product(work: UnitOfWork, request: CreateProduct) -> ProductView:
    """Make a product of the partner's packages; an unknown package is Invalid."""
    partner = people.acting_partner(work, request.partner_id)
    product = Product(
        id=new_id(),
        partner_id=partner.id,
        scope=partner.scope,
        name=request.name,
        package_ids=known_packages(work, partner.id, request.package_ids),
        devices=request.devices,
        addresses=request.addresses,
        is_trial=request.is_trial,
        external_id=request.external_id,
        created_at=work.now,
        plans=[],
    )
    with _unless_external_id_taken(work):
        work.session.add(product)
    return view_of(product)


@handles(UpdateProduct, changes=GetProduct)
def update_product(work: UnitOfWork, request: UpdateProduct) -> ProductView:
    """Change what is given; running subscriptions follow, told by ProductChanged."""
    statement = select(Product).where(Product.id == request.product_id)
    owned = in_scope(statement, Product, work.actor).with_for_update(key_share=True)
    product = _found(work.session.scalar(owned))
    product.name = either(request.name, product.name)
    if request.package_ids is not UNSET:
        product.package_ids = known_packages(
            work, product.partner_id, request.package_ids
        )
    product.devices = either(request.devices, product.devices)
    product.addresses = either(request.addresses, product.addresses)
    product.version += 1
    with _unless_external_id_taken(work):
        product.external_id = either(request.external_id, product.external_id)
    work.announce(ProductChanged(id=product.id, version=product.version))
    return view_of(product)


@handles(GetProduct, row=Product)
def get_product(work: UnitOfWork, request: GetProduct) -> ProductView:
    """One product with its plans."""
    statement = select(Product).where(Product.id == request.product_id)
    offer = offer_to(work)
    return view_of(
        _found(work.session.scalar(_on_offer(statement, work.actor, offer))), offer
    )


@handles(ListProducts)
def list_products(work: UnitOfWork, request: ListProducts) -> Page[ProductView]:
    """Products with their plans that pass every filter given, newest first."""
    offer = offer_to(work)
    statement = _on_offer(select(Product), work.actor, offer).options(
        selectinload(Product.plans)
    )
    if request.search.strip():
        part = request.search.strip().lower()
        statement = statement.where(_is_called(part, offer))
    if request.sku:
        same = func.lower(Plan.sku) == request.sku.lower()
        statement = statement.where(offer.has_plan(same))
    if request.external_id:
        statement = statement.where(Product.external_id == request.external_id)
    if request.on_sale is not None:
        sold = offer.has_plan(Plan.retired_at.is_(None))
        statement = statement.where(sold if request.on_sale else ~sold)
    if request.is_trial is not None:
        statement = statement.where(Product.is_trial.is_(request.is_trial))
    view = partial(view_of, offer=offer)
    return page_of(work.session, statement, Product, request.paging, view, ORDERS)


def _is_called(part: str, offer: Offer) -> ColumnElement[bool]:
    """Whether a product, a plan or a SKU of it holds this, in small letters."""
    in_plan = or_(
        func.lower(Plan.name).contains(part, autoescape=True),
        func.lower(Plan.sku).contains(part, autoescape=True),
    )
    in_name = func.lower(Product.name).contains(part, autoescape=True)
    return or_(in_name, offer.has_plan(in_plan))


@handles(CreatePlan)
def create_plan(work: UnitOfWork, request: CreatePlan) -> PlanView:
    """Put a length of a product on sale, in the partner's currency."""
    statement = select(Product).where(Product.id == request.product_id)
    product = _found(work.session.scalar(in_scope(statement, Product, work.actor)))
    all_valid(
        lambda: _check_length(request),
        lambda: check_price(work, request.price, product),
        lambda: check_credits(request.credits),
    )
    plan = Plan(
        id=new_id(),
        product_id=product.id,
        partner_id=product.partner_id,
        scope=product.scope,
        name=request.name,
        price_minor=request.price.amount_minor,
        asset=request.price.asset,
        months=request.months,
        days=request.days,
        sku=request.sku,
        retired_at=None,
        is_hidden=request.is_hidden,
        created_at=work.now,
    )
    plan.take_credits(request.credits)
    _insert_plan(work, product, plan)
    return plan_view(plan)


@handles(GetPlan, row=Plan)
def show_plan(work: UnitOfWork, request: GetPlan) -> PlanView:
    """One plan, on sale or retired."""
    return plan_view(get_own_plan(work, request.plan_id))


@handles(ChangePlan, changes=GetPlan)
def change_plan(work: UnitOfWork, request: ChangePlan) -> PlanView:
    """Change a plan's name, prices and SKU: from the next sale or renewal on.

    What was sold is refunded by what it was sold for. If it costs less, renewals that
    wait are tried again. A retired plan is refused as PlanRetired.
    """
    plan = _locked_plan(work, request.plan_id)
    if plan.is_retired:
        raise PlanRetired
    plan.name = either(request.name, plan.name)
    if request.price is not UNSET:
        check_price(work, request.price, plan.product)
        _reprice(work, plan, partial(plan.take_price, request.price))
    plan.is_hidden = either(request.is_hidden, plan.is_hidden)
    if request.credits is not UNSET:
        check_credits(request.credits)
        _reprice(work, plan, partial(plan.take_credits, request.credits))
    with _unless_sku_taken(work):
        plan.sku = either(request.sku, plan.sku)
    return plan_view(plan)


def _reprice(work: UnitOfWork, plan: Plan, change: Callable[[], None]) -> None:
    before = [offer.of(plan) for offer in OFFERS]
    change()
    offered = zip(OFFERS, before, strict=True)
    if any(offer.of(plan).is_better_than(one) for offer, one in offered):
        _tell_of_better(work, plan)


def _tell_of_better(work: UnitOfWork, plan: Plan) -> None:
    """Let renewals that wait for a plan be tried again."""
    note = OfferImproved(
        id=new_id(), partner_id=plan.partner_id, plan_id=plan.id, seller_id=None
    )
    work.announce(note)


@handles(RetirePlan, changes=GetPlan)
def retire_plan(work: UnitOfWork, request: RetirePlan) -> PlanView:
    """Take a plan off sale; running periods stay, its SKU is free again."""
    plan = _locked_plan(work, request.plan_id)
    was_renewed = plan.is_renewed(work.now)
    plan.retire(work.now, request.renewable_until)
    if plan.is_renewed(work.now) and not was_renewed:
        _tell_of_better(work, plan)
    work.session.flush()
    return plan_view(plan)


def get_plan_on_sale(work: UnitOfWork, plan_id: UUID, partner_id: UUID | None) -> Plan:
    """A plan of that partner; NotFound if it has no such, PlanRetired if no longer."""
    plan = get_plan_of_partner(work, plan_id, partner_id)
    if plan.is_retired:
        raise PlanRetired
    return plan


def get_plan_of_partner(
    work: UnitOfWork, plan_id: UUID, partner_id: UUID | None
) -> Plan:
    """A plan of that partner, retired or not; NotFound if it has no such."""
    plan = _find_plan(work, plan_id)
    if plan is None or plan.partner_id != partner_id:
        raise PlanNotFound
    return plan


def get_own_plan(work: UnitOfWork, plan_id: UUID) -> Plan:
    """A plan in the actor's scope, retired or not; NotFound otherwise."""
    return _found_plan(work.session.scalar(_own_plan(work, plan_id)))


def get_plan(work: UnitOfWork, plan_id: UUID) -> Plan:
    """A plan that something refers to, retired or not, with its product."""
    plan = _find_plan(work, plan_id)
    if plan is None:
        raise LookupError(f"There is no plan {plan_id}.")
    return plan


def _find_plan(work: UnitOfWork, plan_id: UUID) -> Plan | None:
    return get_held(work.session, Plan, plan_id, joinedload(Plan.product))


def get_plans(work: UnitOfWork, plan_ids: Collection[UUID]) -> dict[UUID, Plan]:
    """Plans that things refer to, with their products, by id."""
    if len(plan_ids) == 1:
        [only] = plan_ids
        return {only: get_plan(work, only)}
    statement = (
        select(Plan).where(Plan.id.in_(plan_ids)).options(joinedload(Plan.product))
    )
    return {plan.id: plan for plan in work.session.scalars(statement)}


@handles(GetCurrencyUse)
def get_currency_use(work: UnitOfWork, request: GetCurrencyUse) -> CurrencyUse:
    """How many plans on sale have prices in the currency a partner now has.

    What is in another currency already does not count: it has to be priced anew.
    """
    partner = people.acting_partner(work, request.partner_id)
    statement = select(func.count()).where(
        Plan.partner_id == partner.id,
        Plan.asset == partner.currency,
        Plan.retired_at.is_(None),
    )
    plans = work.session.scalar(statement) or 0
    return CurrencyUse(currency=partner.currency, plans=plans)


def find_plan_by_sku(work: UnitOfWork, partner_id: UUID, sku: str) -> Plan | None:
    """The plan on sale that a partner's shops call `sku`, in capitals or not."""
    if not sku.strip():
        return None
    statement = select(Plan).where(
        Plan.partner_id == partner_id,
        func.lower(Plan.sku) == func.lower(sku.strip()),
        Plan.sku != "",
        Plan.retired_at.is_(None),
    )
    return work.session.scalar(statement)


def _on_offer(statement: S, actor: Actor, offer: Offer) -> S:
    """Narrow to products in scope, or of the partner the actor lies below; where there
    is a price list, to those with a plan on it.
    """
    partners = {partner_of(scope) for scope in actor.scopes} - {None}
    return statement.where(
        or_(within(Product.scope, actor), Product.partner_id.in_(partners)),
        offer.products,
    )


def _found(product: Product | None) -> Product:
    if product is None:
        raise ProductNotFound
    return product


def _own_plan(work: UnitOfWork, plan_id: UUID) -> Select[Plan]:
    return in_scope(select(Plan).where(Plan.id == plan_id), Plan, work.actor)


def _locked_plan(work: UnitOfWork, plan_id: UUID) -> Plan:
    owned = _own_plan(work, plan_id).with_for_update(key_share=True)
    return _found_plan(work.session.scalar(owned))


def _found_plan(plan: Plan | None) -> Plan:
    if plan is None:
        raise PlanNotFound
    return plan


def check_price(work: UnitOfWork, price: Money, product: Product) -> None:
    """TrialCosts for a trial's price, CurrencyMismatch for one in another currency."""
    if product.is_trial and price:
        raise TrialCosts(fields={"price": [TrialCosts.__doc__ or ""]})
    currency = people.get_partner(work, product.partner_id).currency
    if price.asset != currency:
        raise CurrencyMismatch(f"Prices must be in {currency}, not {price.asset}.")


def check_credits(price: Money | None) -> None:
    """CurrencyMismatch for a price in Credits that is in something else."""
    if price is not None and price.asset != CREDIT:
        words = f"This price must be in Credits, not {price.asset}."
        raise CurrencyMismatch(words, fields={"credits": [words]})


def _check_length(request: CreatePlan) -> None:
    if bool(request.months) == bool(request.days):
        why = ["Enter either months or days."]
        raise BadLength(fields={"months": why, "days": why})


def _insert_plan(work: UnitOfWork, product: Product, plan: Plan) -> None:
    with _unless_sku_taken(work):
        work.session.add(plan)
    work.session.expire(product, ["plans"])


@contextmanager
def _unless_taken(
    work: UnitOfWork, constraint: str, refuse: Callable[[], None]
) -> Iterator[None]:
    """Write what is changed inside, or refuse where another has the value."""
    try:
        with work.session.begin_nested():
            yield
    except IntegrityError as error:
        if constraint not in str(error.orig):
            raise
        refuse()


def _refuse_sku() -> None:
    raise SkuTaken from None


def _refuse_external_id() -> None:
    errors = ValidationErrors()
    words = "Another product has this external ID."
    errors.add_taken("external_id", TakenCode.EXTERNAL_ID_TAKEN, words)
    errors.refuse()


_unless_sku_taken = partial(_unless_taken, constraint="uq_plan_sku", refuse=_refuse_sku)
_unless_external_id_taken = partial(
    _unless_taken, constraint="uq_product_external_id", refuse=_refuse_external_id
)
