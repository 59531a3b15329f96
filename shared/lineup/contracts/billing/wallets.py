"""Balances, statements, the books."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import EVERYBODY, PARTNERS, SELLERS_AND_SUPPORT
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


BALANCE_CAUSES = tuple(
    cause for cause in Cause if cause not in {Cause.SHOP_SALE, Cause.SHOP_REVERSAL}
)
"""Why money moves on a customer's balance; what a shop holds never lies there."""

CauseOrAny = Annotated[str, OneOf(("", *Cause))]
"""Empty: whatever the cause."""


@dataclass(frozen=True, kw_only=True)
class WalletView:
    """A balance and what it belongs to."""

    id: UUID
    customer_id: UUID
    balance: Money
    customer_name: str = ""
    seller_name: str = ""
    is_closed: bool = False
    """Whether its customer was deleted: it takes no money any longer."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """One unchangeable line of a statement."""

    id: UUID
    transfer_id: UUID
    cause: str
    amount: Money
    balance_after: Money
    reference: str
    actor: str
    created_at: datetime
    corrects_id: UUID | None = None
    """The transfer that this booking undoes."""
    corrected_by_id: UUID | None = None
    """The transfer that undoes this booking."""
    is_correctable: bool = False
    """Whether `correct_booking` can undo it still."""
    updated_at: datetime | None = None
    """When it was booked, or undone; null from a service before it told."""


@dataclass(frozen=True, kw_only=True)
class Booked(WalletView):
    """A balance after it was booked on, and the booking."""

    booking: EntryView | None = None
    """Always there; none from a service before it told its bookings."""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /customers/<uuid:customer_id>/top-ups", name="top_up_wallet"),
)
class TopUp(Request[Booked]):
    """Put money on a customer's balance, paid outside (bank, cash)."""

    customer_id: UUID
    amount: Payment
    note: Note = ""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /customers/<uuid:customer_id>/payouts", name="pay_out_wallet"),
)
class PayOut(Request[Booked]):
    """Give a customer money of its balance back, outside (bank, cash).

    A deleted customer's balance can be paid out as well.
    """

    customer_id: UUID
    amount: Payment | None = None
    """None: all of it."""
    note: Note = ""


@verb(
    "billing",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /transfers/<uuid:transfer_id>/correction", name="correct_booking"),
)
class CorrectBooking(Request[Booked]):
    """Undo a wrong top-up or payout by a booking of its own; once for each."""

    transfer_id: UUID
    reason: Note


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    rest="GET /customers/<uuid:customer_id>/wallet",
)
class GetWallet(Request[WalletView]):
    """A customer's balance."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class BalanceFilter:
    """Which customers' balances; each filter that is given narrows."""

    account_id: UUID | None = None
    """Only at or below this partner or seller."""
    has_money: bool | None = None
    search: Search = ""
    """Part of the customer's name or mail address."""


@verb("billing", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /wallets")
class ListWallets(BalanceFilter, Request[Page[WalletView]]):
    """Balances of customers, sorted by `balance` where asked; else the newest first."""

    SORTS: ClassVar[tuple[str, ...]] = ("balance",)

    paging: Paging = field(default_factory=Paging)


@verb(
    "billing",
    Kind.READ,
    allowed=EVERYBODY,
    rest=Route("GET /customers/<uuid:customer_id>/entries", name="list_wallet_entries"),
)
class ListEntries(Request[Page[EntryView]]):
    """A customer's statement, newest first unless said otherwise.

    Times are half-open.
    """

    customer_id: UUID
    cause: CauseOrAny = ""
    """Only bookings of this cause; empty: all."""
    booked_from: datetime | None = None
    booked_until: datetime | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class StatementView:
    """Opening + incoming + outgoing = closing; outgoing is not above zero."""

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
    rest=Route(
        "GET /customers/<uuid:customer_id>/statement", name="get_wallet_statement"
    ),
)
class GetStatement(Request[StatementView]):
    """The sums of a customer's statement over a time, half-open.

    With a cause they are of its movements alone, from nothing.
    """

    customer_id: UUID
    cause: CauseOrAny = ""
    """Only bookings of this cause; empty: all."""
    booked_from: datetime | None = None
    booked_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LedgerReport:
    """What the check found; sound when all lists are empty."""

    transfers: int
    entries: int
    unbalanced_transfers: list[UUID]
    wrong_wallets: list[UUID]
    sums: list[Money]
    """Sum of all entries by asset: zero each."""

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong."""
        return not (self.unbalanced_transfers or self.wrong_wallets or any(self.sums))


@verb("billing", Kind.READ, allowed=PARTNERS, rest="GET /ledger/check")
class CheckLedger(Request[LedgerReport]):
    """Check the books of all that you may see."""


@dataclass(frozen=True, kw_only=True)
class BalancesView:
    """Money that belongs to customers: the sum of their wallets."""

    owed: list[Money]
    customers: int
    """How many have something."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest=Route("GET /wallets/total", name="sum_wallets"),
)
class GetBalances(BalanceFilter, Request[BalancesView]):
    """What the balances of the list with the same filters add up to."""
