"""The ledger's tables. Balances change by `post_transfers` alone (see migrations)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import (
    Mapped,
    aliased,
    column_property,
    mapped_column,
    relationship,
)

from billing.records import Record
from lineup.database import Kept
from lineup.money import Money


class Wallet(Kept, Record):
    """What somebody has of one asset.

    A customer's wallet keeps its balance and never falls below its credit limit. A
    system account (income, cash, clearing) may go below zero and keeps no balance
    here, so that no sale waits for another: its balance is the sum of its entries.
    """

    __tablename__ = "wallet"
    __table_args__ = (
        UniqueConstraint("owner_id", "purpose", "asset"),
        CheckConstraint("is_system OR balance_minor >= -credit_limit_minor", "covered"),
        CheckConstraint("credit_limit_minor >= 0", "credit_limit"),
        CheckConstraint(
            "NOT is_system OR (balance_minor = 0 AND version = 0)", "append_only"
        ),
        Index(
            "ix_wallet_scope",
            "scope",
            postgresql_ops={"scope": "text_pattern_ops"},
            postgresql_where=text("NOT is_system"),
        ),
        Index(
            "ix_wallet_balance",
            "balance_minor",
            "id",
            postgresql_where=text("NOT is_system"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    purpose: Mapped[str]
    asset: Mapped[str]
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    is_system: Mapped[bool]
    balance_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    credit_limit_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many entries it has."""

    @property
    def balance(self) -> Money:
        """What is in it now."""
        return Money(self.balance_minor, self.asset)


class Transfer(Record):
    """One movement of money, never changed; a mistake is reversed by another one."""

    __tablename__ = "transfer"
    __table_args__ = (UniqueConstraint("partner_id", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    key: Mapped[str]
    """Names the movement once and for all within its partner."""
    request_hash: Mapped[str]
    cause: Mapped[str]
    reference: Mapped[str]
    actor: Mapped[str]
    reverses_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("transfer.id"), unique=True
    )
    created_at: Mapped[datetime]


NOTED = aliased(Transfer)
"""A booking's transfer, or the one that undid it."""


class Entry(Record):
    """What one transfer did to one wallet, never changed.

    `wallet_id` is checked by `post_transfers` instead of a foreign key, whose row
    locks would make every sale meet at the income account.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("wallet_id", "wallet_version"),
        UniqueConstraint("transfer_id", "wallet_id"),
        CheckConstraint("amount_minor <> 0", "amount"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("transfer.id"))
    wallet_id: Mapped[UUID]
    amount_minor: Mapped[int]
    balance_after_minor: Mapped[int | None]
    """None on system accounts."""
    wallet_version: Mapped[int | None]
    """1, 2, 3 … for each customer's wallet; None on system accounts."""
    transfer: Mapped[Transfer] = relationship(viewonly=True)
    updated_at: Mapped[datetime] = column_property(
        select(func.max(NOTED.created_at))
        .where(or_(NOTED.id == transfer_id, NOTED.reverses_id == transfer_id))
        .scalar_subquery(),
        deferred=True,
    )
    """When it was booked, or undone: what a caller sees of it changed then."""
