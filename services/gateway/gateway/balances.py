"""A customer's money as one looks at it: balance, statement, what renewals cost.

Used by the panel for staff and by the portal for the customer itself.
"""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from flask import Response

from gateway.panel.display import label_of
from gateway.panel.exports import csv_of
from gateway.panel.filters import Choice, Dates
from gateway.panel.optional_results import OptionalResult, optional
from gateway.panel.tables import Column, Listing, PendingListing, Table
from gateway.read_your_writes import retry_until_copied
from gateway.request_context import ask_later
from lineup.contracts.billing.subscriptions import GetRenewalOverview, RenewalOverview
from lineup.contracts.billing.wallets import (
    BALANCE_CAUSES,
    GetStatement,
    GetWallet,
    ListEntries,
    StatementView,
    WalletView,
)
from lineup.errors import NotFound
from lineup.rpc import Answer
from lineup.verbs import Request

R = TypeVar("R")

CAUSES = tuple((cause.value, label_of(cause)) for cause in BALANCE_CAUSES)

FILTERS = (Choice("cause", "Type", CAUSES), Dates("booked", "Date"))
COLUMNS = (
    Column("created_at", "Date", order="created_at"),
    Column("cause", "Type"),
    Column("amount", "Amount", is_numeric=True),
    Column("balance_after", "Balance after", is_numeric=True),
)
ENTRIES = Table("entries", *COLUMNS, filters=FILTERS)
"""A statement as its customer sees it."""
STAFF_ENTRIES = Table(
    "entries", *COLUMNS, Column("actor", "By"), Column("acts", ""), filters=FILTERS
)
OWN_FILE = (
    ("Date", lambda row: row.created_at),
    ("Type", lambda row: row.cause),
    ("Reference", lambda row: row.reference),
    ("Amount", lambda row: row.amount),
    ("Balance after", lambda row: row.balance_after),
    ("Currency", lambda row: row.amount.asset),
)
"""A statement as a file; its customer has no use for who booked it and our ids."""
STAFF_FILE = (
    *OWN_FILE,
    ("By", lambda row: row.actor),
    ("Transaction ID", lambda row: row.transfer_id),
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A balance, the movements asked for, and their sums."""

    wallet: OptionalResult[WalletView]
    listing: Listing
    sums: OptionalResult[StatementView]


def statement_of(customer_id: UUID, table: Table) -> Statement:
    """What the address asks for of a customer's statement, and the sums of it."""
    listing = table.listing()
    rpc_request = GetStatement(customer_id=customer_id, **listing.filters)

    def fetch() -> tuple[Answer[StatementView], PendingListing]:
        rows = listing.later(ListEntries, customer_id=customer_id)
        return ask_later(rpc_request), rows

    def shown() -> Statement:
        return Statement(
            wallet=wallet, listing=rows.with_options(), sums=optional(sums)
        )

    sums, rows = fetch()
    wallet = wallet_of(customer_id)
    try:
        return shown()
    except NotFound:
        sums, rows = fetch()
        return shown()


def statement_file(customer_id: UUID, table: Table) -> Response:
    """The same movements as a file."""
    rpc_request = table.listing().to_request(ListEntries, customer_id=customer_id)
    columns = STAFF_FILE if table is STAFF_ENTRIES else OWN_FILE
    return csv_of("statement", columns, rpc_request)


def wallet_of(customer_id: UUID) -> OptionalResult[WalletView]:
    """A balance, waited for where the customer is quite new; NotFound outside scope."""
    return _arrived(GetWallet(customer_id=customer_id))


def renewal_of(customer_id: UUID) -> OptionalResult[RenewalOverview]:
    """Every user's switch and the total due; NotFound outside the scope."""
    return _arrived(GetRenewalOverview(customer_id=customer_id))


def _arrived(rpc_request: Request[R]) -> OptionalResult[R]:
    return retry_until_copied(lambda: optional(ask_later(rpc_request)), rpc_request)
