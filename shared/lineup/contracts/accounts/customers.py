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
)
from lineup.contracts.accounts.tree import Status
from lineup.contracts.changes import UNSET, Given, reset, resets_to
from lineup.contracts.paging import Page, Paging
from lineup.events import event
from lineup.secrets import Sealed
from lineup.values.types import (
    Country,
    Line,
    Mobile,
    Name,
    Note,
    OptionalMailAddress,
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
    """Who a customer is."""

    first_name: Name
    last_name: Name
    email: OptionalMailAddress
    phone: Phone = ""
    mobile: Mobile = ""
    address: Line = ""
    city: Line = ""
    country: Country = ""


class Standing(enum.StrEnum):
    """Where a customer, or one user, stands at this moment.

    Disabled is what was switched off, itself or its seller or partner; else a running
    subscription makes it active, or trial where only trials run; else one that ended,
    expired, or stopped where the last of them was ended early; else it is pending.
    """

    PENDING = "pending"
    TRIAL = "trial"
    ACTIVE = "active"
    EXPIRED = "expired"
    STOPPED = "stopped"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class CustomerSettings:
    """What is kept of a customer beside the person."""

    group_id: UUID | None = None
    inactivity_seconds: Seconds = 0
    """After so long without a touch a player goes to its main menu; 0: never."""
    time_zone: TimeZone = ""
    """A zone such as Europe/Paris; empty: as the player reports it."""
    takes_messages: bool = True
    takes_ads: bool = False
    is_tester: bool = False


@dataclass(frozen=True, kw_only=True)
class PersonChange:
    """What shall be otherwise of a person."""

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
    """What shall be otherwise of a customer's settings."""

    group_id: Given[UUID | None] = resets_to(None)
    inactivity_seconds: Given[Seconds] = resets_to(0)
    time_zone: Given[TimeZone] = resets_to("")
    takes_messages: Given[bool] = resets_to(value=True)
    takes_ads: Given[bool] = resets_to(value=False)
    is_tester: Given[bool] = resets_to(value=False)


@dataclass(frozen=True, kw_only=True)
class CustomerView:
    """One customer."""

    id: UUID
    partner_id: UUID
    scope: str
    person: Person
    username: str
    is_active: bool
    """False: nobody of it signs in, and its users' lines are refused."""
    user_count: int
    created_at: datetime
    state: Standing = Standing.PENDING
    ends_at: datetime | None = None
    """The furthest end of its users' subscriptions, running or over."""
    seller_id: UUID | None = None
    """The account right above: a seller, or the partner itself."""
    seller_name: str = ""
    group_name: str = ""
    settings: CustomerSettings = field(default_factory=CustomerSettings)
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    rest="PATCH|PUT /customers/<uuid:customer_id>",
)
class UpdateCustomer(Request[CustomerView]):
    """Change a customer's data: person, settings, PIN.

    A customer changes its own, except its group and its tester mark.
    """

    customer_id: UUID
    person: Given[PersonChange] = UNSET
    settings: Given[SettingsChange | None] = resets_to(reset(SettingsChange))
    pin: Given[Pin | None] = resets_to("", is_shown=False)
    """Empty takes the PIN away."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    rest=Route("PUT /customers/<uuid:customer_id>/state", name="set_customer_state"),
)
class SwitchCustomer(Request[CustomerView]):
    """Switch a customer off or on again.

    Off, its sessions end, nobody signs in, and its users' lines are refused.
    """

    customer_id: UUID
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class PlayerSettings:
    """What a customer's players go by; the PIN is sealed."""

    customer_id: UUID
    pin: Sealed
    """Empty: there is none."""
    inactivity_seconds: int
    time_zone: str
    takes_messages: bool
    takes_ads: bool
    is_tester: bool


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_CUSTOMERS,
    rest="GET /customers/<uuid:customer_id>/player-settings",
)
class GetPlayerSettings(Request[PlayerSettings]):
    """What a customer's players are told."""

    customer_id: UUID


@verb(
    "accounts", Kind.READ, allowed=EVERYBODY, rest="GET /customers/<uuid:customer_id>"
)
class GetCustomer(Request[CustomerView]):
    """One customer by id."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerFilter:
    """Which customers; whatever is named narrows."""

    search: Search = ""
    """Words in name, mail, telephone, login name, users' names or devices' MACs."""
    email: OptionalMailAddress = ""
    """Just this mail address, whatever its case."""
    username: Token = ""
    """Just this login name."""
    state: Standing | None = None
    partner_id: UUID | None = None
    seller_id: UUID | None = None
    """Right below this seller; a partner's id: below no seller."""
    group_id: UUID | None = None
    is_grouped: bool | None = None
    product_id: UUID | None = None
    """One of the users has this product, or had it last."""
    ends_from: datetime | None = None
    ends_until: datetime | None = None
    """Half open: what ends at this instant is left out."""
    created_from: datetime | None = None
    created_until: datetime | None = None


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /customers")
class ListCustomers(CustomerFilter, Request[Page[CustomerView]]):
    """Customers, newest first unless said otherwise."""

    SORTS: ClassVar[tuple[str, ...]] = ("name", "ends_at", "city", "username")

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class StateCount:
    """How many customers stand so."""

    state: Standing
    customers: int


@dataclass(frozen=True, kw_only=True)
class CountOf:
    """How many customers a seller, group or product has; no id: those without one."""

    id: UUID | None
    name: str
    customers: int


@dataclass(frozen=True, kw_only=True)
class MonthCount:
    """How many customers were made in the month that begins so, and are there still."""

    starts_at: datetime
    customers: int


@dataclass(frozen=True, kw_only=True)
class CustomerCounts:
    """Each figure is the length of the list with the same filter.

    A customer with users of two products counts for both; months are the last twelve,
    oldest first, in the actor's time zone.
    """

    total: int
    states: list[StateCount]
    sellers: list[CountOf]
    groups: list[CountOf]
    products: list[CountOf]
    months: list[MonthCount]


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /customers/count")
class CountCustomers(CustomerFilter, Request[CustomerCounts]):
    """How many customers there are, by state, seller, group, product and month."""


class Settlement(enum.StrEnum):
    """What becomes of the money on the balance of a customer that is deleted."""

    PAY_OUT = "pay_out"
    """It is given back outside: bank, cash."""
    WRITE_OFF = "write_off"


@verb(
    "accounts", Kind.WRITE, allowed=SELLERS, rest="DELETE /customers/<uuid:customer_id>"
)
class DeleteCustomer(Request[Done]):
    """Remove a customer and its users.

    Refused while a subscription runs or money is on the balance, unless forced with a
    reason: then subscriptions stop with their refund, and the balance is settled.
    """

    customer_id: UUID
    force: bool = False
    reason: Note = ""
    """Why, where it is forced; it stands in the books."""
    settlement: Settlement = Settlement.PAY_OUT


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
    city: str = ""
    country: str = ""
    username: str = ""
    group_id: UUID | None = None
    takes_messages: bool = True
    takes_ads: bool = False
    time_zone: str = ""
    """Its own zone, such as Europe/Paris; empty: its partner's."""
    settlement: Settlement | None = None
    """Of one that was deleted: what becomes of its money; None: nobody said."""
    deletion_reason: str = ""
    deleted_by: str = ""
    """Who deleted it; both names while signed in as another."""
