"""Customers: who pays."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import (
    EVERYBODY,
    SELLERS,
    SELLERS_AND_CUSTOMERS,
    SELLERS_AND_SUPPORT,
    Permission,
)
from lineup.contracts.accounts.tree import Status
from lineup.contracts.changes import UNSET, Given, reset, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.secrets import Sealed
from lineup.values.types import (
    Country,
    ExternalId,
    Line,
    Mobile,
    Name,
    Note,
    OptionalMailAddress,
    OptionalName,
    Phone,
    Pin,
    Search,
    Seconds,
    TimeZone,
    Token,
)
from lineup.verbs import Done, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class Person:
    """Personal details of a customer."""

    first_name: Name
    last_name: Name
    email: OptionalMailAddress
    phone: Phone = ""
    mobile: Mobile = ""
    address: Line = ""
    city: Line = ""
    country: Country = ""


@dataclass(frozen=True, kw_only=True)
class PersonDetails(Person):
    """Personal details as far as they are known.

    Own customers of accounts have no last name, and who was erased no first name.
    """

    first_name: OptionalName
    last_name: OptionalName


class CustomerStatus(enum.StrEnum):
    """The status of a customer or user.

    Disabled: the customer, its seller or its partner is disabled. Active: there is an
    active subscription; trial: only trials are active. Expired: the last subscription
    reached its end date; stopped: it was stopped before. Pending: none of these.
    """

    PENDING = "pending"
    TRIAL = "trial"
    ACTIVE = "active"
    EXPIRED = "expired"
    STOPPED = "stopped"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class CustomerSettings:
    """Settings of a customer."""

    group_id: UUID | None = None
    inactivity_seconds: Seconds = 0
    """Idle timeout after which players return to their menu; 0: never."""
    time_zone: TimeZone = ""
    """Such as Europe/Paris; empty: as reported by the player."""
    takes_messages: bool = True
    takes_ads: bool = False
    is_tester: bool = False
    shows_adult: bool = False
    """Without, adult channels and their programmes are left out everywhere."""
    external_id: ExternalId = ""
    """What another system calls it; unique per partner. See `ext:` ids."""


@dataclass(frozen=True, kw_only=True)
class PersonChange:
    """Changes to personal details."""

    first_name: Given[Name] = UNSET
    last_name: Given[Name] = UNSET
    email: Given[OptionalMailAddress] = resets_to("")
    phone: Given[Phone] = resets_to("")
    mobile: Given[Mobile] = resets_to("")
    address: Given[Line] = resets_to("")
    city: Given[Line] = resets_to("")
    country: Given[Country] = resets_to("")


@dataclass(frozen=True, kw_only=True)
class SettingsChange:
    """Changes to a customer's settings."""

    group_id: Given[UUID | None] = resets_to(None)
    inactivity_seconds: Given[Seconds] = resets_to(0)
    time_zone: Given[TimeZone] = resets_to("")
    takes_messages: Given[bool] = resets_to(value=True)
    takes_ads: Given[bool] = resets_to(value=False)
    is_tester: Given[bool] = resets_to(value=False)
    shows_adult: Given[bool] = resets_to(value=False)
    external_id: Given[ExternalId] = resets_to("")
    """What another system calls it; unique per partner."""


@dataclass(frozen=True, kw_only=True)
class CustomerView:
    """One customer."""

    id: UUID
    partner_id: UUID
    scope: str
    person: PersonDetails
    username: str
    is_active: bool
    """False: the customer is disabled and its playlists do not work."""
    user_count: int
    created_at: datetime
    state: CustomerStatus = CustomerStatus.PENDING
    ends_at: datetime | None = None
    """Latest end date of its users' subscriptions, active or ended."""
    seller_id: UUID | None = None
    """The parent account: a seller or the partner."""
    seller_name: str = ""
    group_name: str = ""
    settings: CustomerSettings = field(default_factory=CustomerSettings)
    updated_at: datetime | None = None
    """When it last changed; null for older records."""
    is_own: bool = False
    """Whether these are the users of its seller or partner itself."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.CUSTOMERS,
    rest="PATCH|PUT /customers/<uuid:customer_id>",
)
class UpdateCustomer(Request[CustomerView]):
    """Update a customer: personal details, settings, PIN.

    Customers can update their own data, except group, beta tester and external ID.
    """

    customer_id: UUID
    person: Given[PersonChange] = UNSET
    settings: Given[SettingsChange | None] = resets_to(reset(SettingsChange))
    pin: Given[Pin | None] = resets_to("", is_shown=False)
    """Empty removes the PIN."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest=Route("PUT /customers/<uuid:customer_id>/state", name="set_customer_state"),
)
class SwitchCustomer(Request[CustomerView]):
    """Enable or disable a customer.

    While disabled, it cannot sign in and its playlists do not work.
    """

    customer_id: UUID
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class PlayerSettings:
    """Player settings of a customer; the PIN is encrypted."""

    customer_id: UUID
    pin: Sealed
    """Empty: none."""
    inactivity_seconds: int
    time_zone: str
    takes_messages: bool
    takes_ads: bool
    is_tester: bool
    shows_adult: bool = False


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.SEE_SECRETS,
    rest="GET /customers/<uuid:customer_id>/player-settings",
)
class GetPlayerSettings(Request[PlayerSettings]):
    """Get the player settings of a customer."""

    customer_id: UUID


@verb(
    "accounts", Kind.READ, allowed=EVERYBODY, rest="GET /customers/<uuid:customer_id>"
)
class GetCustomer(Request[CustomerView]):
    """Get a customer."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerFilter:
    """Filters for customers."""

    search: Search = ""
    """Words in name, email, phone, username, external ID, user names or MAC addresses.
    """
    email: OptionalMailAddress = ""
    """Exact email address, ignoring case."""
    username: Token = ""
    """Exact username."""
    external_id: ExternalId = ""
    """Exact ID in another system."""
    state: CustomerStatus | None = None
    partner_id: UUID | None = None
    seller_id: UUID | None = None
    """Customers of this seller; with a partner's ID: those without a seller."""
    group_id: UUID | None = None
    is_grouped: bool | None = None
    is_own: bool | None = None
    """Only, or without, those that stand for a seller or partner itself."""
    product_id: UUID | None = None
    """Customers with a user whose current or last product is this one."""
    ends_from: datetime | None = None
    ends_until: datetime | None = None
    """Exclusive."""
    created_from: datetime | None = None
    created_until: datetime | None = None


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /customers")
class ListCustomers(CustomerFilter, Request[Page[CustomerView]]):
    """List customers, newest first by default."""

    SORTS: ClassVar[tuple[str, ...]] = ("name", "ends_at", "city", "username")

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class StateCount:
    """Number of customers with a status."""

    state: CustomerStatus
    customers: int


@dataclass(frozen=True, kw_only=True)
class CountOf:
    """Number of customers of a seller, group or product; no ID: with none."""

    id: UUID | None
    name: str
    customers: int


@dataclass(frozen=True, kw_only=True)
class MonthCount:
    """Number of customers created in a month and not deleted since."""

    starts_at: datetime
    customers: int


@dataclass(frozen=True, kw_only=True)
class CustomerCounts:
    """Customer counts; each equals the length of the list with the same filters.

    Customers with several products are counted for each. Months are the last twelve,
    oldest first, in the caller's time zone.
    """

    total: int
    states: list[StateCount]
    sellers: list[CountOf]
    groups: list[CountOf]
    products: list[CountOf]
    months: list[MonthCount]


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /customers/count")
class CountCustomers(CustomerFilter, Request[CustomerCounts]):
    """Count customers by status, seller, group, product and month."""


class BalanceSettlement(enum.StrEnum):
    """What to do with the remaining balance of a deleted customer."""

    PAY_OUT = "pay_out"
    """Paid back in cash or by bank transfer."""
    WRITE_OFF = "write_off"


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.DELETE,
    rest="DELETE /customers/<uuid:customer_id>",
)
class DeleteCustomer(Request[Done]):
    """Delete a customer and its users.

    It can be restored from the trash for thirty days. Refused while there is an active
    subscription or money on the balance, unless forced with a reason: then, once it
    leaves the trash, subscriptions are stopped and refunded, and the balance settled.
    """

    customer_id: UUID
    force: bool = False
    reason: Note = ""
    """Reason for a forced deletion; kept in the records."""
    settlement: BalanceSettlement = BalanceSettlement.PAY_OUT


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class CustomerChanged:
    """A customer as it now is."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    partner_id: UUID
    scope: str
    """The customer's own path."""
    first_name: str
    last_name: str
    email: str
    mobile: str
    status: Status
    phone: str = ""
    address: str = ""
    city: str = ""
    country: str = ""
    username: str = ""
    group_id: UUID | None = None
    takes_messages: bool = True
    takes_ads: bool = False
    shows_adult: bool = True
    """Whether adult channels are shown; what was announced before it was kept shows
    them."""
    time_zone: str = ""
    """Its own zone, such as Europe/Paris; empty: its partner's."""
    settlement: BalanceSettlement | None = None
    """Of one that was deleted: what becomes of its money; None: nobody said."""
    deletion_reason: str = ""
    deleted_by: str = ""
    """Who deleted it; both names while signed in as another."""
