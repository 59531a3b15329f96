"""Whose a new record is: the actor's own partner, or the one the operator names."""

from dataclasses import dataclass
from uuid import UUID

from lineup.context import OPERATORS
from lineup.database import Work
from lineup.errors import Invalid, NotFound
from lineup.scope import ROOT, below


@dataclass(frozen=True)
class Owner:
    """A partner and its path."""

    partner_id: UUID

    @property
    def scope(self) -> str:
        """The path its records carry."""
        return below(ROOT, self.partner_id)


class PartnerUnknown(NotFound):
    """There is no such partner."""

    code = "partner_unknown"


def owner_of(work: Work, partner_id: UUID | None) -> Owner:
    """The partner a record is made for.

    The operator's word is taken for a partner of whom no event has come yet. Anybody
    else may name only their own.
    """
    own = work.actor.partner_id
    if work.actor.role in OPERATORS:
        own = partner_id or own
        if own is None:
            raise Invalid(fields={"partner_id": ["Say which partner."]})
    elif own is None or partner_id not in (None, own):
        raise PartnerUnknown
    return Owner(own)
