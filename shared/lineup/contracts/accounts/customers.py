"""Customers: who pays."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.contracts.accounts.tree import LoginDetails, Status
from lineup.contracts.paging import Paging
from lineup.events import event
from lineup.secrets import Sealed


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who a customer is (CU-03, CU-05)."""

    first_name: str
    last_name: str
    email: str
    phone: str = ""
    mobile: str = ""
    address: str = ""
    city: str = ""
    country: str = ""


class Standing(enum.StrEnum):
    """Where a customer, or one user, stands at this moment (CU-26).

    Disabled is what was switched off; else a running subscription makes it active, or
    trial where only trials run; else one that ended, expired; else it is pending.
    """

    PENDING = "pending"
    TRIAL = "trial"
    ACTIVE = "active"
    EXPIRED = "expired"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class CustomerSettings:
    """What is kept of a customer beside the person (CU-01, CU-11 to CU-13, CU-16)."""

    group_id: UUID | None = None
    inactivity_seconds: int = 0
    """After so long without a touch a player goes to its main menu; 0: never."""
    time_zone: str = ""
    """A zone such as Europe/Paris; empty: as the player reports it."""
    takes_messages: bool = True
    takes_ads: bool = False
    is_tester: bool = False


@dataclass(frozen=True, kw_only=True)
class CreateCustomer:
    """A customer with its login, and its first user where one is named (CU-02).

    Without `login` one is generated. `seller_id` places the customer below a seller;
    a seller's own customers lie below itself.
    """

    person: Person
    login: LoginDetails | None = None
    user_name: str = ""
    """Name of the first user; empty: no user yet."""
    seller_id: UUID | None = None
    partner_id: UUID | None = None
    """Needed from the operator only."""
    send_credentials: bool = True
    settings: CustomerSettings = field(default_factory=CustomerSettings)
    pin: str = ""
    """Four digits that open restricted content; empty: none (CU-10)."""


@dataclass(frozen=True, kw_only=True)
class UpdateCustomer:
    """Change a customer's data: the whole person, settings and PIN where given.

    A customer changes its own, except its group and its tester mark.
    """

    customer_id: UUID
    person: Person
    settings: CustomerSettings | None = None
    pin: str | None = None
    """Empty takes the PIN away."""


@dataclass(frozen=True, kw_only=True)
class SetCustomerStatus:
    """Switch a customer off or on again (CU-15): active or inactive.

    Off, its sessions end, nobody signs in, and its users' lines are refused.
    """

    customer_id: UUID
    status: Status


@dataclass(frozen=True, kw_only=True)
class CustomerView:
    """One customer."""

    id: UUID
    partner_id: UUID
    scope: str
    person: Person
    username: str
    status: Status
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


@dataclass(frozen=True, kw_only=True)
class GetPlayerSettings:
    """What a customer's players are told."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlayerSettings:
    """What a customer's players go by; the PIN is sealed (CU-10, CU-11, CU-12)."""

    customer_id: UUID
    pin: Sealed
    """Empty: there is none."""
    inactivity_seconds: int
    time_zone: str
    takes_messages: bool
    takes_ads: bool
    is_tester: bool


@dataclass(frozen=True, kw_only=True)
class GetCustomer:
    """One customer by id."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerFilter:
    """Which customers; whatever is named narrows (CU-35)."""

    search: str = ""
    """Words in name, mail, telephone, login name, users' names or devices' MACs."""
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


@dataclass(frozen=True, kw_only=True)
class ListCustomers(CustomerFilter):
    """Customers, newest first; by name, created, ends_at, city or username as
    `paging.order` says.
    """

    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class CountCustomers(CustomerFilter):
    """How many customers there are, by state, seller, group, product and month."""


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
    """Each figure is the length of the list with the same filter (RP-01).

    A customer with users of two products counts for both; months are the last twelve,
    oldest first, in the actor's time zone.
    """

    total: int
    states: list[StateCount]
    sellers: list[CountOf]
    groups: list[CountOf]
    products: list[CountOf]
    months: list[MonthCount]


@dataclass(frozen=True, kw_only=True)
class DeleteCustomer:
    """Remove a customer without running subscriptions, and its users."""

    customer_id: UUID


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
