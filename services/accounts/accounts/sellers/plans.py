"""What can be asked of seller plans."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select, update

from accounts import values
from accounts.tree.models import Account, SellerPlan
from accounts.tree.operations import account_in_scope, named_partner, view_of
from accounts.tree.rights import SELLER_KINDS
from accounts.unique_violations import refused_as
from lineup.contracts.accounts.refusals import SellerPlanNotFound, SellerPlanUsed
from lineup.contracts.accounts.seller_plans import (
    CreateSellerPlan,
    DeleteSellerPlan,
    GetSellerPlan,
    ListSellerPlans,
    SellerPlanView,
    SetSellerPlan,
    UpdateSellerPlan,
)
from lineup.contracts.accounts.tree import AccountView, GetAccount, Status
from lineup.contracts.changes import UNSET
from lineup.contracts.paging import Page
from lineup.database import (
    UnitOfWork,
    counts_by,
    find_in_scope,
    keep_in_scope,
    lock_in_scope,
    page_of,
)
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.validation import ValidationErrors
from lineup.verbs import Done, handles

LIMITS = ("most_customers", "most_users", "most_trials_per_day")
NAME_INDEX = "uq_seller_plans_name"
ORDERS = {"": SellerPlan.name_key, "name": SellerPlan.name_key}


@handles(CreateSellerPlan)
def create_seller_plan(work: UnitOfWork, request: CreateSellerPlan) -> SellerPlanView:
    """Make a plan of a partner, whose name the partner has not used yet."""
    partner = named_partner(work, request.partner_id)
    plan = SellerPlan(
        id=new_id(),
        partner_id=partner.id,
        scope=partner.scope,
        created_at=work.now,
    )
    _apply(plan, request)
    with refused_as(NAME_INDEX):
        work.session.add(plan)
        work.session.flush()
    return _view(work, plan)


@handles(UpdateSellerPlan, changes=GetSellerPlan)
def update_seller_plan(work: UnitOfWork, request: UpdateSellerPlan) -> SellerPlanView:
    """Change a plan and with it what its sellers may do; billing hears of trials."""
    plan = lock_in_scope(work, SellerPlan, request.seller_plan_id, SellerPlanNotFound)
    trials = plan.most_trials_per_day
    with refused_as(NAME_INDEX):
        _apply(plan, request)
        work.session.flush()
    if plan.most_trials_per_day != trials:
        _announce_sellers(work, plan)
    return _view(work, plan)


@handles(DeleteSellerPlan, changes=GetSellerPlan)
def delete_seller_plan(work: UnitOfWork, request: DeleteSellerPlan) -> Done:
    """Remove a plan; SellerPlanUsed while a seller has it."""
    plan = lock_in_scope(work, SellerPlan, request.seller_plan_id, SellerPlanNotFound)
    if _seller_counts(work, [plan]):
        raise SellerPlanUsed
    of_deleted = update(Account).where(Account.seller_plan_id == plan.id)
    work.session.execute(of_deleted.values(seller_plan_id=None))
    work.session.delete(plan)
    return Done()


@handles(GetSellerPlan, row=SellerPlan)
def get_seller_plan(work: UnitOfWork, request: GetSellerPlan) -> SellerPlanView:
    """One plan in the actor's part of the tree."""
    plan = find_in_scope(work, SellerPlan, request.seller_plan_id, SellerPlanNotFound)
    return _view(work, plan)


@handles(ListSellerPlans)
def list_seller_plans(
    work: UnitOfWork, request: ListSellerPlans
) -> Page[SellerPlanView]:
    """Plans by name, narrowed by a text and a partner."""
    statement = _visible(work)
    for word in request.search.lower().split():
        statement = statement.where(SellerPlan.name_key.contains(word, autoescape=True))
    if request.partner_id is not None:
        statement = statement.where(SellerPlan.partner_id == request.partner_id)
    page = page_of(
        work.session, statement, SellerPlan, request.paging, lambda row: row, ORDERS
    )
    return page.showing(_views(work, page.items))


@handles(SetSellerPlan, changes=GetAccount)
def set_seller_plan(work: UnitOfWork, request: SetSellerPlan) -> AccountView:
    """Let a seller have a plan of its partner's, or none."""
    account = account_in_scope(work, request.account_id)
    if account.kind not in SELLER_KINDS:
        raise Invalid(
            fields={"account_id": ["Only resellers and dealers have a seller plan."]}
        )
    plan = None
    if request.seller_plan_id is not None:
        plan = keep_in_scope(
            work, SellerPlan, request.seller_plan_id, SellerPlanNotFound
        )
        if plan.partner_id != account.partner_id:
            raise SellerPlanNotFound
    work.session.refresh(account, with_for_update=True)
    account.seller_plan = plan
    account.version += 1
    work.session.flush()
    work.announce(account.state())
    return view_of(work, account)


def _announce_sellers(work: UnitOfWork, plan: SellerPlan) -> None:
    theirs = select(Account).where(Account.seller_plan_id == plan.id)
    for seller in work.session.scalars(theirs.order_by(Account.id).with_for_update()):
        seller.version += 1
        work.announce(seller.state())


def _apply(plan: SellerPlan, request: CreateSellerPlan | UpdateSellerPlan) -> None:
    if request.name is not UNSET:
        errors = ValidationErrors()
        plan.rename(values.name(errors, "name", request.name))
        errors.refuse()
    for limit in LIMITS:
        most = getattr(request, limit)
        if most is not UNSET:
            setattr(plan, limit, most)


def _visible(work: UnitOfWork) -> Select[SellerPlan]:
    return in_scope(select(SellerPlan), SellerPlan, work.actor)


def _seller_counts(work: UnitOfWork, plans: Sequence[SellerPlan]) -> dict[UUID, int]:
    ids, is_living = [plan.id for plan in plans], Account.status != Status.DELETED
    return counts_by(work, Account.seller_plan_id, ids, is_living)


def _view(work: UnitOfWork, plan: SellerPlan) -> SellerPlanView:
    return _views(work, [plan])[0]


def _views(work: UnitOfWork, plans: Sequence[SellerPlan]) -> list[SellerPlanView]:
    counts = _seller_counts(work, plans)
    return [
        SellerPlanView(
            id=plan.id,
            partner_id=plan.partner_id,
            name=plan.name,
            **{limit: getattr(plan, limit) for limit in LIMITS},
            seller_count=counts.get(plan.id, 0),
            created_at=plan.created_at,
            updated_at=plan.last_change,
        )
        for plan in plans
    ]
