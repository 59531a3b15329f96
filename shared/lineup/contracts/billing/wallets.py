"""Balances, statements, the books."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.contracts.paging import Paging
from lineup.money import Money


@dataclass(frozen=True, kw_only=True)
class TopUp:
    """Put money on a customer's balance, paid outside (bank, cash)."""

    customer_id: UUID
    amount: Money
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class GetWallet:
    """A customer's balance."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class WalletView:
    """A balance and what it belongs to."""

    id: UUID
    customer_id: UUID
    balance: Money
    customer_name: str = ""
    seller_name: str = ""


@dataclass(frozen=True, kw_only=True)
class ListWallets:
    """Balances of customers, sorted by `balance` where asked; else the newest first."""

    account_id: UUID | None = None
    """Only at or below this partner or seller."""
    has_money: bool | None = None
    search: str = ""
    """Part of the customer's name or mail address."""
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class ListEntries:
    """A customer's statement, newest first; `booked` as order: oldest first.

    Times are half-open.
    """

    customer_id: UUID
    cause: str = ""
    booked_from: datetime | None = None
    booked_until: datetime | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """One unchangeable line of a statement (WL-02)."""

    id: UUID
    transfer_id: UUID
    cause: str
    amount: Money
    balance_after: Money
    reference: str
    actor: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class GetStatement:
    """The sums of a customer's statement over a time (WL-15), half-open."""

    customer_id: UUID
    booked_from: datetime | None = None
    booked_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StatementView:
    """Opening + incoming + outgoing = closing; outgoing is not above zero."""

    customer_id: UUID
    opening: Money
    incoming: Money
    outgoing: Money
    closing: Money
    entries: int


@dataclass(frozen=True, kw_only=True)
class CheckLedger:
    """Check the books of everything in scope."""


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
