"""Packages of channels as playlists announces them: what products are made of."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from billing.catalog.models import PackageCopy
from lineup.contracts.playlists.events import PackageChanged
from lineup.contracts.playlists.refusals import PackageNotFound
from lineup.database import UnitOfWork, upsert_newest
from lineup.errors import Invalid


def upsert_packages(work: UnitOfWork, states: Sequence[PackageChanged]) -> None:
    """Keep what playlists says of packages."""
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "partner_id": state.partner_id,
            "scope": state.scope,
            "name": state.name,
            "is_deleted": state.is_deleted,
        }
        for state in states
    ]
    upsert_newest(work.session, PackageCopy, rows)


def package_names(work: UnitOfWork, package_ids: Collection[str]) -> list[str]:
    """What these packages are called, in order of their names."""
    if not package_ids:
        return []
    named = select(PackageCopy.name).where(
        PackageCopy.id.in_([UUID(one) for one in package_ids])
    )
    return list(work.session.scalars(named.order_by(PackageCopy.name)))


def known_packages(
    work: UnitOfWork, partner_id: UUID, package_ids: list[UUID]
) -> list[str]:
    """Ids of packages that a partner has; Invalid for others."""
    statement = select(PackageCopy.id).where(
        PackageCopy.id.in_(package_ids),
        PackageCopy.partner_id == partner_id,
        PackageCopy.is_deleted.is_(False),
    )
    known = set(work.session.scalars(statement))
    unknown = [at for at, one in enumerate(package_ids, 1) if one not in known]
    if unknown:
        message = f"There is no such package: number {', '.join(map(str, unknown))}."
        raise Invalid(code=PackageNotFound.code, fields={"package_ids": [message]})
    return [str(package) for package in dict.fromkeys(package_ids)]
