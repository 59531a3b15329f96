"""Customers: who pays."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.contracts.accounts.tree import LoginDetails, Status
from lineup.contracts.paging import Paging
from lineup.events import event


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
