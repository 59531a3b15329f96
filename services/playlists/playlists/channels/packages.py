"""What can be asked of packages."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from lineup.contracts.paging import Page
from lineup.contracts.playlists import (
    CreatePackage,
    GetPackage,
    ListPackages,
    PackageChanged,
    PackageView,
    SetPackageChannels,
)
from lineup.database import Work, page_of
from lineup.errors import Invalid, NotFound
from lineup.ids import new_id
from lineup.scope import in_scope
from playlists import upstairs
from playlists.channels.models import Channel, Package, PackageChannel
from playlists.owners import Owner, owner_of

DEMO = "Demo"
CHUNK = 500


class PackageUnknown(NotFound):
    """There is no such package."""

    code = "package_unknown"


def create_package(work: Work, request: CreatePackage) -> PackageView:
    """Channels sold together."""
    owner = owner_of(work, request.partner_id)
    name = request.name.strip()
    if not name:
        raise Invalid(fields={"name": ["A package needs a name."]})
    demo_package(work, owner)
    package = Package(
        id=new_id(),
        version=1,
        partner_id=owner.partner_id,
        scope=owner.scope,
        name=name,
        is_demo=False,
        created_at=work.now,
    )
    work.session.add(package)
    work.session.flush()
    announce(work, package)
    _fill(work, package, request.channel_ids)
    return package_view(work, package)


def set_package_channels(work: Work, request: SetPackageChannels) -> PackageView:
    """Say which channels are in a package; none is allowed (PE-04)."""
    statement = select(Package).where(Package.id == request.package_id)
    package = _visible(work, statement.with_for_update())
    work.session.execute(
        delete(PackageChannel).where(PackageChannel.package_id == package.id)
    )
    _fill(work, package, request.channel_ids)
    package.version += 1
    work.session.flush()
    announce(work, package)
    upstairs.rooms().mark_changed(work, package.partner_id)
    return package_view(work, package)


def get_package(work: Work, request: GetPackage) -> PackageView:
    """One package."""
    statement = select(Package).where(Package.id == request.package_id)
    return package_view(work, _visible(work, statement))


def list_packages(work: Work, request: ListPackages) -> Page[PackageView]:
    """Packages, the demo set among them."""
    statement = in_scope(select(Package), Package, work.actor)
    return page_of(
        work.session,
        statement,
        Package,
        request.paging,
        lambda package: package_view(work, package),
    )


def demo_package(work: Work, owner: Owner) -> Package:
    """A partner's demo set, made empty when it is first needed (PE-04)."""
    found = _find_demo(work, owner)
    return found or _make_demo(work, owner)


def _find_demo(work: Work, owner: Owner) -> Package | None:
    return work.session.scalars(
        select(Package).where(Package.partner_id == owner.partner_id, Package.is_demo)
    ).one_or_none()


def _make_demo(work: Work, owner: Owner) -> Package:
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
    work: Work, partner_id: UUID, package_ids: Collection[UUID]
) -> list[Package]:
    """Packages of a partner by id; PackageUnknown when one is another's."""
    wanted = set(package_ids)
    statement = select(Package).where(
        Package.partner_id == partner_id, Package.id.in_(wanted)
    )
    found = list(work.session.scalars(in_scope(statement, Package, work.actor)))
    if len(found) != len(wanted):
        raise PackageUnknown
    return found


def get_own_package(work: Work, partner_id: UUID, package_id: UUID) -> Package:
    """One package of a partner; PackageUnknown when it is another's."""
    return find_packages(work, partner_id, [package_id])[0]


def add_to_package(work: Work, package_id: UUID, channel_ids: Collection[UUID]) -> None:
    """Put channels into a package, beside those in it."""
    rows = [{"package_id": package_id, "channel_id": id_} for id_ in channel_ids]
    for start in range(0, len(rows), CHUNK):
        work.session.execute(
            upsert(PackageChannel)
            .values(rows[start : start + CHUNK])
            .on_conflict_do_nothing()
        )


def package_view(work: Work, package: Package) -> PackageView:
    """What staff sees of a package."""
    count = select(func.count()).where(PackageChannel.package_id == package.id)
    return PackageView(
        id=package.id,
        partner_id=package.partner_id,
        name=package.name,
        is_demo=package.is_demo,
        channel_count=work.session.scalars(count).one(),
    )


def announce(work: Work, package: Package) -> None:
    """Say how a package now is."""
    work.announce(
        PackageChanged(
            id=package.id,
            version=package.version,
            partner_id=package.partner_id,
            scope=package.scope,
            name=package.name,
            is_demo=package.is_demo,
        )
    )


def _fill(work: Work, package: Package, channel_ids: list[UUID]) -> None:
    wanted = set(channel_ids)
    own = select(func.count()).where(
        Channel.id.in_(wanted), Channel.partner_id == package.partner_id
    )
    if work.session.scalars(own).one() != len(wanted):
        raise Invalid(fields={"channel_ids": ["Not all of these are your channels."]})
    rows = [{"package_id": package.id, "channel_id": id_} for id_ in wanted]
    if rows:
        work.session.execute(insert(PackageChannel), rows)


def _visible(work: Work, statement: "Select[Package]") -> Package:
    found = work.session.scalars(in_scope(statement, Package, work.actor)).one_or_none()
    if found is None:
        raise PackageUnknown
    return found
