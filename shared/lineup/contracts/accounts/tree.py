"""The account tree: partners, resellers, dealers."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.contracts.paging import Paging
from lineup.events import event


@dataclass(frozen=True, kw_only=True)
class LoginDetails:
    """A login that is made together with its account (CU-02, CU-06, CU-07)."""

    username: str
    password: str


class AccountKind(enum.StrEnum):
    """The levels of the account tree above the customer (AH-01)."""

    OPERATOR = "operator"
    PARTNER = "partner"
    RESELLER = "reseller"
    DEALER = "dealer"
    CUSTOMER = "customer"


class Status(enum.StrEnum):
    """Whether an account, login or user is in use."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class CreateAccount:
    """Make a partner (by the operator) or a reseller or dealer (by a partner)."""

    kind: AccountKind
    name: str
    login: LoginDetails
    email: str = ""
    currency: str = "EUR"
    time_zone: str = "UTC"
    public_url: str = ""
    """Where the partner's subscribers reach playlists; empty: the installation's."""
    parent_id: UUID | None = None
    """For sellers made by the operator: the partner above."""


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """One account of the tree."""

    id: UUID
    kind: AccountKind
    name: str
    scope: str
    partner_id: UUID | None
    parent_id: UUID | None
    email: str
    currency: str
    time_zone: str
    public_url: str
    status: Status
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class GetAccount:
    """One account by id."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListAccounts:
    """Accounts of a kind."""

    kind: AccountKind | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class SetAccountStatus:
    """Switch a partner or seller on or off (active, inactive)."""

    account_id: UUID
    status: Status


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class AccountChanged:
    """A partner, reseller or dealer as it now is."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    kind: AccountKind
    name: str
    scope: str
    """The account's own path."""
    partner_id: UUID | None
    parent_id: UUID | None
    email: str
    currency: str
    time_zone: str
    public_url: str
    status: Status
