"""Which channel set a user sees when: pure rules over subscription periods."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from lineup.delivery import AccessInterval, set_id_of


@dataclass(frozen=True, kw_only=True)
class Period:
    """A stretch of time in which packages are paid for (half-open)."""

    from_at: datetime
    until_at: datetime
    package_ids: frozenset[UUID]


@dataclass(frozen=True, kw_only=True)
class PackageInterval:
    """A stretch of time with all packages that any period grants in it."""

    from_at: datetime
    until_at: datetime
    package_ids: frozenset[UUID]


def package_intervals(
    periods: Iterable[Period], *, now: datetime
) -> list[PackageInterval]:
    """Periods cut where any begins or ends, overlaps joined; what is past is left out.

    Neighbours with the same packages become one stretch.
    """
    running = [p for p in periods if p.from_at < p.until_at and p.until_at > now]
    cuts = sorted({at for p in running for at in (p.from_at, p.until_at)})
    joined: list[PackageInterval] = []
    for from_at, until_at in pairwise(cuts):
        covering = [p for p in running if p.from_at <= from_at < p.until_at]
        if covering:
            packages = frozenset[UUID]().union(*(p.package_ids for p in covering))
            _append(joined, from_at, until_at, packages)
    return joined


def timeline(
    partner_id: UUID, found: Iterable[PackageInterval], *, shows_adult: bool
) -> list[AccessInterval]:
    """The channel set of each stretch."""
    return [
        AccessInterval(
            from_at=stretch.from_at,
            until_at=stretch.until_at,
            set_id=set_id_of(
                partner_id, list(stretch.package_ids), shows_adult=shows_adult
            ),
        )
        for stretch in found
    ]


def _append(
    joined: list[PackageInterval],
    from_at: datetime,
    until_at: datetime,
    packages: frozenset[UUID],
) -> None:
    last = joined[-1] if joined else None
    if last and (last.until_at, last.package_ids) == (from_at, packages):
        from_at = joined.pop().from_at
    joined.append(
        PackageInterval(from_at=from_at, until_at=until_at, package_ids=packages)
    )
