"""How much of everything a partner may have, and has."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from accounts.packages.models import PartnerPackage
from accounts.tree.limits import Count, count_at_limit
from accounts.tree.links import has_left
from accounts.tree.models import Account
from accounts.tree.rights import SELLER_KINDS
from lineup.access import PackageLimit
from lineup.context import Feature
from lineup.contracts.accounts.partner_packages import Limit
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.database import UnitOfWork, get_held


def refuse_beyond_limit(
    work: UnitOfWork, partner_id: UUID | None, limit: Limit, count: Count
) -> None:
    """PackageLimit for a partner that has as many as its package allows."""
    package = package_of(work, partner_id)
    most = None if package is None else package.terms.most(limit)
    if most is None or partner_id is None:
        return
    used = count_at_limit(work, partner_id, most, count)
    if used is not None:
        raise PackageLimit(
            f"Your package allows {most} {limit.value}. Choose a larger package.",
            details={"limit": limit, "most": most, "used": used},
        )


def refuse_without(work: UnitOfWork, partner_id: UUID | None, feature: Feature) -> None:
    """PackageLimit for a partner whose package does not have a feature."""
    package = package_of(work, partner_id)
    if package is not None and feature not in package.terms.features:
        raise PackageLimit(details={"feature": feature})


def package_of(work: UnitOfWork, partner_id: UUID | None) -> PartnerPackage | None:
    """The package of a partner; None where nothing is limited."""
    partner = get_held(work.session, Account, partner_id) if partner_id else None
    return held_package(work, partner.package_id if partner else None)


def held_package(work: UnitOfWork, package_id: UUID | None) -> PartnerPackage | None:
    """A package by its id; none without one."""
    return get_held(work.session, PartnerPackage, package_id) if package_id else None


def count_customers(work: UnitOfWork, partner_id: UUID) -> int:
    """How many customers a partner has, its sellers' included."""
    return _count(work, partner_id, Account.kind == AccountKind.CUSTOMER)


def count_sellers(work: UnitOfWork, partner_id: UUID) -> int:
    """How many resellers and dealers a partner has."""
    working = Account.kind.in_(SELLER_KINDS) & ~has_left(Account, work.now)
    return _count(work, partner_id, working)


def _count(work: UnitOfWork, partner_id: UUID, kind: ColumnElement[bool]) -> int:
    living = Account.status != Status.DELETED
    wanted = select(func.count()).where(Account.partner_id == partner_id, kind, living)
    return work.session.scalar(wanted) or 0
