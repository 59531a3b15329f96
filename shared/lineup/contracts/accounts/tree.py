"""The account tree: partners, resellers, dealers."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lineup.context import (
    ABOVE_CUSTOMERS,
    PARTNERS,
    PUBLIC,
    SELLERS_AND_COMPANIES,
    SELLERS_AND_SUPPORT,
    Permission,
    Role,
)
from lineup.contracts.changes import UNSET, Given, reset, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.values.rules import OneOf
from lineup.values.types import (
    Country,
    Currency,
    Line,
    Name,
    NewPassword,
    OptionalMailAddress,
    Phone,
    PublicUrl,
    Search,
    ServiceId,
    TimeZone,
    Token,
    Username,
)
from lineup.verbs import Kind, Request, verb


@dataclass(frozen=True, kw_only=True)
class LoginDetails:
    """The login of a new account."""

    username: Username
    password: NewPassword


class AccountKind(enum.StrEnum):
    """The levels of the account tree above the customer."""

    OPERATOR = "operator"
    PARTNER = "partner"
    RESELLER = "reseller"
    RESELLER_COMPANY = "reseller_company"
    """A company with links to any number of partners; each link is a reseller."""
    DEALER = "dealer"
    CUSTOMER = "customer"


@dataclass(frozen=True, kw_only=True)
class CompanyFound:
    """The partner whose subscribers are sent to an address."""

    name: str
    """Empty: none, or several."""


@verb("accounts", Kind.READ, allowed=PUBLIC)
class FindCompany(Request[CompanyFound]):
    """Find the partner of a web address; allowed before sign-in."""

    address: PublicUrl


class Status(enum.StrEnum):
    """Whether an account, login or user is in use.

    Trashed: a deleted customer, or a user of one, that can still be restored.
    """

    ACTIVE = "active"
    INACTIVE = "inactive"
    TRASHED = "trashed"
    DELETED = "deleted"


GONE = frozenset({Status.TRASHED, Status.DELETED})
"""Who is neither listed nor served."""


Staffed = Annotated[
    AccountKind,
    OneOf(
        (
            AccountKind.PARTNER,
            AccountKind.RESELLER_COMPANY,
            AccountKind.RESELLER,
            AccountKind.DEALER,
        )
    ),
]
"""What is made, and listed, above the customers."""


Switched = Annotated[Status, OneOf((Status.ACTIVE, Status.INACTIVE))]
"""On or off; what is deleted has a verb of its own."""

Listed = Annotated[Status, OneOf((Status.ACTIVE, Status.INACTIVE, Status.DELETED))]
"""What an account above the customers can be."""


@dataclass(frozen=True, kw_only=True)
class Company:
    """Who an account is before the law and the tax office."""

    legal_name: Line = ""
    address: Line = ""
    postal_code: Line = ""
    city: Line = ""
    country: Country = ""
    """ISO 3166, two letters."""
    tax_number: Line = ""


@dataclass(frozen=True, kw_only=True)
class CompanyChange:
    """Changes to company details."""

    legal_name: Given[Line] = resets_to("")
    address: Given[Line] = resets_to("")
    postal_code: Given[Line] = resets_to("")
    city: Given[Line] = resets_to("")
    country: Given[Country] = resets_to("")
    tax_number: Given[Line] = resets_to("")


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
    state: Status
    created_at: datetime
    phone: str = ""
    username: str = ""
    """Username of its first login."""
    customer_count: int = 0
    """Customers of a seller, or all customers of a partner."""
    company: Company = field(default_factory=Company)
    updated_at: datetime | None = None
    """When it last changed; null for older records."""
    may_edit: bool | None = None
    """Whether who asks may change it; None from a service before it told."""
    may_switch: bool | None = None
    """Whether who asks may switch it off and on; None as above."""
    login_roles: list[Role] = field(default_factory=list)
    """The roles of the further logins that who asks may make here."""
    seller_plan_id: UUID | None = None
    """The limits of a reseller or dealer; null: none."""
    service_id: str = ""
    """Tells a partner's logins from those of others at sign-in; empty: none."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest="POST /accounts",
)
class CreateAccount(Request[AccountView]):
    """Create a partner or reseller company (operator), or a reseller or dealer
    (partner).
    """

    kind: Staffed
    name: Name
    login: LoginDetails
    email: OptionalMailAddress = ""
    phone: Phone = ""
    currency: Currency = ""
    """Empty: the partner's currency; for a partner EUR."""
    time_zone: TimeZone = ""
    """Empty: that of the parent account, or UTC."""
    public_url: PublicUrl = ""
    """Custom domain for playlists; empty: the default address."""
    service_id: ServiceId = ""
    """Partners only: usernames need to be unique within it alone; empty: none."""
    parent_id: UUID | None = None
    """The partner of a seller; required for the operator only."""
    company: Company = field(default_factory=Company)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_COMPANIES,
    needs=Permission.SELLERS,
    rest="PATCH|PUT /accounts/<uuid:account_id>",
)
class UpdateAccount(Request[AccountView]):
    """Update an account."""

    account_id: UUID
    name: Given[Name] = UNSET
    email: Given[OptionalMailAddress] = resets_to("")
    phone: Given[Phone] = resets_to("")
    currency: Given[Currency] = UNSET
    """Empty: unchanged. Cannot be changed once the partner has had a customer."""
    time_zone: Given[TimeZone] = UNSET
    """Empty: unchanged."""
    public_url: Given[PublicUrl] = resets_to("")
    """Partners only; empty: the default address."""
    service_id: Given[ServiceId] = resets_to("")
    """Partners only; empty: none."""
    company: Given[CompanyChange] = resets_to(reset(CompanyChange))
    state: Given[Switched | None] = UNSET


@verb(
    "accounts",
    Kind.READ,
    allowed=ABOVE_CUSTOMERS,
    rest="GET /accounts/<uuid:account_id>",
)
class GetAccount(Request[AccountView]):
    """Get an account."""

    account_id: UUID


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /accounts")
class ListAccounts(Request[Page[AccountView]]):
    """List accounts, filtered by kind, state, partner or text.

    Deleted accounts are only listed by state.
    """

    SORTS: ClassVar[tuple[str, ...]] = ("name", "username", "state")

    kind: Staffed | None = None
    state: Listed | None = None
    partner_id: UUID | None = None
    email: OptionalMailAddress = ""
    """Exact email address, ignoring case."""
    username: Token = ""
    """Exact username of its first login."""
    search: Search = ""
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest="PUT /accounts/<uuid:account_id>/state",
)
class SetAccountState(Request[AccountView]):
    """Set a partner or seller to active or inactive."""

    account_id: UUID
    state: Switched


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
    most_trials_per_day: int | None = None
    """How many trials its seller plan allows on one day; None: no limit."""
