"""What can be asked of packages."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.contracts.changes import UNSET
from lineup.contracts.paging import Page
from lineup.contracts.playlists.events import PackageChanged
from lineup.contracts.playlists.packages import (
    DeletePackage,
    GetPackage,
    ListPackages,
    PackageView,
    RenamePackage,
)
from lineup.contracts.playlists.refusals import DemoStays, PackageInUse, PackageNotFound
from lineup.database import UnitOfWork, page_of
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.verbs import Done, handles
from playlists.channels.models import Package, PackageChannel
from playlists.entitlements.operations import (
    is_package_in_use,
    refresh_customers_with,
    upsert_accounts,
)
from playlists.owners import Owner
from playlists.pending import operations as pending

DEMO = "Demo"
CHUNK = 500
"""Rows of one statement."""
ORDERS = {"newest": Package.id, "name": func.lower(Package.name)}


def follow_accounts(work: UnitOfWork, states: Sequence[AccountChanged]) -> None:
    """Keep partners' and sellers' copies; a partner's demo set is made with it."""
    for state in upsert_accounts(work, states):
        if state.kind == AccountKind.PARTNER and state.status != Status.DELETED:
            demo_package(work, Owner(state.id))


def new_package(work: UnitOfWork, owner: Owner, name: str) -> Package:
    """A named package of a partner, without channels yet."""
    package = Package(
        id=new_id(),
        version=0,
        partner_id=owner.partner_id,
        scope=owner.scope,
        is_demo=False,
        created_at=work.now,
    )
    package.rename(name)
    demo_package(work, owner)
    work.session.add(package)
    work.session.flush()
    announce(work, package)
    return package


@handles(RenamePackage, changes=GetPackage)
def rename_package(work: UnitOfWork, request: RenamePackage) -> PackageView:
    """Call a package otherwise; the demo set, too."""
    package = find_package(work, request.package_id, for_update=True)
    if request.name is not UNSET:
        package.rename(request.name)
        work.session.flush()
        announce(work, package)
    return package_view(work, package)


@handles(DeletePackage, changes=GetPackage)
def delete_package(work: UnitOfWork, request: DeletePackage) -> Done:
    """Remove a package; its channels stay. Refuses as PackageInUse or DemoStays.

    Customers that it was added to lose it.
    """
    package = find_package(work, request.package_id, for_update=True)
    if package.is_demo:
        raise DemoStays
    if is_package_in_use(work, package.id):
        raise PackageInUse
    refresh_customers_with(work, package.id)
    package.version += 1
    announce(work, package, is_deleted=True)
    work.session.delete(package)
    work.session.flush()
    pending.mark_changed(work, package.partner_id)
    return Done()


@handles(GetPackage, row=Package)
def get_package(work: UnitOfWork, request: GetPackage) -> PackageView:
    """One package."""
    return package_view(work, find_package(work, request.package_id))


@handles(ListPackages)
def list_packages(work: UnitOfWork, request: ListPackages) -> Page[PackageView]:
    """Packages, the demo set among them; newest first, or by name."""
    statement = in_scope(select(Package), Package, work.actor)
    if text := request.search.strip():
        statement = statement.where(Package.name.icontains(text, autoescape=True))
    if request.partner_id is not None:
        statement = statement.where(Package.partner_id == request.partner_id)
    page = page_of(
        work.session,
        statement,
        Package,
        request.paging,
        lambda package: package,
        ORDERS,
    )
    counts = channel_counts(work, [package.id for package in page.items])
    return page.showing(
        [_counted_view(package, counts.get(package.id, 0)) for package in page.items]
    )


def find_package(
    work: UnitOfWork, package_id: UUID, *, for_update: bool = False
) -> Package:
    """A package in the actor's scope; PackageNotFound outside it."""
    statement = select(Package).where(Package.id == package_id)
    if for_update:
        statement = statement.with_for_update()
    found = work.session.scalars(in_scope(statement, Package, work.actor)).one_or_none()
    if found is None:
        raise PackageNotFound
    return found


def demo_package(work: UnitOfWork, owner: Owner) -> Package:
    """A partner's demo set, made empty when it is first needed."""
    found = _find_demo(work, owner)
    return found or _make_demo(work, owner)


def _find_demo(work: UnitOfWork, owner: Owner) -> Package | None:
    return work.session.scalars(
        select(Package).where(Package.partner_id == owner.partner_id, Package.is_demo)
    ).one_or_none()


def _make_demo(work: UnitOfWork, owner: Owner) -> Package:
    """Insert it unless a twin does so at the same moment; only one is announced."""
    made = work.session.execute(
        upsert(Package)
        .values(
            id=new_id(),
            version=1,
            partner_id=owner.partner_id,
            scope=owner.scope,
            name=DEMO,
            is_demo=True,
            created_at=work.now,
        )
        .on_conflict_do_nothing()
        .returning(Package.id)
    ).first()
    package = _find_demo(work, owner)
    if package is None:
        raise LookupError("The demo set is neither there nor to be made.")
    if made is not None:
        announce(work, package)
    return package


def find_packages(
    work: UnitOfWork, partner_id: UUID, package_ids: Collection[UUID]
) -> list[Package]:
    """Packages of a partner by id; PackageNotFound when one is another's."""
    wanted = set(package_ids)
    statement = select(Package).where(
        Package.partner_id == partner_id, Package.id.in_(wanted)
    )
    found = list(work.session.scalars(in_scope(statement, Package, work.actor)))
    if len(found) != len(wanted):
        raise PackageNotFound
    return found


def get_own_package(work: UnitOfWork, partner_id: UUID, package_id: UUID) -> Package:
    """One package of a partner; PackageNotFound when it is another's."""
    return find_packages(work, partner_id, [package_id])[0]


def package_view(work: UnitOfWork, package: Package) -> PackageView:
    """What staff sees of a package."""
    return _counted_view(package, channel_counts(work, [package.id]).get(package.id, 0))


def announce(work: UnitOfWork, package: Package, *, is_deleted: bool = False) -> None:
    """Say how a package now is."""
    work.announce(
        PackageChanged(
            id=package.id,
            version=package.version,
            partner_id=package.partner_id,
            scope=package.scope,
            name=package.name,
            is_demo=package.is_demo,
            is_deleted=is_deleted,
        )
    )


def channel_counts(work: UnitOfWork, package_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many channels are in each package; empty ones are left out."""
    rows = work.session.execute(
        select(PackageChannel.package_id, func.count())
        .where(PackageChannel.package_id.in_(package_ids))
        .group_by(PackageChannel.package_id)
    )
    return dict(list(rows))


def _counted_view(package: Package, channel_count: int) -> PackageView:
    return PackageView(
        updated_at=package.last_change,
        id=package.id,
        partner_id=package.partner_id,
        name=package.name,
        is_demo=package.is_demo,
        channel_count=channel_count,
    )


def put_into(
    work: UnitOfWork, package_id: UUID, channel_ids: Collection[UUID]
) -> set[UUID]:
    """Put channels into a package, beside those in it; which were not in it."""
    put = set[UUID]()
    ids = list(dict.fromkeys(channel_ids))
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        rows = [{"package_id": package_id, "channel_id": id_} for id_ in some]
        statement = upsert(PackageChannel).values(rows).on_conflict_do_nothing()
        put.update(work.session.scalars(statement.returning(PackageChannel.channel_id)))
    return put


def take_out(
    work: UnitOfWork, package_id: UUID, channel_ids: Collection[UUID] | None
) -> None:
    """Take these channels out of a package; None: all."""
    statement = delete(PackageChannel).where(PackageChannel.package_id == package_id)
    if channel_ids is not None:
        statement = statement.where(PackageChannel.channel_id.in_(channel_ids))
    work.session.execute(statement.execution_options(synchronize_session=False))
