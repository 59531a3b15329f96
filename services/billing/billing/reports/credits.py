"""A seller's statement in Credits, line by line and added up."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from billing.people import operations as people
from billing.people.naming import names_of
from billing.sellers.accounts import credits_of
from billing.subscriptions.models import Period, Subscription
from billing.wallets.bookings import entry_view
from billing.wallets.models import Entry
from billing.wallets.statements import entries_of, totals_of
from lineup.contracts.billing.seller_credits import (
    CreditsEntry,
    CreditsStatement,
    GetCreditsStatement,
    ListCreditsEntries,
)
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork
from lineup.verbs import handles

Sold = dict[UUID, tuple[Subscription, str]]
"""Subscriptions with the names of their customers, by the id of a period."""
OF_PERIODS = {"period", "refund"}
"""What the keys of transfers begin with that were made for a period."""


@handles(ListCreditsEntries)
def list_credits_entries(
    work: UnitOfWork, request: ListCreditsEntries
) -> Page[CreditsEntry]:
    """A seller's statement in the order of booking, newest first."""
    account = credits_of(people.get_seller(work, request.account_id))
    page, undone = entries_of(work, account, request)
    sold = _sold(work, [_period_id(entry) for entry in page.items])
    return page.showing(
        [
            CreditsEntry(
                **vars(entry_view(account, entry, undone)), **_about(entry, sold)
            )
            for entry in page.items
        ]
    )


@handles(GetCreditsStatement)
def get_credits_statement(
    work: UnitOfWork, request: GetCreditsStatement
) -> CreditsStatement:
    """The sums of a seller's statement: opening + incoming + outgoing = closing."""
    seller = people.get_seller(work, request.account_id)
    totals = totals_of(work, credits_of(seller), request)
    return CreditsStatement(account_id=seller.id, **totals)


def _period_id(entry: Entry) -> UUID | None:
    """The period that a transfer was for, as its key says."""
    kind, _, named = entry.transfer.key.partition(":")
    return UUID(named) if kind in OF_PERIODS else None


def _sold(work: UnitOfWork, period_ids: Sequence[UUID | None]) -> Sold:
    statement = (
        select(Period.id, Subscription)
        .join(Subscription, Subscription.id == Period.subscription_id)
        .where(Period.id.in_([one for one in period_ids if one]))
    )
    rows = work.session.execute(statement).all()
    names = names_of(work, customer_ids={one.customer_id for _, one in rows})
    return {
        period_id: (one, names.customer(one.customer_id)) for period_id, one in rows
    }


def _about(entry: Entry, sold: Sold) -> dict[str, Any]:
    """What a sale, renewal or refund was for; nothing of other entries."""
    period_id = _period_id(entry)
    if period_id not in sold:
        return {}
    subscription, customer_name = sold[period_id]
    return {
        "subscription_id": subscription.id,
        "customer_id": subscription.customer_id,
        "customer_name": customer_name,
    }
