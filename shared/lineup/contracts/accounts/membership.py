"""A customer made with its login and its first user."""

from dataclasses import dataclass, field
from uuid import UUID

from lineup.context import SELLERS, Permission
from lineup.contracts.accounts.customers import (
    CustomerSettings,
    CustomerView,
    Person,
)
from lineup.contracts.accounts.tree import LoginDetails
from lineup.contracts.accounts.users import UserView
from lineup.secrets import Sealed
from lineup.values.types import OptionalName, Pin
from lineup.verbs import Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class CreatedCustomer(CustomerView):
    """A new customer, with credentials that are shown only once."""

    users: list[UserView] = field(default_factory=list)
    """The first user, if a name was given."""
    generated_password: Sealed = ""
    """Generated password of the login; empty if the caller chose one."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest="POST /customers",
)
class CreateCustomer(Request[CreatedCustomer]):
    """Create a customer with its login and, optionally, its first user.

    Without `login` one is generated. `seller_id` assigns the customer to a seller;
    customers created by a seller belong to it.
    """

    person: Person
    login: LoginDetails | None = None
    user_name: OptionalName = ""
    """Name of the first user; empty: none."""
    seller_id: UUID | None = None
    partner_id: UUID | None = None
    """Required for the operator only."""
    send_credentials: bool = True
    settings: CustomerSettings = field(default_factory=CustomerSettings)
    pin: Pin = ""
    """Four digits that unlock restricted content; empty: none."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest=Route("PUT /accounts/<uuid:account_id>/own-customer", has_tag=False),
)
class OpenOwnCustomer(Request[CustomerView]):
    """Get the customer that stands for a partner, reseller or dealer itself.

    It holds the users, subscriptions and balance of the account itself, and is created
    at first need. It has no login: the account's logins manage it.
    """

    account_id: UUID
