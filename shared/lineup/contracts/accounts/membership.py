"""A customer made with its login and its first user."""

from dataclasses import dataclass, field
from uuid import UUID

from lineup.context import SELLERS
from lineup.contracts.accounts.customers import (
    CustomerSettings,
    CustomerView,
    Person,
)
from lineup.contracts.accounts.tree import LoginDetails
from lineup.contracts.accounts.users import UserView
from lineup.secrets import Sealed
from lineup.values.types import OptionalName, Pin
from lineup.verbs import Kind, Request, verb


@dataclass(frozen=True, kw_only=True)
class CreatedCustomer(CustomerView):
    """A customer right after it was made, with all that is told once."""

    users: list[UserView] = field(default_factory=list)
    """Its first user, where one was named."""
    generated_password: Sealed = ""
    """Of its login, where it was generated just now; empty: the caller chose it."""


@verb("accounts", Kind.WRITE, allowed=SELLERS, rest="POST /customers")
class CreateCustomer(Request[CreatedCustomer]):
    """A customer with its login, and its first user where one is named.

    Without `login` one is generated. `seller_id` places the customer below a seller;
    a seller's own customers lie below itself.
    """

    person: Person
    login: LoginDetails | None = None
    user_name: OptionalName = ""
    """Name of the first user; empty: no user yet."""
    seller_id: UUID | None = None
    partner_id: UUID | None = None
    """Needed from the operator only."""
    send_credentials: bool = True
    settings: CustomerSettings = field(default_factory=CustomerSettings)
    pin: Pin = ""
    """Four digits that open restricted content; empty: none."""
