"""What can be asked of the platform's packages."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from accounts.packages.models import PartnerPackage
from accounts.tree.models import Account
from accounts.unique_violations import refused_as
from lineup.context import Feature
from lineup.contracts.accounts.partner_packages import (
    Audience,
    CreatePartnerPackage,
    GetPartnerPackage,
    ListOfferedPackages,
    ListPartnerPackages,
    OfferedPackages,
    PartnerPackageView,
    UpdatePartnerPackage,
)
from lineup.contracts.accounts.refusals import PartnerPackageNotFound
from lineup.contracts.accounts.tree import AccountKind, Status
from lineup.contracts.changes import set_fields
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.ids import new_id
from lineup.validation import FieldCode, ValidationErrors
from lineup.verbs import handles

NAME_INDEX = "uq_partner_packages_name"
ORDERS = {
    "created_at": PartnerPackage.id,
    "name": PartnerPackage.name,
    "price": PartnerPackage.price_minor,
}
MOST_OFFERED = 100
KINDS = {
    Audience.PARTNERS: AccountKind.PARTNER,
    Audience.RESELLERS: AccountKind.RESELLER_COMPANY,
}
"""What a company becomes by the package that it chose."""
FOR_RESELLERS = frozenset({Feature.API})
"""What packages for resellers can have: all else is their partners'."""


@handles(CreatePartnerPackage)
def create_partner_package(
    work: UnitOfWork, request: CreatePartnerPackage
) -> PartnerPackageView:
    """Make a package."""
    package = PartnerPackage(
        id=new_id(), offered_to=request.offered_to, created_at=work.now
    )
    _apply(work, package, request)
    return package.view(0)


@handles(
    UpdatePartnerPackage,
    changes=GetPartnerPackage,
)
def update_partner_package(
    work: UnitOfWork, request: UpdatePartnerPackage
) -> PartnerPackageView:
    """Change what is given of a package; who has it has it as it then is."""
    package = find_package(work, request.package_id)
    work.session.refresh(package, with_for_update=True)
    _apply(work, package, request)
    return _view(work, package)


@handles(GetPartnerPackage, row=PartnerPackage)
def get_partner_package(
    work: UnitOfWork, request: GetPartnerPackage
) -> PartnerPackageView:
    """One package."""
    return _view(work, find_package(work, request.package_id))


@handles(ListPartnerPackages)
def list_partner_packages(
    work: UnitOfWork, request: ListPartnerPackages
) -> Page[PartnerPackageView]:
    """Packages, the newest first unless another order is asked for."""
    statement = select(PartnerPackage)
    if request.offered_to is not None:
        statement = statement.where(PartnerPackage.offered_to == request.offered_to)
    if request.is_offered is not None:
        statement = statement.where(PartnerPackage.is_offered == request.is_offered)
    for word in request.search.split():
        statement = statement.where(
            PartnerPackage.name.icontains(word, autoescape=True)
        )
    page = page_of(
        work.session, statement, PartnerPackage, request.paging, lambda one: one, ORDERS
    )
    counts = _partner_counts(work, [one.id for one in page.items])
    return page.showing([one.view(counts.get(one.id, 0)) for one in page.items])


@handles(ListOfferedPackages)
def list_offered_packages(
    work: UnitOfWork, request: ListOfferedPackages
) -> OfferedPackages:
    """What can be chosen, the cheapest first."""
    on_offer = select(PartnerPackage).where(PartnerPackage.is_offered)
    if request.offered_to is not None:
        on_offer = on_offer.where(PartnerPackage.offered_to == request.offered_to)
    ordered = on_offer.order_by(PartnerPackage.price_minor, PartnerPackage.name)
    found = work.session.scalars(ordered.limit(MOST_OFFERED))
    return OfferedPackages(packages=[one.offer() for one in found])


def find_package(work: UnitOfWork, package_id: UUID) -> PartnerPackage:
    """A package of the platform, which belongs to nobody; NotFound otherwise."""
    package = work.session.get(PartnerPackage, package_id)
    if package is None:
        raise PartnerPackageNotFound
    return package


def audience_of(top: Account) -> Audience:
    """Whose packages a partner or reseller company chooses from."""
    return next(one for one, kind in KINDS.items() if kind is top.kind)


def find_for_sale(
    work: UnitOfWork, package_id: UUID, audience: Audience | None = None
) -> PartnerPackage:
    """A package that can be chosen, by this audience; NotFound, with the field, for any
    other.
    """
    package = work.session.get(PartnerPackage, package_id)
    is_offered = package is not None and package.is_offered
    if package is None or not is_offered or audience not in {package.offered_to, None}:
        words = PartnerPackageNotFound.meaning()
        raise PartnerPackageNotFound(fields={"package_id": [words]})
    return package


def _apply(
    work: UnitOfWork,
    package: PartnerPackage,
    request: CreatePartnerPackage | UpdatePartnerPackage,
) -> None:
    for name, value in set_fields(request).items():
        if name != "package_id":
            setattr(package, name, value)
    _check(package)
    with refused_as(NAME_INDEX):
        work.session.add(package)
        work.session.flush()


def _check(package: PartnerPackage) -> None:
    """Invalid for a package for resellers with what only partners can have."""
    errors = ValidationErrors()
    if package.offered_to is Audience.RESELLERS:
        for field, is_fit in (
            ("most_sellers", package.most_sellers is None),
            ("features", set(package.features or ()) <= FOR_RESELLERS),
        ):
            if not is_fit:
                code = FieldCode.NOT_FOR_RESELLERS
                errors.add(field, code, "Packages for resellers do not have this.")
    errors.refuse()


def _view(work: UnitOfWork, package: PartnerPackage) -> PartnerPackageView:
    return package.view(_partner_counts(work, [package.id]).get(package.id, 0))


def _partner_counts(work: UnitOfWork, package_ids: Collection[UUID]) -> dict[UUID, int]:
    counted = (
        select(Account.package_id, func.count())
        .where(Account.package_id.in_(package_ids), Account.status != Status.DELETED)
        .group_by(Account.package_id)
    )
    return {row[0]: row[1] for row in work.session.execute(counted) if row[0]}
