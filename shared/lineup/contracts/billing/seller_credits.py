"""Credits: what postpaid resellers and dealers pay with for what they sell."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import PARTNERS, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.billing.wallets import CauseOrAny, EntryView
from lineup.contracts.paging import Page, Paging
from lineup.money import Money
from lineup.values.types import Note, Payment
from lineup.verbs import Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class Currencies:
    """The currencies of a partner."""

    partner_id: UUID
    currency: str
    """The currency of its prices and of the balances of its customers."""
    has_credits: bool
    """Whether it also has the currency Credits, for postpaid sellers."""


@verb("billing", Kind.READ, allowed=PARTNERS, rest="GET /currencies")
class GetCurrencies(Request[Currencies]):
    """Get the currencies of a partner."""

    partner_id: UUID | None = None
    """Required for the operator only."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SETTINGS,
    rest=Route("PUT /currencies/credits", name="add_credits_currency", has_tag=False),
)
class AddCreditsCurrency(Request[Currencies]):
    """Add the currency Credits; plans can then have a price in Credits."""

    partner_id: UUID | None = None
    """Required for the operator only."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SETTINGS,
    rest=Route(
        "DELETE /currencies/credits", name="remove_credits_currency", has_tag=False
    ),
)
class RemoveCreditsCurrency(Request[Currencies]):
    """Remove the currency Credits, while no seller is postpaid."""

    partner_id: UUID | None = None
    """Required for the operator only."""


class SellerType(enum.StrEnum):
    """How a reseller or dealer pays for what it sells."""

    POSTPAID = "postpaid"
    """With Credits of its own."""


@dataclass(frozen=True, kw_only=True)
class SellerCredits:
    """How a reseller or dealer pays, and its Credits."""

    account_id: UUID
    type: SellerType | None
    """Null: its customers pay from their own balances."""
    balance: Money
    """Credits left."""
    used: Money
    """Credits used this month: sales and renewals, less what stops returned."""
    month_starts_at: datetime
    """Start of this month in the time zone of the caller."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    needs=Permission.SEE_MONEY,
    rest=Route("GET /accounts/<uuid:account_id>/credits", name="get_seller_credits"),
)
class GetSellerCredits(Request[SellerCredits]):
    """Get how a reseller or dealer pays, its Credits and what it used this month."""

    account_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest=Route("POST /accounts/<uuid:account_id>/type", name="set_seller_type"),
)
class SetSellerType(Request[SellerCredits]):
    """Set how a reseller or dealer pays for what it sells, with an opening balance.

    Applies to new sales and renewals of its customers and of sellers below it.
    """

    account_id: UUID
    type: SellerType
    """How it pays."""
    opening_balance: Payment | None = None
    """In Credits; null: none."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest=Route(
        "DELETE /accounts/<uuid:account_id>/type",
        name="remove_seller_type",
        has_tag=False,
    ),
)
class RemoveSellerType(Request[SellerCredits]):
    """Let customers of a reseller or dealer pay from their own balances again.

    Refused while Credits are left with the seller or with sellers below it.
    """

    account_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    in_own_name=True,
    needs=Permission.BALANCES,
    rest=Route("POST /accounts/<uuid:account_id>/credits", name="change_credits"),
)
class AdjustCredits(Request[SellerCredits]):
    """Give Credits to a postpaid reseller or dealer, or take them back."""

    account_id: UUID
    amount: Money
    """Below zero: taken."""
    note: Note


@dataclass(frozen=True, kw_only=True)
class CreditsFilter:
    """Filters for transactions in Credits; times are half-open."""

    account_id: UUID
    cause: CauseOrAny = ""
    """Only transactions of this type; empty: all."""
    booked_from: datetime | None = None
    booked_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CreditsEntry(EntryView):
    """A transaction in Credits; a sale, renewal or refund with its subscription."""

    subscription_id: UUID | None = None
    customer_id: UUID | None = None
    customer_name: str = ""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    needs=Permission.SEE_MONEY,
    rest=Route(
        "GET /accounts/<uuid:account_id>/credits/entries", name="list_credits_entries"
    ),
)
class ListCreditsEntries(CreditsFilter, Request[Page[CreditsEntry]]):
    """List the transactions of a postpaid reseller or dealer, newest first."""

    SORTS: ClassVar[tuple[str, ...]] = ()

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class CreditsStatement:
    """Totals of a statement in Credits; opening + incoming + outgoing = closing."""

    account_id: UUID
    opening: Money
    incoming: Money
    outgoing: Money
    closing: Money
    entries: int


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    needs=Permission.SEE_MONEY,
    rest=Route(
        "GET /accounts/<uuid:account_id>/credits/statement",
        name="get_credits_statement",
    ),
)
class GetCreditsStatement(CreditsFilter, Request[CreditsStatement]):
    """Get the totals of a seller's statement in Credits for a period.

    With a cause, only transactions of this type are included, from zero.
    """
