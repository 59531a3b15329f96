"""Keeping the copies of people, and asking them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged
from lineup.database import UnitOfWork, upsert_newest
from notifications.people.models import AccountCopy, CustomerCopy

UNNAMED_PARTNER = "your TV provider"


def upsert_accounts(work: UnitOfWork, states: Sequence[AccountChanged]) -> None:
    """Keep the newest announced facts of accounts."""
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "kind": state.kind,
            "name": state.name,
            "scope": state.scope,
            "email": state.email,
            "time_zone": state.time_zone,
            "status": state.status,
        }
        for state in states
    ]
    upsert_newest(work.session, AccountCopy, rows)


def upsert_customers(work: UnitOfWork, states: Sequence[CustomerChanged]) -> set[UUID]:
    """Keep the newest announced facts of customers; those of whom they were news."""
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "partner_id": state.partner_id,
            "scope": state.scope,
            "first_name": state.first_name,
            "last_name": state.last_name,
            "email": state.email,
            "status": state.status,
        }
        for state in states
    ]
    return upsert_newest(work.session, CustomerCopy, rows)


@dataclass(frozen=True)
class People:
    """Whom messages are about, as far as accounts' announcements have arrived."""

    customers: Mapping[UUID, CustomerCopy]
    """By their ids. They stay as they are until the end of this transaction."""
    partners: Mapping[UUID, str]

    def name_of(self, partner_id: UUID) -> str:
        """What the partner calls itself, for the text of a message."""
        return self.partners.get(partner_id, UNNAMED_PARTNER)


def find_people(
    work: UnitOfWork, customer_ids: Collection[UUID], partner_ids: Collection[UUID]
) -> People:
    """Customers and their partners, each asked for once."""
    names = select(AccountCopy.id, AccountCopy.name)
    partners = work.session.execute(names.where(AccountCopy.id.in_(partner_ids)))
    theirs = select(CustomerCopy).where(CustomerCopy.id.in_(customer_ids))
    held = theirs.order_by(CustomerCopy.id).with_for_update(read=True)
    customers = work.session.scalars(held).all() if customer_ids else ()
    return People(
        customers={one.id: one for one in customers},
        partners={row.id: row.name for row in partners},
    )
