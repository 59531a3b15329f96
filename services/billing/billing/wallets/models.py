"""The ledger's tables. Only `posting` and `posting_set` change balances."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import (
    Mapped,
    aliased,
    column_property,
    foreign,
    mapped_column,
    relationship,
)

from billing.records import Record
from billing.wallets.movements import AccountPurpose, OwnerKind
from lineup.database import Timestamped
from lineup.money import Money


def _quoted(words: type[enum.StrEnum]) -> str:
    return ", ".join(f"'{word}'" for word in words)


class Wallet(Timestamped, Record):
    """What somebody has of one asset.

    What its owner can spend keeps its balance and never falls below its credit limit.
    Any other account (income, cash, clearing) may go below zero and keeps no balance
    here, so that no sale waits for another: its balance is the sum of its entries.
    """

    __tablename__ = "wallet"
    __table_args__ = (
        UniqueConstraint("owner_id", "purpose", "asset"),
        CheckConstraint(f"owner_kind IN ({_quoted(OwnerKind)})", "owner_kind"),
        CheckConstraint(
            f"account_purpose IN ({_quoted(AccountPurpose)})", "account_purpose"
        ),
        CheckConstraint("is_system = (account_purpose <> 'balance')", "is_system"),
        CheckConstraint("is_system OR balance_minor >= -credit_limit_minor", "covered"),
        CheckConstraint("credit_limit_minor >= 0", "credit_limit"),
        CheckConstraint(
            "NOT is_system OR (balance_minor = 0 AND version = 0)", "append_only"
        ),
        Index(
            "ix_wallet_kept_scope",
            "owner_kind",
            "scope",
            postgresql_ops={"scope": "text_pattern_ops"},
            postgresql_where=text("account_purpose = 'balance'"),
        ),
        Index(
            "ix_wallet_kept_balance",
            "owner_kind",
            "balance_minor",
            "id",
            postgresql_where=text("account_purpose = 'balance'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    owner_kind: Mapped[str]
    name: Mapped[str] = mapped_column("purpose")
    """What it is called among its owner's accounts of one asset."""
    purpose: Mapped[str] = mapped_column("account_purpose")
    asset: Mapped[str]
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    is_system: Mapped[bool]
    """What the version before went by, and `post_transfers` still does: a later
    migration lets both go by the purpose and drops it.
    """
    balance_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    credit_limit_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many entries it has."""

    @property
    def shop_id(self) -> UUID | None:
        """Whose money is cleared, as its name says."""
        _, _, shop_id = self.name.partition(":")
        return UUID(shop_id) if shop_id else None

    @property
    def balance(self) -> Money:
        """What is in it now."""
        return Money(self.balance_minor, self.asset)


class Transfer(Record):
    """One movement of money, never changed; a mistake is reversed by another one."""

    __tablename__ = "transfer"
    __table_args__ = (
        UniqueConstraint("partner_id", "key"),
        Index(
            "uq_transfer_reverses_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    key: Mapped[str]
    """Names the movement once and for all within its partner."""
    request_hash: Mapped[str]
    cause: Mapped[str]
    reference: Mapped[str]
    actor: Mapped[str]
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfer.id"))
    created_at: Mapped[datetime]


NOTED = aliased(Transfer)
"""A booking's transfer, or the one that undid it."""


class Entry(Record):
    """What one transfer did to one wallet, never changed.

    `wallet_id` is checked where entries are booked instead of by a foreign key, whose
    row locks would make every sale meet at the income account; `transfer_id` by the
    trigger that sees each statement's entries sum to zero.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("wallet_id", "wallet_version"),
        UniqueConstraint("transfer_id", "wallet_id"),
        CheckConstraint("amount_minor <> 0", "amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column()
    wallet_id: Mapped[UUID]
    amount_minor: Mapped[int]
    balance_after_minor: Mapped[int | None]
    """None on system accounts."""
    wallet_version: Mapped[int | None]
    """1, 2, 3 … for each customer's wallet; None on system accounts."""
    transfer: Mapped[Transfer] = relationship(
        primaryjoin=lambda: foreign(Entry.transfer_id) == Transfer.id, viewonly=True
    )
    updated_at: Mapped[datetime] = column_property(
        select(func.max(NOTED.created_at))
        .where(or_(NOTED.id == transfer_id, NOTED.reverses_id == transfer_id))
        .scalar_subquery(),
        deferred=True,
    )
    """When it was booked, or undone: what a caller sees of it changed then."""


KEEPS_BALANCE = Wallet.purpose == AccountPurpose.BALANCE
"""The condition that a wallet is one that its owner can spend from."""
IS_CUSTOMERS = and_(Wallet.owner_kind == OwnerKind.CUSTOMER, KEEPS_BALANCE)
"""The condition that a wallet is a customer's balance."""
