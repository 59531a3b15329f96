"""Accounts: one tree of operator, partners, sellers and customers."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, exists, func, or_, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import (
    InstrumentedAttribute,
    Mapped,
    aliased,
    mapped_column,
    relationship,
)
from sqlalchemy.types import Uuid

from accounts.records import Record
from lineup.contracts.accounts.refusals import AccountDeleted, LinkOver
from lineup.contracts.accounts.reseller_links import ResellerLinkState
from lineup.contracts.accounts.tree import (
    AccountChanged,
    AccountKind,
    AccountView,
    Company,
    Status,
)
from lineup.database import Timestamped
from lineup.ids import new_id
from lineup.scope import ROOT, below

PATH = Text(collation="C")
"""The type of paths: compared byte by byte, so that an index finds a subtree."""


COMPANY = tuple(field.name for field in fields(Company))

LIVING = text("kind = 'customer' AND status <> 'deleted'")
"""Customers in use: they are counted below sellers and partners."""


class SellerPlan(Timestamped, Record):
    """A partner's named limits for sellers; `scope` is the partner's path.

    0 allows none, NULL any number.
    """

    __tablename__ = "seller_plans"
    __table_args__ = (
        Index("uq_seller_plans_name", "partner_id", "name_key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(PATH, index=True)
    name: Mapped[str]
    name_key: Mapped[str]
    most_customers: Mapped[int | None]
    most_users: Mapped[int | None]
    most_trials_per_day: Mapped[int | None]
    created_at: Mapped[datetime]

    def rename(self, name: str) -> None:
        """Bear another name; names are compared without case."""
        self.name = name
        self.name_key = name.lower()


class Account(Timestamped, Record):
    """One place in the tree; `scope` is its own path.

    `version` counts what is announced of partners and sellers; customers announce
    themselves. `username` is the name of its first login.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        Index("ix_accounts_staffed", "id", postgresql_where=text("kind <> 'customer'")),
        Index("ix_accounts_customers_parent_id", "parent_id", postgresql_where=LIVING),
        Index(
            "ix_accounts_customers_partner_id", "partner_id", postgresql_where=LIVING
        ),
        Index(
            "ix_accounts_seller_plan_id",
            "seller_plan_id",
            postgresql_where=text("seller_plan_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AccountKind]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    partner_id: Mapped[UUID | None]
    scope: Mapped[str] = mapped_column(PATH, unique=True)
    name: Mapped[str]
    username: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    """Where it is reached; a customer's is that of its person."""
    phone: Mapped[str] = mapped_column(default="")
    legal_name: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    tax_number: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="")
    public_url: Mapped[str] = mapped_column(default="")
    service_id: Mapped[str | None] = mapped_column(unique=True)
    """A partner's: its logins' names are unique among themselves alone; None: none."""
    package_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_packages.id"))
    """A partner's package; None: nothing is limited."""
    is_suspended: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )
    """Whether a partner's subscribers are served no longer, since it has not paid: to
    other services it is inactive then.
    """
    seller_plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("seller_plans.id"))
    seller_plan: Mapped[SellerPlan | None] = relationship()
    """What a seller is limited to; None: nothing."""
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    api_is_enabled: Mapped[bool] = mapped_column(default=True)
    networks: Mapped[list[str]] = mapped_column(ARRAY(Text()), default=list)
    """Where its logins may use the panel from; empty: anywhere."""
    requires_second_factor: Mapped[bool] = mapped_column(default=False)
    """Whether its own logins must have one."""
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
            username="",
            currency="",
            time_zone="",
            service_id=None,
            seller_plan_id=None,
            status=Status.ACTIVE,
            version=1,
            created_at=now,
            **dict.fromkeys(("email", "phone", "public_url", *COMPANY), ""),
        )

    def company(self) -> Company:
        """Who it is before the law and the tax office."""
        return Company(**{name: getattr(self, name) for name in COMPANY})

    def set_company(self, lines: Mapping[str, str]) -> None:
        """Have these lines of the company from now on."""
        for name in COMPANY:
            setattr(self, name, lines.get(name, getattr(self, name)))

    def set_status(self, status: Status) -> None:
        """Become active, inactive, trashed or deleted; what is deleted stays so."""
        if self.status is Status.DELETED:
            raise AccountDeleted
        self.status = status
        self.version += 1

    def move(self, parent: "Account") -> None:
        """Lie right below another account from now on."""
        self.parent_id = parent.id
        self.scope = below(parent.scope, self.id)
        self.version += 1

    def view(self) -> AccountView:
        """The account as its seers see it."""
        return AccountView(
            updated_at=self.last_change,
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
            state=self.status,
            created_at=self.created_at,
            phone=self.phone,
            username=self.username,
            company=self.company(),
            seller_plan_id=self.seller_plan_id,
            service_id=self.service_id or "",
        )

    def state(self) -> AccountChanged:
        """The account as it is announced."""
        plan = self.seller_plan
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
            status=self.announced_status,
            phone=self.phone,
            company=self.company(),
            most_trials_per_day=plan.most_trials_per_day if plan else None,
        )

    @property
    def announced_status(self) -> Status:
        """Whether its subscribers are served."""
        is_off = self.is_suspended and self.status is Status.ACTIVE
        return Status.INACTIVE if is_off else self.status

    def forget(self) -> None:
        """Be nothing but a tombstone: everybody hears that it was deleted, and no more
        of who it was.
        """
        self.name = self.username = self.public_url = ""
        self.forget_company()
        self.package_id = self.service_id = None
        if self.status is not Status.DELETED:
            self.set_status(Status.DELETED)

    def forget_company(self) -> None:
        """Have no more lines of a company, and no way to reach it."""
        self.email = self.phone = ""
        self.set_company(dict.fromkeys(COMPANY, ""))


def is_switched_off(scope: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The condition that an account on the path `scope`, its end included, is not
    active: whoever lies below may not act either.
    """
    on_path = aliased(Account)
    ids = func.string_to_array(func.btrim(scope, ROOT), ROOT)
    return exists().where(
        on_path.id == func.any(ids.cast(ARRAY(Uuid))), on_path.status != Status.ACTIVE
    )


def serves_nobody() -> ColumnElement[bool]:
    """The condition that subscribers below an account are not served."""
    return or_(Account.status == Status.INACTIVE, Account.is_suspended)


class ResellerLink(Timestamped, Record):
    """A reseller's link to its partner; one without a row is active.

    `id` is the account of the reseller beneath the partner, whose path is `scope`.
    """

    __tablename__ = "reseller_links"
    __table_args__ = (
        Index("ix_reseller_links_company_id", "company_id"),
        Index(
            "ix_reseller_links_due",
            "ends_at",
            postgresql_where=text("ended_at IS NULL AND ends_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    partner_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(PATH, index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    """The reseller company; None: the partner made the reseller itself."""
    company_scope: Mapped[str] = mapped_column(PATH)
    """The company's path; empty without one."""
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """When it ends: to the second, whether or not the timer was there."""
    ended_at: Mapped[datetime | None]
    """Since when both sides know that it has ended."""
    reason: Mapped[str]

    @classmethod
    def of(cls, account: Account, company: Account | None, now: datetime) -> Self:
        """A link that begins, of a reseller company or of the partner's own making."""
        return cls(
            id=account.id,
            partner_id=account.partner_id,
            scope=account.scope,
            company_id=company.id if company else None,
            company_scope=company.scope if company else "",
            started_at=now,
            ends_at=None,
            ended_at=None,
            reason="",
        )

    def state_at(self, now: datetime) -> ResellerLinkState:
        """Where it stands."""
        if self.ends_at is None:
            return ResellerLinkState.ACTIVE
        return (
            ResellerLinkState.ENDED if self.ends_at <= now else ResellerLinkState.ENDING
        )

    def end(self, at: datetime, reason: str, now: datetime) -> None:
        """Let it end at a moment; LinkOver once it has ended."""
        if self.state_at(now) is ResellerLinkState.ENDED:
            raise LinkOver
        self.ends_at, self.reason = at, reason

    def keep(self, now: datetime) -> None:
        """Let it go on, unless it has ended."""
        if self.state_at(now) is ResellerLinkState.ENDED:
            raise LinkOver
        self.ends_at, self.reason = None, ""
