"""Balances, statements, the books."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, PARTNERS, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.paging import Page, Paging
from lineup.money import Money
from lineup.values.rules import OneOf
from lineup.values.types import Note, Payment, Search
from lineup.verbs import Kind, Request, Route, verb


class Cause(enum.StrEnum):
    """Why money moved."""

    TOP_UP = "top_up"
    PURCHASE = "purchase"
    RENEWAL = "renewal"
    REFUND = "refund"
    SHOP_SALE = "shop_sale"
    SHOP_REVERSAL = "shop_reversal"
    CORRECTION = "correction"
    PAYOUT = "payout"
    WRITE_OFF = "write_off"
    OPENING_BALANCE = "opening_balance"
    CREDITS_ADDED = "credits_added"
    CREDITS_TAKEN = "credits_taken"


BALANCE_CAUSES = tuple(
    cause for cause in Cause if cause not in {Cause.SHOP_SALE, Cause.SHOP_REVERSAL}
)
"""Why money moves on a balance; what a shop holds never lies there."""

CauseOrAny = Annotated[str, OneOf(("", *Cause))]
"""Empty: all."""


@dataclass(frozen=True, kw_only=True)
class WalletView:
    """The balance of a customer."""

    id: UUID
    customer_id: UUID
    balance: Money
    customer_name: str = ""
    seller_name: str = ""
    is_closed: bool = False
    """Whether the customer was deleted, so that no money can be added."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """A transaction in a statement."""

    id: UUID
    transfer_id: UUID
    cause: str
    amount: Money
    balance_after: Money
    reference: str
    actor: str
    created_at: datetime
    corrects_id: UUID | None = None
    """The transaction that this one corrects."""
    corrected_by_id: UUID | None = None
    """The transaction that corrects this one."""
    is_correctable: bool = False
    """Whether it can be corrected."""
    updated_at: datetime | None = None
    """When it was made or corrected; null for older records."""


@dataclass(frozen=True, kw_only=True)
class Booked(WalletView):
    """The new balance and the transaction."""

    booking: EntryView | None = None
    """The transaction; null for older versions."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.BALANCES,
    rest=Route("POST /customers/<uuid:customer_id>/top-ups", name="top_up_wallet"),
)
class TopUp(Request[Booked]):
    """Record a top-up in cash or by bank transfer."""

    customer_id: UUID
    amount: Payment
    note: Note = ""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    in_own_name=True,
    needs=Permission.REFUND,
    rest=Route("POST /customers/<uuid:customer_id>/payouts", name="pay_out_wallet"),
)
class PayOut(Request[Booked]):
    """Record a payout in cash or by bank transfer.

    The balance of a deleted customer can be paid out, too.
    """

    customer_id: UUID
    amount: Payment | None = None
    """Null: the whole balance."""
    note: Note = ""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    in_own_name=True,
    needs=Permission.BALANCES,
    rest=Route("POST /transfers/<uuid:transfer_id>/correction", name="correct_booking"),
)
class CorrectBooking(Request[Booked]):
    """Correct a top-up or payout, once."""

    transfer_id: UUID
    reason: Note


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    needs=Permission.SEE_MONEY,
    rest="GET /customers/<uuid:customer_id>/wallet",
)
class GetWallet(Request[WalletView]):
    """Get the balance of a customer."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class BalanceFilter:
    """Filters for balances."""

    account_id: UUID | None = None
    """Only this partner or seller and accounts below."""
    has_money: bool | None = None
    search: Search = ""
    """Part of the name or email address of the customer."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    needs=Permission.SEE_MONEY,
    rest="GET /wallets",
)
class ListWallets(BalanceFilter, Request[Page[WalletView]]):
    """List balances of customers, newest first by default."""

    SORTS: ClassVar[tuple[str, ...]] = ("balance",)

    paging: Paging = field(default_factory=Paging)


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    needs=Permission.SEE_MONEY,
    rest=Route("GET /customers/<uuid:customer_id>/entries", name="list_wallet_entries"),
)
class ListEntries(Request[Page[EntryView]]):
    """List the transactions of a customer, newest first by default.

    Times are half-open.
    """

    customer_id: UUID
    cause: CauseOrAny = ""
    """Only transactions of this type; empty: all."""
    booked_from: datetime | None = None
    booked_until: datetime | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class StatementView:
    """Totals of a statement; opening + incoming + outgoing = closing."""

    customer_id: UUID
    opening: Money
    incoming: Money
    outgoing: Money
    closing: Money
    entries: int


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    needs=Permission.SEE_MONEY,
    rest=Route(
        "GET /customers/<uuid:customer_id>/statement", name="get_wallet_statement"
    ),
)
class GetStatement(Request[StatementView]):
    """Get the totals of a customer's statement for a period.

    With a cause, only transactions of this type are included, from zero.
    """

    customer_id: UUID
    cause: CauseOrAny = ""
    """Only transactions of this type; empty: all."""
    booked_from: datetime | None = None
    booked_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LedgerReport:
    """Result of a ledger check."""

    transfers: int
    entries: int
    unbalanced_transfers: list[UUID]
    wrong_wallets: list[UUID]
    sums: list[Money]
    """Sum of all entries by currency; must be zero."""

    @property
    def is_sound(self) -> bool:
        """True if no problems were found."""
        return not (self.unbalanced_transfers or self.wrong_wallets or any(self.sums))


@verb(
    "billing",
    Kind.READ,
    allowed=PARTNERS,
    needs=Permission.SEE_MONEY,
    rest="GET /ledger/check",
)
class CheckLedger(Request[LedgerReport]):
    """Check the ledger of all accounts you have access to."""


@dataclass(frozen=True, kw_only=True)
class BalancesView:
    """Total balance of customers."""

    owed: list[Money]
    customers: int
    """Number of customers with a balance."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    needs=Permission.SEE_MONEY,
    rest=Route("GET /wallets/total", name="sum_wallets"),
)
class GetBalances(BalanceFilter, Request[BalancesView]):
    """Get the total balance with the same filters as the list."""
