"""How much of everything a partner or reseller company may have, and has."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select

from accounts.packages.models import PartnerPackage
from accounts.tree.limits import Count, count_at_limit
from accounts.tree.links import has_ended, has_left
from accounts.tree.models import Account, ResellerLink
from accounts.tree.rights import SELLER_KINDS
from lineup.access import PackageLimit
from lineup.context import Feature
from lineup.contracts.accounts.partner_packages import Limit
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.database import UnitOfWork, get_held
from lineup.scope import ROOT


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


def refuse_beyond_company(
    work: UnitOfWork, seller_id: UUID | None, limit: Limit, count: Count
) -> None:
    """PackageLimit for a seller whose reseller company has, over all its links, as many
    as its package allows.
    """
    seller = get_held(work.session, Account, seller_id) if seller_id else None
    if seller is not None and seller.kind in SELLER_KINDS:
        path = [UUID(one) for one in seller.scope.strip(ROOT).split(ROOT)]
        link = ResellerLink.id.in_(path)
        company_id = work.session.scalar(select(ResellerLink.company_id).where(link))
        refuse_beyond_limit(work, company_id, limit, count)


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
    """How many customers a partner has, its sellers' included; a reseller company those
    of its links.
    """
    return _count(work, partner_id, Account.kind == AccountKind.CUSTOMER)


def count_sellers(work: UnitOfWork, partner_id: UUID) -> int:
    """How many resellers and dealers a partner has; its links are none of a company."""
    working = Account.kind.in_(SELLER_KINDS) & ~has_left(Account, work.now)
    return _count(work, partner_id, working)


def is_of(work: UnitOfWork, top_id: UUID, rows: Any) -> ColumnElement[bool]:
    """The condition that rows are a partner's, or of a reseller company's links."""
    top = get_held(work.session, Account, top_id)
    if top is None or top.kind is not AccountKind.RESELLER_COMPANY:
        is_own: ColumnElement[bool] = rows.partner_id == top_id
        return is_own
    links = select(ResellerLink.scope).where(
        ResellerLink.company_id == top_id, ~has_ended(work.now)
    )
    return or_(
        false(), *(rows.scope.startswith(one) for one in work.session.scalars(links))
    )


def _count(work: UnitOfWork, top_id: UUID, kind: ColumnElement[bool]) -> int:
    living = Account.status != Status.DELETED
    wanted = select(func.count()).where(is_of(work, top_id, Account), kind, living)
    return work.session.scalar(wanted) or 0
