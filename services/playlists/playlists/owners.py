"""Whose a new record is: the actor's own partner, or the one the operator names."""

from dataclasses import dataclass
from uuid import UUID

from lineup.database import UnitOfWork
from lineup.scope import ROOT, acting_partner, below


@dataclass(frozen=True)
class Owner:
    """A partner and its path."""

    partner_id: UUID

    @property
    def scope(self) -> str:
        """The path its records carry."""
        return below(ROOT, self.partner_id)


def owner_of(work: UnitOfWork, partner_id: UUID | None) -> Owner:
    """The partner a record is made for.

    The operator's word is taken for a partner of whom no event has come yet. Anybody
    else may name only their own.
    """
    return Owner(acting_partner(work.actor, partner_id))
