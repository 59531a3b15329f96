"""How many users a partner and a seller have, and how that compares with limits."""

from uuid import UUID

from sqlalchemy import func, select

from accounts.customers.models import Customer
from accounts.packages.limits import is_of, refuse_beyond_company, refuse_beyond_limit
from accounts.sellers.limits import count_own_customers, refuse_beyond_plan
from accounts.tree.operations import account_in_scope
from accounts.users.models import User
from lineup.contracts.accounts.partner_packages import Limit
from lineup.contracts.accounts.seller_plans import GetSellerLimits, SellerLimits
from lineup.contracts.accounts.tree import Status
from lineup.database import UnitOfWork
from lineup.verbs import handles


@handles(GetSellerLimits)
def get_seller_limits(work: UnitOfWork, request: GetSellerLimits) -> SellerLimits:
    """What a seller may have at most, and what it has."""
    seller = account_in_scope(work, request.account_id)
    plan = seller.seller_plan
    return SellerLimits(
        account_id=seller.id,
        seller_plan_id=seller.seller_plan_id,
        seller_plan_name=plan.name if plan else "",
        customers=count_own_customers(work, seller.id),
        most_customers=plan.most_customers if plan else None,
        users=count_users_of_seller(work, seller.id),
        most_users=plan.most_users if plan else None,
        most_trials_per_day=plan.most_trials_per_day if plan else None,
    )


def count_users_of_seller(work: UnitOfWork, seller_id: UUID) -> int:
    """How many users a seller's customers have, those in the trash included."""
    theirs = select(Customer.id).where(Customer.seller_id == seller_id)
    living = User.customer_id.in_(theirs), User.status != Status.DELETED
    return work.session.scalar(select(func.count()).where(*living)) or 0


def count_users(work: UnitOfWork, partner_id: UUID) -> int:
    """How many users a partner has; a reseller company those of its links."""
    living = is_of(work, partner_id, User), User.status != Status.DELETED
    return work.session.scalar(select(func.count()).where(*living)) or 0


def refuse_one_more_user(
    work: UnitOfWork, partner_id: UUID | None, seller_id: UUID | None
) -> None:
    """PackageLimit where a partner or reseller company, LimitReached where a seller has
    as many users as it may.
    """
    refuse_beyond_limit(work, partner_id, Limit.USERS, count_users)
    refuse_beyond_company(work, seller_id, Limit.USERS, count_users)
    refuse_beyond_plan(work, seller_id, "users", count_users_of_seller)
