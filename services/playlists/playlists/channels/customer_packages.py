"""Packages of one customer: added to what its products have, or removed from it.

Whoever has the same packages in the end shares one channel set, however they came to
them; who was given nothing is rendered as before.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from lineup.contracts.billing.running import is_running
from lineup.contracts.paging import Page
from lineup.contracts.playlists.customer_packages import (
    ContentPackage,
    CustomerContent,
    CustomerPackageView,
    GetCustomerContent,
    ListCustomerPackages,
    ResetCustomerPackage,
    SetCustomerPackage,
)
from lineup.contracts.playlists.refusals import DemoForAll, PackageNotFound
from lineup.database import UnitOfWork, page_of
from lineup.ids import new_id
from lineup.scope import partner_of, within
from lineup.verbs import handles
from playlists.channels.models import Package
from playlists.channels.packages import channel_counts, find_package
from playlists.entitlements.models import (
    Customer,
    CustomerPackage,
    Subscription,
    User,
)
from playlists.entitlements.operations import (
    find_customer,
    package_choices,
    refresh_below,
)


@handles(GetCustomerContent, row=Customer)
def get_customer_content(
    work: UnitOfWork, request: GetCustomerContent
) -> CustomerContent:
    """What a customer's products have, and what was added or removed."""
    return _content(work, find_customer(work, request.customer_id))


@handles(SetCustomerPackage, changes=GetCustomerContent)
def set_customer_package(
    work: UnitOfWork, request: SetCustomerPackage
) -> CustomerContent:
    """Add a package to a customer or remove it; what all users see cannot be."""
    customer = find_customer(work, request.customer_id, for_update=True)
    package = find_package(work, request.package_id, for_update=True)
    if package.partner_id != partner_of(customer.scope):
        raise PackageNotFound
    if package.is_demo:
        raise DemoForAll
    choice = _choice_of(work, customer, package.id)
    if choice is None:
        choice = CustomerPackage(
            id=new_id(),
            customer_id=customer.id,
            package_id=package.id,
            partner_id=package.partner_id,
            created_at=work.now,
        )
        work.session.add(choice)
    choice.is_included = request.is_included
    return _changed(work, customer)


@handles(ResetCustomerPackage, changes=GetCustomerContent)
def reset_customer_package(
    work: UnitOfWork, request: ResetCustomerPackage
) -> CustomerContent:
    """Say nothing more of a package; PackageNotFound where nothing was said."""
    customer = find_customer(work, request.customer_id, for_update=True)
    choice = _choice_of(work, customer, request.package_id)
    if choice is None:
        raise PackageNotFound
    work.session.delete(choice)
    return _changed(work, customer)


@handles(ListCustomerPackages)
def list_customer_packages(
    work: UnitOfWork, request: ListCustomerPackages
) -> Page[CustomerPackageView]:
    """What was added and removed, newest first."""
    seen = select(Customer.id).where(within(Customer.scope, work.actor))
    statement = select(CustomerPackage).where(CustomerPackage.customer_id.in_(seen))
    for name in ("customer_id", "package_id", "is_included"):
        wanted = getattr(request, name)
        if wanted is not None:
            column = getattr(CustomerPackage, name)
            statement = statement.where(column == wanted)
    page = page_of(
        work.session, statement, CustomerPackage, request.paging, lambda row: row
    )
    names = _names(work, [row.package_id for row in page.items])
    return page.showing([_view(row, names[row.package_id]) for row in page.items])


def _choice_of(
    work: UnitOfWork, customer: Customer, package_id: UUID
) -> CustomerPackage | None:
    return work.session.scalar(
        select(CustomerPackage).where(
            CustomerPackage.customer_id == customer.id,
            CustomerPackage.package_id == package_id,
        )
    )


def _changed(work: UnitOfWork, customer: Customer) -> CustomerContent:
    """Have the facts of this customer's users written anew, and of nobody else."""
    work.session.flush()
    refresh_below(work, [customer.scope])
    return _content(work, customer)


def _content(work: UnitOfWork, customer: Customer) -> CustomerContent:
    choices = package_choices(work, [customer.id]).get(customer.id, {})
    products = _products_by_package(work, customer)
    names = _names(work, choices.keys() | products.keys())
    counts = channel_counts(work, names)
    return CustomerContent(
        customer_id=customer.id,
        packages=[
            ContentPackage(
                package_id=package_id,
                name=name,
                channel_count=counts.get(package_id, 0),
                products=sorted(products.get(package_id, ())),
                is_included=choices.get(package_id),
            )
            for package_id, name in names.items()
        ],
    )


def _products_by_package(work: UnitOfWork, customer: Customer) -> dict[UUID, set[str]]:
    """The names of products that its users have now, by package."""
    users = select(User.id).where(User.scope == customer.scope)
    rows = work.session.execute(
        select(Subscription.product_name, Subscription.package_ids).where(
            Subscription.user_id.in_(users), is_running(Subscription, work.now)
        )
    )
    products: dict[UUID, set[str]] = {}
    for name, package_ids in rows:
        for package_id in map(UUID, package_ids):
            products.setdefault(package_id, set()).add(name)
    return products


def _names(work: UnitOfWork, package_ids: Collection[UUID]) -> dict[UUID, str]:
    """What packages are called, in the order of their names."""
    rows = work.session.execute(
        select(Package.id, Package.name)
        .where(Package.id.in_(package_ids))
        .order_by(Package.name, Package.id)
    )
    return dict(list(rows))


def _view(row: CustomerPackage, name: str) -> CustomerPackageView:
    return CustomerPackageView(
        id=row.id,
        customer_id=row.customer_id,
        package_id=row.package_id,
        partner_id=row.partner_id,
        package_name=name,
        is_included=row.is_included,
        created_at=row.created_at,
        updated_at=row.last_change,
    )
