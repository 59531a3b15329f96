"""What accounts is asked, answers and announces."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import Actor, Role
from lineup.contracts.paging import Paging
from lineup.events import event
from lineup.secrets import Sealed


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


# Sign-in


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A login name and password; `wants_token` asks for an API token instead."""

    username: str
    password: str
    wants_token: bool = False


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The session (or API token), shown once, and who it is."""

    token: str
    actor: Actor
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Identify:
    """Who is behind a session cookie or bearer token."""

    token: str


@dataclass(frozen=True, kw_only=True)
class SignOut:
    """End a session or token."""

    token: str


@dataclass(frozen=True, kw_only=True)
class Done:
    """It is done; nothing more to say."""


# The account tree


@dataclass(frozen=True, kw_only=True)
class LoginDetails:
    """A login that is made together with its account (CU-02, CU-06, CU-07)."""

    username: str
    password: str


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


@dataclass(frozen=True, kw_only=True)
class CreateStaff:
    """Make a further login on an existing account (roles at or below the actor's)."""

    account_id: UUID
    role: Role
    login: LoginDetails


@dataclass(frozen=True, kw_only=True)
class LoginView:
    """One login of an account."""

    id: UUID
    account_id: UUID
    username: str
    role: Role
    status: Status
    created_at: datetime


# Customers and users


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


@dataclass(frozen=True, kw_only=True)
class UpdateCustomer:
    """Change a customer's data; every field is given."""

    customer_id: UUID
    person: Person


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


@dataclass(frozen=True, kw_only=True)
class GetCustomer:
    """One customer by id."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListCustomers:
    """Customers, narrowed by a text in name, mail or login name."""

    search: str = ""
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class DeleteCustomer:
    """Remove a customer without running subscriptions, and its users."""

    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class CreateUser:
    """Add a user to a customer; its credentials and link are generated (CU-18)."""

    customer_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class UserView:
    """One user with what a player needs; the password is sealed."""

    id: UUID
    customer_id: UUID
    partner_id: UUID
    scope: str
    name: str
    username: str
    password: Sealed
    token: str
    """The playlist link is <public url>/p/<token>.m3u8."""
    public_url: str
    status: Status
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class GetUser:
    """One user by id."""

    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListUsers:
    """Users, of one customer where it is named."""

    customer_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, kw_only=True)
class RenameUser:
    """Give a user another name (CU-19)."""

    user_id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class DeleteUser:
    """Remove a user that has no running subscription (CU-24)."""

    user_id: UUID


# Events


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


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class UserChanged:
    """A user as it now is, with what its playlist needs."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    customer_id: UUID
    partner_id: UUID
    scope: str
    """The path of the customer above it."""
    name: str
    username: str
    password: Sealed
    token: str
    public_url: str
    status: Status
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class FilledSeat:
    """The user that a shop order's seat belongs to."""

    seat_id: UUID
    user_id: UUID


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class SeatsFilled:
    """A shop order's buyer has become a customer and each seat a user."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """The order's id in billing."""
    version: int
    partner_id: UUID
    scope: str
    """The customer's own path."""
    customer_id: UUID
    seats: list[FilledSeat]


@dataclass(frozen=True, kw_only=True)
class PlayerCredentials:
    """What one user types into a player."""

    user_id: UUID
    name: str
    username: str
    password: Sealed
    token: str


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class CredentialsIssued:
    """Credentials were generated and wait to be told, in one message (WS-09, NO-28)."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    """One issue: a customer's creation, a user's, or a shop order's id."""
    version: int
    partner_id: UUID
    scope: str
    customer_id: UUID
    first_name: str
    last_name: str
    email: str
    username: str
    """The customer's login name."""
    password: Sealed | None
    """The login's password where it was generated just now; None: known already."""
    public_url: str
    users: list[PlayerCredentials]


@event(source="accounts")
@dataclass(frozen=True, kw_only=True)
class SessionEnded:
    """A session or token ended; whoever remembers it must forget it."""

    event_source: ClassVar[str]
    event_type: ClassVar[str]
    id: UUID
    version: int
    token_digest: str
