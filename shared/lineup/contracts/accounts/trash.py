"""The trash: deleted customers, which can be restored for thirty days."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lineup.context import SELLERS, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.paging import Page, Paging
from lineup.values.types import Search
from lineup.verbs import Done, Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class TrashedCustomer(CustomerView):
    """A deleted customer that can be restored."""

    deleted_at: datetime
    """When it was put into the trash."""
    purge_at: datetime
    """When it will be deleted permanently."""
    deleted_by: str
    """Who deleted it."""
    reason: str
    """Reason for a forced deletion; empty otherwise."""


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /customers/trash")
class ListTrash(Request[Page[TrashedCustomer]]):
    """List deleted customers that can be restored, the next to be purged first."""

    SORTS: ClassVar[tuple[str, ...]] = ("name", "username", "deleted_at")

    customer_id: UUID | None = None
    search: Search = ""
    """Words in name, email, phone, username, user names or MAC addresses."""
    paging: Paging = field(default_factory=Paging)


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.CUSTOMERS,
    rest="POST /customers/<uuid:customer_id>/restore",
)
class RestoreCustomer(Request[CustomerView]):
    """Restore a deleted customer with its login, users and devices.

    Refused when its email address is in use by another customer by now.
    """

    customer_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=SELLERS,
    needs=Permission.DELETE,
    rest=Route(
        "DELETE /customers/trash/<uuid:customer_id>",
        name="purge_customer",
        has_tag=False,
    ),
)
class PurgeCustomer(Request[Done]):
    """Delete a customer in the trash permanently.

    Its subscriptions are stopped and refunded, and its balance is settled as chosen
    when it was deleted.
    """

    customer_id: UUID
