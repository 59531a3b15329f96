"""Accounts: one tree of operator, partners, sellers and customers (AH-01)."""

from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, exists, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column
from sqlalchemy.types import Uuid

from accounts.records import Record
from lineup.contracts.accounts import AccountChanged, AccountKind, AccountView, Status
from lineup.errors import Conflict
from lineup.ids import new_id
from lineup.scope import ROOT, below

PATH = Text(collation="C")
"""The type of paths: compared byte by byte, so that an index finds a subtree."""


class AccountDeleted(Conflict):
    """This account was deleted."""

    code = "account_deleted"


class Account(Record):
    """One place in the tree; `scope` is its own path.

    `version` counts what is announced of partners and sellers; customers announce
    themselves.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        Index("ix_accounts_staffed", "id", postgresql_where=text("kind <> 'customer'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AccountKind]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    partner_id: Mapped[UUID | None]
    scope: Mapped[str] = mapped_column(PATH, unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="")
    public_url: Mapped[str] = mapped_column(default="")
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    @classmethod
    def operator(cls, now: datetime) -> Self:
        """The installation's own account, the root of the tree."""
        return cls(
            id=new_id(),
            kind=AccountKind.OPERATOR,
            scope=ROOT,
            name="Operator",
            status=Status.ACTIVE,
            version=1,
            created_at=now,
        )

    def child(self, kind: AccountKind, name: str, now: datetime) -> "Account":
        """A new account right below this one; below the root it is its own partner."""
        own_id = new_id()
        return Account(
            id=own_id,
            kind=kind,
            parent_id=self.id,
            partner_id=self.partner_id or own_id,
            scope=below(self.scope, own_id),
            name=name,
            email="",
            currency="",
            time_zone="",
            public_url="",
            status=Status.ACTIVE,
            version=1,
            created_at=now,
        )

    def turn(self, status: Status) -> None:
        """Become active, inactive or deleted; what is deleted stays so."""
        if self.status is Status.DELETED:
            raise AccountDeleted
        self.status = status
        self.version += 1

    def view(self) -> AccountView:
        """The account as its seers see it."""
        return AccountView(
            id=self.id,
            kind=self.kind,
            name=self.name,
            scope=self.scope,
            partner_id=self.partner_id,
            parent_id=self.parent_id,
            email=self.email,
            currency=self.currency,
            time_zone=self.time_zone,
            public_url=self.public_url,
            status=self.status,
            created_at=self.created_at,
        )

    def state(self) -> AccountChanged:
        """The account as it is announced."""
        return AccountChanged(
            id=self.id,
            version=self.version,
            kind=self.kind,
            name=self.name,
            scope=self.scope,
            partner_id=self.partner_id,
            parent_id=self.parent_id,
            email=self.email,
            currency=self.currency,
            time_zone=self.time_zone,
            public_url=self.public_url,
            status=self.status,
        )


def is_switched_off(scope: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The condition that an account on the path `scope`, its end included, is not
    active: whoever lies below may not act either.
    """
    on_path = aliased(Account)
    ids = func.string_to_array(func.btrim(scope, ROOT), ROOT)
    return exists().where(
        on_path.id == func.any(ids.cast(ARRAY(Uuid))), on_path.status != Status.ACTIVE
    )
