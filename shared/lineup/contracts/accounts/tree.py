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
class Company:
    """Who an account is before the law and the tax office (AH-39)."""

    legal_name: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    """ISO 3166, two letters."""
    tax_number: str = ""


@dataclass(frozen=True, kw_only=True)
class CreateAccount:
    """Make a partner (by the operator) or a reseller or dealer (by a partner)."""

    kind: AccountKind
    name: str
    login: LoginDetails
    email: str = ""
    phone: str = ""
    currency: str = ""
    """Empty: the partner's above; for a partner EUR."""
    time_zone: str = ""
    """Empty: that of the account above, or UTC."""
    public_url: str = ""
    """Where the partner's subscribers reach playlists; empty: the installation's."""
    parent_id: UUID | None = None
    """For sellers made by the operator: the partner above."""
    company: Company = field(default_factory=Company)


@dataclass(frozen=True, kw_only=True)
class UpdateAccount:
    """Change who an account is and how it is reached; every field is given."""

    account_id: UUID
    name: str
    email: str = ""
    phone: str = ""
    currency: str = ""
    """Empty: as it is. It is fixed once the partner has had a customer."""
    time_zone: str = ""
    """Empty: as it is."""
    public_url: str = ""
    """Partners only; empty: the installation's."""
    company: Company = field(default_factory=Company)
    status: Status | None = None
    """Active or inactive; none: as it is."""


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
    phone: str = ""
    username: str = ""
    """The name of its first login."""
    customer_count: int = 0
    """Customers right below a seller, or anywhere below a partner."""
    company: Company = field(default_factory=Company)


@dataclass(frozen=True, kw_only=True)
class GetAccount:
    """One account by id."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListAccounts:
    """Accounts, narrowed by kind, status, partner and a text in name, login or mail.

    Without a status all but deleted ones.
    """

    kind: AccountKind | None = None
    status: Status | None = None
    partner_id: UUID | None = None
    search: str = ""
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
    phone: str = ""
    company: Company = field(default_factory=Company)
