"""Whose Credits pay, and where they lie.

The terms of the seller right below the partner hold for its whole branch; what pays is
the balance of the seller right above the customer.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from billing.people.models import AccountCopy
from billing.people.naming import seller_of
from billing.sellers.models import SellerTerms
from billing.wallets.movements import Account, seller_account
from lineup.database import UnitOfWork
from lineup.money import CREDIT
from lineup.scope import above


def top_seller_of(seller_scope: str) -> UUID | None:
    """The seller right below the partner at or above a seller; None for the partner."""
    path = seller_scope.strip("/").split("/")
    return UUID(path[1]) if len(path) > 1 else None


def on_credits(work: UnitOfWork, seller_scopes: Collection[str]) -> set[str]:
    """Which of these sellers, by their scopes, pay with Credits."""
    tops = {scope: top_seller_of(scope) for scope in seller_scopes}
    wanted = set(tops.values()) - {None}
    if not wanted:
        return set()
    statement = select(SellerTerms.seller_id).where(SellerTerms.seller_id.in_(wanted))
    found = set(work.session.scalars(statement))
    return {scope for scope, top in tops.items() if top in found}


def credits_of(seller: AccountCopy) -> Account:
    """The Credits of a seller."""
    if seller.partner_id is None:
        raise LookupError(f"The seller {seller.id} is of no partner.")
    return seller_account(seller.id, seller.partner_id, seller.scope, CREDIT)


def credits_above(partner_id: UUID, customer_scope: str) -> Account:
    """The Credits of the seller right above a customer."""
    seller_id = seller_of(customer_scope)
    if seller_id is None:
        raise LookupError(f"No seller lies above {customer_scope}.")
    return seller_account(seller_id, partner_id, above(customer_scope), CREDIT)
