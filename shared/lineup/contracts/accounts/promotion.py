"""A customer becomes a dealer."""

from uuid import UUID

from lineup.context import PARTNERS, Permission
from lineup.contracts.accounts.tree import AccountView
from lineup.verbs import Kind, Request, Route, verb


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    in_own_name=True,
    needs=Permission.SELLERS,
    rest=Route(
        "POST /customers/<uuid:customer_id>/promotion",
        status=201,
    ),
)
class PromoteCustomer(Request[AccountView]):
    """Make a customer a dealer; it keeps its users, balance and playlist links.

    Its login becomes the dealer's, and its sessions end. The customer stays, with its
    id, as the one that stands for the dealer itself.
    """

    customer_id: UUID
    must_change_password: bool = True
    """Whether the login must choose a new password: customers may have short ones."""
