"""Keeping the copies of people, and asking them."""

from collections.abc import Sequence
from uuid import UUID

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


def find_customer(work: UnitOfWork, customer_id: UUID) -> CustomerCopy | None:
    """The copy of a customer, as it stays until the end of this transaction.

    None while accounts' announcement is on its way.
    """
    return work.session.get(CustomerCopy, customer_id, with_for_update={"read": True})


def partner_name(work: UnitOfWork, partner_id: UUID) -> str:
    """What the partner calls itself, for the text of a message."""
    partner = work.session.get(AccountCopy, partner_id)
    return partner.name if partner else UNNAMED_PARTNER
